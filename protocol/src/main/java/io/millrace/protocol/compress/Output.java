package io.millrace.protocol.compress;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A heap array that grows with what was really written to it, up to a bound. Nothing is allocated by what the input
 * only claims: codecs ask for room that their input's length justifies.
 */
final class Output {
    private static final int FIRST_ROOM = 512;
    private static final int LARGEST_ARRAY = Integer.MAX_VALUE - 8;

    private int maxBytes;
    private byte[] array;
    private int size;

    /**
     * An empty one.
     *
     * @param sizeHint bytes that will likely be written
     * @param maxBytes the bound; room may exceed it, what is written may not
     */
    Output(int sizeHint, int maxBytes) {
        this.maxBytes = maxBytes;
        this.array = new byte[Math.max(FIRST_ROOM, Math.min(sizeHint, maxBytes))];
    }

    /** Forgets what was written, and takes another bound; the array stays. */
    void clear(int newMaxBytes) {
        size = 0;
        maxBytes = newMaxBytes;
    }

    /** Bytes of the array. */
    int capacity() {
        return array.length;
    }

    /** The array, of which {@link #size} bytes are written; replaced by the next {@link #makeRoom}. */
    byte[] array() {
        return array;
    }

    int size() {
        return size;
    }

    /** Bytes that can be written behind {@link #size} as it stands. */
    int room() {
        return array.length - size;
    }

    /** Sees to it that {@code bytes} more fit into the array. */
    void makeRoom(int bytes) {
        if (bytes <= room()) {
            return;
        }
        long least = (long) size + bytes;
        if (least > LARGEST_ARRAY) {
            throw new DecompressionBoundException(maxBytes);
        }
        long most = Math.max(least, Math.min(maxBytes, LARGEST_ARRAY));
        array = Arrays.copyOf(array, (int) Math.min(most, Math.max(least, 2L * array.length)));
    }

    /** What can be written to, as a buffer. */
    ByteBuffer tail() {
        return ByteBuffer.wrap(array, size, room());
    }

    /** Counts bytes that were put into the array as written. */
    void wrote(int bytes) {
        checkBound(bytes);
        size += bytes;
    }

    /** Throws if that many bytes more would pass the bound. */
    void checkBound(int bytes) {
        if (bytes > maxBytes - size) {
            throw new DecompressionBoundException(maxBytes);
        }
    }

    void put(ByteBuffer bytes) {
        int length = bytes.remaining();
        checkBound(length);
        makeRoom(length);
        bytes.get(array, size, length);
        size += length;
    }

    void put(byte[] bytes) {
        put(ByteBuffer.wrap(bytes));
    }

    /** What was written. */
    ByteBuffer toBuffer() {
        return ByteBuffer.wrap(array, 0, size).slice();
    }
}
