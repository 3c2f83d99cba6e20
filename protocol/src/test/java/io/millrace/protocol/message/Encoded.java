package io.millrace.protocol.message;

import io.millrace.protocol.ApiMessage;
import io.millrace.protocol.record.BufferSlice;
import io.millrace.protocol.wire.BufferWriter;
import io.millrace.protocol.wire.SizeCounter;
import java.nio.ByteBuffer;

/** A message as the bytes that a sender would put on the wire, its records included. */
final class Encoded {
    private Encoded() {}

    static byte[] bytes(ApiMessage message, int version) {
        SizeCounter size = new SizeCounter();
        message.write(size, (short) version);
        ByteBuffer written = ByteBuffer.allocate(size.buffered());
        BufferWriter writer = new BufferWriter(written);
        message.write(writer, (short) version);
        if (written.hasRemaining()) {
            throw new AssertionError(written.remaining() + " bytes were counted but not written");
        }
        ByteBuffer whole = ByteBuffer.allocate(size.total());
        int from = 0;
        for (BufferWriter.Splice splice : writer.splices()) {
            whole.put(written.slice(from, splice.position() - from));
            whole.put(((BufferSlice) splice.payload()).buffer().duplicate());
            from = splice.position();
        }
        whole.put(written.slice(from, written.limit() - from));
        if (whole.hasRemaining()) {
            throw new AssertionError(whole.remaining() + " payload bytes were counted but not spliced");
        }
        return whole.array();
    }
}
