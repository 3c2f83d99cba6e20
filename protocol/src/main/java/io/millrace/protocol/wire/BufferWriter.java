package io.millrace.protocol.wire;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Writes a message into a buffer that has room for it, and notes where its payloads belong. */
public final class BufferWriter extends Writer {

    /** A payload, and the position in the buffer before which it belongs. */
    public record Splice(int position, Payload payload) {}

    private final ByteBuffer out;
    private List<Splice> splices = List.of();

    /** Writes from the buffer's position on; the buffer is the caller's. */
    public BufferWriter(ByteBuffer out) {
        this.out = out;
    }

    /** The payloads that belong between the written bytes, in their order. */
    public List<Splice> splices() {
        return splices;
    }

    @Override
    public void i8(byte value) {
        out.put(value);
    }

    @Override
    public void i16(short value) {
        out.putShort(value);
    }

    @Override
    public void i32(int value) {
        out.putInt(value);
    }

    @Override
    public void i64(long value) {
        out.putLong(value);
    }

    @Override
    public void uvarint(int value) {
        Varint.writeUnsigned(value, out);
    }

    @Override
    void utf8(String text, int size) {
        if (size == text.length()) {
            for (int i = 0; i < size; i++) {
                char c = text.charAt(i);
                out.put(c < 0x80 ? (byte) c : (byte) '?');
            }
        } else {
            out.put(text.getBytes(StandardCharsets.UTF_8));
        }
    }

    @Override
    void raw(byte[] bytes) {
        out.put(bytes);
    }

    @Override
    void payload(Payload payload) {
        if (payload.sizeInBytes() == 0) {
            return;
        }
        if (splices.isEmpty()) {
            splices = new ArrayList<>(4);
        }
        splices.add(new Splice(out.position(), payload));
    }
}
