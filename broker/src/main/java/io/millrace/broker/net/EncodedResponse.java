package io.millrace.broker.net;

import io.millrace.protocol.ApiMessage;
import io.millrace.protocol.message.ApiKey;
import io.millrace.protocol.message.FetchResponse;
import io.millrace.protocol.message.ResponseHeader;
import io.millrace.protocol.record.BufferSlice;
import io.millrace.protocol.record.FileSlice;
import io.millrace.protocol.record.Records;
import io.millrace.protocol.wire.BufferWriter;
import io.millrace.protocol.wire.BufferWriter.Splice;
import io.millrace.protocol.wire.SizeCounter;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.List;

/** A response as bytes: a buffer, and the records that go between its parts without being copied. */
record EncodedResponse(ByteBuf buffer, List<Splice> splices) {
    private static final int LENGTH_BYTES = 4;

    /** So few bytes of records are copied behind their header: one system call, and one packet, instead of several. */
    private static final int MAX_COPIED_BYTES = 32 << 10;

    /**
     * Encodes a response, and takes its records over: they are let go, too, if this fails. May run on any thread. Throws
     * IllegalArgumentException for a response that its version lacks.
     */
    static EncodedResponse encode(
            ByteBufAllocator allocator, ApiKey key, short version, int correlationId, ApiMessage response) {
        try {
            return encodeHeld(allocator, key, version, correlationId, response);
        } catch (RuntimeException | Error e) { // Netty tells of used up memory by an error
            releaseRecords(response);
            throw e;
        }
    }

    private static EncodedResponse encodeHeld(
            ByteBufAllocator allocator, ApiKey key, short version, int correlationId, ApiMessage response) {
        ResponseHeader header = new ResponseHeader(correlationId);
        short headerVersion = key.responseHeaderVersion(version);
        SizeCounter size = new SizeCounter();
        header.write(size, headerVersion);
        response.write(size, version);
        int bytes = LENGTH_BYTES + size.buffered();
        ByteBuf buffer = allocator.directBuffer(bytes, bytes);
        try {
            BufferWriter out =
                    new BufferWriter(buffer.internalNioBuffer(0, bytes).slice());
            out.i32(size.total());
            header.write(out, headerVersion);
            response.write(out, version);
            buffer.writerIndex(bytes);
            int recordBytes = LENGTH_BYTES + size.total() - bytes;
            EncodedResponse encoded = new EncodedResponse(buffer, out.splices());
            return recordBytes > 0 && recordBytes <= MAX_COPIED_BYTES
                    ? encoded.copied(allocator, bytes + recordBytes)
                    : encoded;
        } catch (RuntimeException | Error e) {
            buffer.release();
            throw e;
        }
    }

    /** Of all responses that are served, Fetch alone carries records. */
    private static void releaseRecords(ApiMessage response) {
        if (response instanceof FetchResponse fetch) {
            for (FetchResponse.Response topic : fetch.responses()) {
                for (FetchResponse.Response.Partition partition : topic.partitions()) {
                    if (partition.records() != null) {
                        partition.records().release();
                    }
                }
            }
        }
    }

    /** All in one buffer. Reads files, of which it expects to find in memory what is this little. */
    private EncodedResponse copied(ByteBufAllocator allocator, int bytes) {
        ByteBuf whole = allocator.directBuffer(bytes, bytes);
        try {
            copyTo(whole);
        } catch (IOException e) {
            whole.release();
            throw new UncheckedIOException(e);
        } catch (RuntimeException | Error e) {
            whole.release();
            throw e;
        }
        discard();
        return new EncodedResponse(whole, List.of());
    }

    private void copyTo(ByteBuf whole) throws IOException {
        for (Splice splice : splices) {
            whole.writeBytes(buffer, splice.position() - buffer.readerIndex());
            ByteBuffer target = whole.internalNioBuffer(whole.writerIndex(), whole.writableBytes());
            int before = target.position();
            if (splice.payload() instanceof FileSlice slice) {
                slice.copyTo(target);
            } else {
                target.put(((BufferSlice) splice.payload()).buffer().duplicate());
            }
            whole.writerIndex(whole.writerIndex() + target.position() - before);
        }
        whole.writeBytes(buffer);
    }

    /** Writes all parts to the channel, without flushing; what stands behind them is released when they are sent. */
    void writeTo(ChannelHandlerContext context) {
        if (splices.isEmpty()) {
            context.write(buffer, context.voidPromise());
            return;
        }
        for (Splice splice : splices) {
            int length = splice.position() - buffer.readerIndex();
            if (length > 0) {
                context.write(buffer.readRetainedSlice(length), context.voidPromise());
            }
            if (splice.payload() instanceof FileSlice slice) {
                context.write(new FileSliceRegion(slice), context.voidPromise());
            } else {
                BufferSlice slice = (BufferSlice) splice.payload();
                ChannelPromise promise = slice.isAwaited()
                        ? context.newPromise().addListener(sent -> slice.release())
                        : context.voidPromise();
                context.write(Unpooled.wrappedBuffer(slice.buffer()), promise);
            }
        }
        if (buffer.isReadable()) {
            context.write(buffer, context.voidPromise());
        } else {
            buffer.release();
        }
    }

    /** All of it, as it goes out. */
    long sizeInBytes() {
        long bytes = buffer.readableBytes();
        for (Splice splice : splices) {
            bytes += splice.payload().sizeInBytes();
        }
        return bytes;
    }

    /** What it weighs until it is sent. See {@link SendWeight}. */
    int weight() {
        long weight = buffer.readableBytes();
        for (Splice splice : splices) {
            int bytes = splice.payload().sizeInBytes();
            weight += splice.payload() instanceof FileSlice ? SendWeight.ofFile(bytes) : bytes;
        }
        return (int) Math.min(Integer.MAX_VALUE, weight);
    }

    /** Lets go of everything, for a response that nobody will get. */
    void discard() {
        buffer.release();
        for (Splice splice : splices) {
            ((Records) splice.payload()).release();
        }
    }
}
