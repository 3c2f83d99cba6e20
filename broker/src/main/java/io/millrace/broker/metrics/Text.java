package io.millrace.broker.metrics;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Text that grows as bytes. One thread. */
final class Text {
    private byte[] bytes;
    private int size;

    Text(int capacity) {
        this.bytes = new byte[capacity];
    }

    int size() {
        return size;
    }

    @SuppressWarnings("deprecation") // for ASCII, which all but a few labels are, it is the one way without a copy
    Text add(String text) {
        int length = text.length();
        for (int i = 0; i < length; i++) {
            if (text.charAt(i) >= 128) {
                byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
                room(encoded.length);
                System.arraycopy(encoded, 0, bytes, size, encoded.length);
                size += encoded.length;
                return this;
            }
        }
        room(length);
        text.getBytes(0, length, bytes, size);
        size += length;
        return this;
    }

    Text add(char ascii) {
        room(1);
        bytes[size++] = (byte) ascii;
        return this;
    }

    /** A whole number without a point. */
    Text add(double value) {
        long whole = (long) value;
        return add(whole == value && Math.abs(value) < 1L << 53 ? Long.toString(whole) : Double.toString(value));
    }

    /** A label's value, between quotes. */
    Text label(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '\\' || c == '"' || c == '\n') {
                return add(value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n"));
            }
        }
        return add(value);
    }

    private void room(int more) {
        if (size + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, size + more));
        }
    }

    byte[] take() {
        byte[] taken = Arrays.copyOf(bytes, size);
        size = 0;
        return taken;
    }
}
