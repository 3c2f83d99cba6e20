package io.millrace.tools.stream;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Keeps bytes that are no text away from a terminal, which would take them for orders.
 *
 * <p>Threading: one thread's.
 */
final class BinaryGuard implements ByteSink.Guard {
    /** What a buffer's end has cut off a character: its last bytes begin the next buffer, and nothing else may. */
    private byte[] begun = {};

    /** Says that there are such bytes. */
    static final class BinaryException extends IOException {
        private static final long serialVersionUID = 1;

        BinaryException() {
            super("bytes that are no text");
        }
    }

    @Override
    public void check(ByteBuffer bytes) throws IOException {
        byte[] all = Arrays.copyOf(begun, begun.length + bytes.remaining());
        bytes.get(all, begun.length, bytes.remaining());
        int end = textEnd(all);
        if (end < all.length && !Utf8.isCutOff(all, end, all.length)) {
            throw new BinaryException();
        }
        begun = Arrays.copyOfRange(all, end, all.length);
    }

    /** Where the first thing is that is no whole character of text; the end if there is none. */
    private static int textEnd(byte[] bytes) {
        int at = 0;
        while (at < bytes.length) {
            int size = Utf8.sizeAt(bytes, at, bytes.length);
            if (size == 0 || isOrder(bytes, at, size)) {
                return at;
            }
            at += size;
        }
        return at;
    }

    /** Control characters but tabs and line ends, those of 0x80 to 0x9F included. */
    private static boolean isOrder(byte[] bytes, int at, int size) {
        byte b = bytes[at];
        return size == 1
                ? (b < ' ' && b != '\n' && b != '\t' && b != '\r') || b == 0x7F
                : size == 2 && (b & 0xFF) == 0xC2 && (bytes[at + 1] & 0xFF) < 0xA0;
    }
}
