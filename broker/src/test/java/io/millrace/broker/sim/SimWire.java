package io.millrace.broker.sim;

import io.millrace.protocol.ApiMessage;
import io.millrace.protocol.message.ApiKey;
import io.millrace.protocol.message.FetchResponse;
import io.millrace.protocol.record.BufferSlice;
import io.millrace.protocol.record.FileSlice;
import io.millrace.protocol.wire.BufferWriter;
import io.millrace.protocol.wire.Reader;
import io.millrace.protocol.wire.SizeCounter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;

/** Messages as bytes and back, by the generated code, so that nothing of one broker's memory gets to another. */
final class SimWire {
    private SimWire() {}

    /** The bytes of a message; records in it are copied and let go. */
    static ByteBuffer encode(ApiMessage message, short version) {
        try {
            SizeCounter size = new SizeCounter();
            message.write(size, version);
            ByteBuffer parts = ByteBuffer.allocate(size.buffered());
            BufferWriter out = new BufferWriter(parts);
            message.write(out, version);
            parts.flip();
            if (out.splices().isEmpty()) {
                return parts;
            }
            ByteBuffer whole = ByteBuffer.allocate(size.total());
            for (BufferWriter.Splice splice : out.splices()) {
                whole.put(parts.slice(parts.position(), splice.position() - parts.position()));
                parts.position(splice.position());
                if (splice.payload() instanceof FileSlice slice) {
                    slice.copyTo(whole);
                } else {
                    whole.put(((BufferSlice) splice.payload()).buffer().duplicate());
                }
            }
            return whole.put(parts).flip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            release(message);
        }
    }

    static void release(ApiMessage message) {
        if (message instanceof FetchResponse fetch) {
            for (FetchResponse.Response topic : fetch.responses()) {
                for (FetchResponse.Response.Partition partition : topic.partitions()) {
                    if (partition.records() != null) {
                        partition.records().release();
                    }
                }
            }
        }
    }

    static ApiMessage request(ApiKey key, ByteBuffer bytes, short version) {
        return whole(bytes, key.readRequest(new Reader(bytes), version));
    }

    static ApiMessage response(ApiKey key, ByteBuffer bytes, short version) {
        return whole(bytes, key.readResponse(new Reader(bytes), version));
    }

    private static ApiMessage whole(ByteBuffer bytes, ApiMessage message) {
        if (bytes.hasRemaining()) {
            throw new IllegalStateException(bytes.remaining() + " bytes behind a message");
        }
        return message;
    }
}
