package io.millrace.client.testing;

import io.millrace.protocol.ApiMessage;
import io.millrace.protocol.message.ResponseHeader;
import io.millrace.protocol.record.BufferSlice;
import io.millrace.protocol.wire.BufferWriter;
import io.millrace.protocol.wire.SizeCounter;
import java.nio.ByteBuffer;

/** Answers as bytes, records among them. */
final class FakeFrames {
    private FakeFrames() {}

    static byte[] encode(FakeCall call, ApiMessage answer) {
        short headerVersion = call.key().responseHeaderVersion(call.version());
        ResponseHeader header = new ResponseHeader(call.correlationId());
        SizeCounter size = new SizeCounter();
        header.write(size, headerVersion);
        answer.write(size, call.version());
        ByteBuffer rest = ByteBuffer.allocate(size.buffered());
        BufferWriter out = new BufferWriter(rest);
        header.write(out, headerVersion);
        answer.write(out, call.version());
        rest.flip();
        ByteBuffer frame = ByteBuffer.allocate(4 + size.total()).putInt(size.total());
        for (BufferWriter.Splice splice : out.splices()) {
            frame.put(rest.slice(rest.position(), splice.position() - rest.position()));
            rest.position(splice.position());
            frame.put(((BufferSlice) splice.payload()).buffer().duplicate());
        }
        frame.put(rest);
        return frame.array();
    }
}
