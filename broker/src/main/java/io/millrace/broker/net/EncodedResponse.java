package io.millrace.broker.net;

import io.millrace.protocol.ApiMessage;
import io.millrace.protocol.message.ApiKey;
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
import java.util.List;

/** A response as bytes: a buffer, and the records that go between its parts without being copied. */
record EncodedResponse(ByteBuf buffer, List<Splice> splices) {
    private static final int LENGTH_BYTES = 4;

    /** Encodes a response. May run on any thread. Throws IllegalArgumentException for one that its version lacks. */
    static EncodedResponse encode(
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
            return new EncodedResponse(buffer, out.splices());
        } catch (RuntimeException e) {
            buffer.release();
            throw e;
        }
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

    /** Lets go of everything, for a response that nobody will get. */
    void discard() {
        buffer.release();
        for (Splice splice : splices) {
            ((Records) splice.payload()).release();
        }
    }
}
