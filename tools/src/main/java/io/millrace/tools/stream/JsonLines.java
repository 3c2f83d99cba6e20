package io.millrace.tools.stream;

import io.millrace.client.consumer.ConsumerRecord;
import io.millrace.protocol.record.RecordHeader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;

/**
 * A record as one line of JSON:
 *
 * <pre>
 * {"topic":"t","partition":0,"offset":15,"timestamp":1700000000000,"key":"k","value":"v","headers":[{"name":"n","value":"v"}]}
 * </pre>
 *
 * <p>Bytes that are no UTF-8 stand in Base64 under {@code key_base64}, {@code value_base64}; what a record does not have
 * is null, headers that are not there are left out. {@link JsonInput} reads it back, byte for byte. Threading: one thread's.
 */
final class JsonLines implements RecordFormat {
    private static final byte[] TOPIC = ascii("{\"topic\":\"");
    private static final byte[] PARTITION = ascii(",\"partition\":");
    private static final byte[] OFFSET = ascii(",\"offset\":");
    private static final byte[] TIMESTAMP = ascii(",\"timestamp\":");
    private static final byte[] KEY = ascii(",\"key");
    private static final byte[] VALUE = ascii(",\"value");
    private static final byte[] IN_BASE64 = ascii("_base64\":\"");
    private static final byte[] AS_TEXT = ascii("\":\"");
    private static final byte[] AS_NULL = ascii("\":null");
    private static final byte[] HEADERS = ascii(",\"headers\":[");
    private static final byte[] NAME = ascii("{\"name\":\"");
    private static final byte[] HEX = ascii("0123456789abcdef");

    private ByteBuffer scratch = ByteBuffer.allocate(4096);

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public void write(ConsumerRecord record, ByteSink out) throws IOException {
        out.put(TOPIC);
        string(record.topic(), out);
        out.put((byte) '"');
        out.put(PARTITION);
        out.decimal(record.partition());
        out.put(OFFSET);
        out.decimal(record.offset());
        out.put(TIMESTAMP);
        out.decimal(record.timestamp());
        out.put(KEY);
        if (record.hasKey()) {
            record.copyKey(0, scratch(record.keySize()));
        }
        content(record.hasKey(), record.keySize(), out);
        out.put(VALUE);
        if (record.hasValue()) {
            record.copyValue(0, scratch(record.valueSize()));
        }
        content(record.hasValue(), record.valueSize(), out);
        headers(record.headers(), out);
        out.put((byte) '}');
        out.put((byte) '\n');
    }

    private ByteBuffer scratch(int size) {
        if (size > scratch.capacity()) {
            scratch = ByteBuffer.allocate(Math.max(size, scratch.capacity() * 2));
        }
        return scratch.clear();
    }

    private void headers(List<RecordHeader> headers, ByteSink out) throws IOException {
        if (headers.isEmpty()) {
            return;
        }
        out.put(HEADERS);
        for (int i = 0; i < headers.size(); i++) {
            RecordHeader header = headers.get(i);
            if (i > 0) {
                out.put((byte) ',');
            }
            out.put(NAME);
            string(header.key(), out);
            out.put((byte) '"');
            out.put(VALUE);
            byte[] value = header.value().isPresent() ? header.value().get().toArray() : new byte[0];
            scratch(value.length).put(value);
            content(header.value().isPresent(), value.length, out);
            out.put((byte) '}');
        }
        out.put((byte) ']');
    }

    /** What is in the scratch buffer, with the end of the field's name in front. */
    private void content(boolean there, int size, ByteSink out) throws IOException {
        byte[] bytes = scratch.array();
        if (!there) {
            out.put(AS_NULL);
        } else if (Utf8.isValid(bytes, size)) {
            out.put(AS_TEXT);
            escaped(bytes, size, out);
            out.put((byte) '"');
        } else {
            out.put(IN_BASE64);
            out.put(Base64.getEncoder().encode(ByteBuffer.wrap(bytes, 0, size)).array());
            out.put((byte) '"');
        }
    }

    private static void string(String text, ByteSink out) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        escaped(bytes, bytes.length, out);
    }

    /** Long stretches that need no escape are copied at once. */
    private static void escaped(byte[] bytes, int size, ByteSink out) throws IOException {
        int plain = 0;
        for (int i = 0; i < size; i++) {
            byte b = bytes[i];
            if ((b < ' ' && b >= 0) || b == '"' || b == '\\' || b == 0x7F) {
                out.put(bytes, plain, i);
                escape(b, out);
                plain = i + 1;
            }
        }
        out.put(bytes, plain, size);
    }

    private static void escape(byte b, ByteSink out) throws IOException {
        out.put((byte) '\\');
        switch (b) {
            case '"', '\\' -> out.put(b);
            case '\n' -> out.put((byte) 'n');
            case '\r' -> out.put((byte) 'r');
            case '\t' -> out.put((byte) 't');
            default -> {
                out.put((byte) 'u');
                out.put((byte) '0');
                out.put((byte) '0');
                out.put(HEX[b >> 4]);
                out.put(HEX[b & 15]);
            }
        }
    }
}
