package io.millrace.client.consumer;

import io.millrace.protocol.record.RecordHeader;
import io.millrace.protocol.wire.Bytes;
import io.millrace.protocol.wire.MalformedMessageException;
import io.millrace.protocol.wire.Varint;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * Reads the headers of a record, when somebody asks for them.
 *
 * <pre>
 * varint count { varint length | key in UTF-8 | varint length, -1 for none | value } ...
 * </pre>
 */
final class Headers {
    private Headers() {}

    static List<RecordHeader> read(ByteBuffer payload, int at) {
        ByteBuffer in = payload.duplicate().position(at);
        int count = Varint.read(in);
        if (count < 0 || count > in.remaining() / 2) { // a header takes two bytes at least
            throw new MalformedMessageException(count + " headers in " + in.remaining() + " bytes");
        }
        List<RecordHeader> headers = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            String key = new String(bytes(in, Varint.read(in)), StandardCharsets.UTF_8);
            int size = Varint.read(in);
            headers.add(new RecordHeader(key, size == -1 ? Optional.empty() : Optional.of(Bytes.of(bytes(in, size)))));
        }
        return Collections.unmodifiableList(headers);
    }

    private static byte[] bytes(ByteBuffer in, int size) {
        if (size < 0 || size > in.remaining()) {
            throw new MalformedMessageException("a header part of " + size + " bytes in " + in.remaining());
        }
        byte[] bytes = new byte[size];
        in.get(bytes);
        return bytes;
    }
}
