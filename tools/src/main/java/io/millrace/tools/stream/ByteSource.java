package io.millrace.tools.stream;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.util.Arrays;

/**
 * Bytes of a file or pipe in a buffer that grows as far as one record needs, and no further than a bound.
 *
 * <p>{@code bytes()[from()..to()]} are there; {@link #more} gets more behind them, {@link #skip} lets go of the first.
 * Threading: one thread's.
 */
final class ByteSource {
    private static final int SIZE = 256 << 10;

    private final ReadableByteChannel in;
    private final int most;
    private byte[] bytes;
    private ByteBuffer view;
    private int from;
    private int to;
    private long passed;

    /** @param most bytes of one record */
    ByteSource(ReadableByteChannel in, int most) {
        this(in, most, SIZE);
    }

    ByteSource(ReadableByteChannel in, int most, int size) {
        this.in = in;
        this.most = most;
        this.bytes = new byte[size];
        this.view = ByteBuffer.wrap(bytes);
    }

    byte[] bytes() {
        return bytes;
    }

    int from() {
        return from;
    }

    int to() {
        return to;
    }

    int available() {
        return to - from;
    }

    /** How many bytes lie in front of {@link #from} since the beginning. */
    long position() {
        return passed;
    }

    /** Lets go of so many bytes. */
    void skip(int count) {
        from += count;
        passed += count;
    }

    /**
     * Waits for more bytes behind those that are there. What was at {@link #from} may have moved.
     *
     * @return false at the end
     * @throws BadInputException if there are as many as a record may have
     */
    boolean more() throws IOException {
        if (to == bytes.length) {
            makeRoom();
        }
        view.limit(bytes.length).position(to);
        int read = in.read(view);
        if (read < 0) {
            return false;
        }
        to += read;
        return true;
    }

    private void makeRoom() throws BadInputException {
        if (available() > most) {
            throw new BadInputException("the record that begins at byte " + passed + " is longer than " + most
                    + " bytes; if it is meant to be, raise -X max.request.size and the topic's max.message.bytes");
        }
        if (from >= bytes.length / 2) {
            System.arraycopy(bytes, from, bytes, 0, available());
        } else {
            int size = (int) Math.min(Integer.MAX_VALUE - 8L, 2L * bytes.length);
            bytes = Arrays.copyOfRange(bytes, from, from + size);
            view = ByteBuffer.wrap(bytes);
        }
        to -= from;
        from = 0;
    }

    /**
     * Waits until so many bytes are there.
     *
     * @return false if the end comes first
     */
    boolean await(int count) throws IOException {
        while (available() < count) {
            if (!more()) {
                return false;
            }
        }
        return true;
    }
}
