package io.millrace.protocol.record;

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
 * The headers of a record.
 *
 * <pre>
 * varint count { varint length >= 0 | key in UTF-8 | varint length, -1 for none | value } ...
 * </pre>
 */
final class RecordHeaders {
    private RecordHeaders() {}

    /** Walks over headers from the buffer's position to its limit, and refuses what is not exactly such. */
    static void check(ByteBuffer in) {
        int count = count(in);
        for (int i = 0; i < count; i++) {
            skip(in, length(in, 0));
            skip(in, Math.max(0, length(in, -1)));
        }
        if (in.hasRemaining()) {
            throw new MalformedMessageException(in.remaining() + " bytes behind the headers of a record");
        }
    }

    /** Reads headers that {@link #check} has seen. */
    static List<RecordHeader> read(ByteBuffer in) {
        int count = count(in);
        if (count == 0) {
            return List.of();
        }
        List<RecordHeader> headers = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            String key = new String(bytes(in, length(in, 0)), StandardCharsets.UTF_8);
            int valueLength = length(in, -1);
            headers.add(new RecordHeader(
                    key, valueLength < 0 ? Optional.empty() : Optional.of(Bytes.of(bytes(in, valueLength)))));
        }
        return Collections.unmodifiableList(headers);
    }

    /** Bytes that headers take. */
    static int sizeOf(List<RecordHeader> headers) {
        int size = Varint.sizeOf(headers.size());
        for (RecordHeader header : headers) {
            int keyLength = header.key().getBytes(StandardCharsets.UTF_8).length;
            int valueLength = header.value().map(Bytes::length).orElse(-1);
            size += Varint.sizeOf(keyLength) + keyLength + Varint.sizeOf(valueLength) + Math.max(0, valueLength);
        }
        return size;
    }

    static void write(List<RecordHeader> headers, ByteBuffer out) {
        Varint.write(headers.size(), out);
        for (RecordHeader header : headers) {
            byte[] key = header.key().getBytes(StandardCharsets.UTF_8);
            Varint.write(key.length, out);
            out.put(key);
            if (header.value().isPresent()) {
                byte[] value = header.value().get().toArray();
                Varint.write(value.length, out);
                out.put(value);
            } else {
                Varint.write(-1, out);
            }
        }
    }

    /** A header takes two bytes at least: its two lengths. */
    private static int count(ByteBuffer in) {
        int count = Varint.read(in);
        if (count < 0 || count > in.remaining() / 2) {
            throw new MalformedMessageException(count + " headers in " + in.remaining() + " bytes");
        }
        return count;
    }

    private static int length(ByteBuffer in, int least) {
        int length = Varint.read(in);
        if (length < least || length > in.remaining()) {
            throw new MalformedMessageException("a header part of " + length + " bytes in " + in.remaining());
        }
        return length;
    }

    private static void skip(ByteBuffer in, int bytes) {
        in.position(in.position() + bytes);
    }

    private static byte[] bytes(ByteBuffer in, int length) {
        byte[] bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }
}
