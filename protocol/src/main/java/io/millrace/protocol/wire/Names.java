package io.millrace.protocol.wire;

import java.nio.ByteBuffer;

/**
 * The strings that came lately, so that those that come with every request (client ids, topics, groups) are not made
 * anew each time. Holds a bounded number of short ones.
 *
 * <p>Threading: any, without a lock: strings cannot change, and who misses one that another thread has just put here
 * makes it himself.
 */
public final class Names {
    private static final int SLOTS = 512; // a power of two
    private static final int MAX_LENGTH = 64;

    private final String[] slots = new String[SLOTS];

    /** Reads a string of so many bytes, all of which are in the buffer. */
    String read(ByteBuffer in, int length) {
        if (length == 0 || length > MAX_LENGTH) {
            return Reader.text(in, length);
        }
        int slot = slot(in, length);
        String known = slots[slot];
        if (known != null && isNext(in, length, known)) {
            in.position(in.position() + length);
            return known;
        }
        String made = Reader.text(in, length);
        slots[slot] = made;
        return made;
    }

    private static boolean isNext(ByteBuffer in, int length, String name) {
        if (name.length() != length) {
            return false;
        }
        for (int i = 0, at = in.position(); i < length; i++) {
            if (name.charAt(i) != in.get(at + i)) { // always so for what is not ASCII: such a byte is negative
                return false;
            }
        }
        return true;
    }

    private static int slot(ByteBuffer in, int length) {
        int hash = length;
        for (int i = 0, at = in.position(); i < length; i++) {
            hash = 31 * hash + in.get(at + i);
        }
        return (hash ^ hash >>> 16) & (SLOTS - 1);
    }
}
