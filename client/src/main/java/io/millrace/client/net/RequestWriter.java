package io.millrace.client.net;

import io.millrace.protocol.message.RequestHeader;
import io.millrace.protocol.record.BufferChain;
import io.millrace.protocol.record.BufferSlice;
import io.millrace.protocol.wire.BufferWriter;
import io.millrace.protocol.wire.BufferWriter.Splice;
import io.millrace.protocol.wire.Payload;
import io.millrace.protocol.wire.SizeCounter;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelPromise;
import java.nio.ByteBuffer;

/**
 * Writes requests to a socket: one buffer for all that is not records, and between its parts the records where they lie,
 * so that the system gathers them.
 *
 * <p>Threading: the I/O thread.
 */
final class RequestWriter {
    private static final int LENGTH_BYTES = 4;

    private final String clientId;
    private int lastCorrelationId;

    RequestWriter(String clientId) {
        this.clientId = clientId;
    }

    /**
     * Writes and flushes; the request learns when the socket has taken it.
     *
     * @throws IllegalArgumentException for a field that is set and that the version lacks; nothing is written then
     */
    void write(Channel to, PendingRequest<?> pending, short version) {
        int correlationId = ++lastCorrelationId;
        RequestHeader header = new RequestHeader(pending.key().id(), version, correlationId, clientId);
        short headerVersion = pending.key().requestHeaderVersion(version);
        SizeCounter size = new SizeCounter();
        header.write(size, headerVersion);
        pending.request().write(size, version);
        int buffered = LENGTH_BYTES + size.buffered();
        ByteBuf buffer = to.alloc().directBuffer(buffered, buffered);
        BufferWriter out =
                new BufferWriter(buffer.internalNioBuffer(0, buffered).slice());
        try {
            out.i32(size.total());
            header.write(out, headerVersion);
            pending.request().write(out, version);
        } catch (RuntimeException | Error e) {
            buffer.release();
            throw e;
        }
        buffer.writerIndex(buffered);
        pending.sentAs(correlationId, version);
        ChannelPromise last = to.newPromise();
        last.addListener(done -> {
            if (done.isSuccess()) {
                pending.written();
            } else {
                pending.notWritten(done.cause());
            }
        });
        for (Splice splice : out.splices()) {
            to.write(buffer.readRetainedSlice(splice.position() - buffer.readerIndex()), to.voidPromise());
            writeRecords(to, splice.payload());
        }
        to.writeAndFlush(buffer, last);
    }

    private static void writeRecords(Channel to, Payload records) {
        if (records instanceof BufferChain chain) {
            for (ByteBuffer piece : chain.pieces()) {
                to.write(Unpooled.wrappedBuffer(piece), to.voidPromise());
            }
        } else if (records instanceof BufferSlice slice) {
            to.write(Unpooled.wrappedBuffer(slice.buffer()), to.voidPromise());
        } else {
            throw new IllegalStateException("records of a kind that clients do not send: " + records);
        }
    }
}
