package io.millrace.tools.stream;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Keeps bytes that are no text away from a terminal, which would take them for orders.
 *
 * <p>Threading: one thread's.
 */
final class BinaryGuard implements ByteSink.Guard {
    /** A character may be cut at the buffer's end. */
    private static final int LONGEST_REST = 3;

    /** Says that there are such bytes. */
    static final class BinaryException extends IOException {
        private static final long serialVersionUID = 1;

        BinaryException() {
            super("bytes that are no text");
        }
    }

    @Override
    public void check(ByteBuffer bytes) throws IOException {
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        if (!isText(copy)) {
            throw new BinaryException();
        }
    }

    /** Whether it is UTF-8 without control characters but tabs and line ends. */
    static boolean isText(byte[] bytes) {
        int at = 0;
        while (at < bytes.length) {
            byte b = bytes[at];
            if ((b >= 0 && b < ' ' && b != '\n' && b != '\t' && b != '\r') || b == 0x7F) {
                return false;
            }
            int size = Utf8.sizeAt(bytes, at, bytes.length);
            if (size == 0) {
                return bytes.length - at <= LONGEST_REST && (b & 0xC0) == 0xC0;
            }
            at += size;
        }
        return true;
    }
}
