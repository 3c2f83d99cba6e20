package io.millrace.tools.stream;

import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.util.Random;

/** Gives bytes in pieces of any size, as a pipe does. */
final class DrippingChannel implements ReadableByteChannel {
    private final byte[] bytes;
    private final Random random;
    private final int most;
    private int at;

    DrippingChannel(byte[] bytes, Random random, int most) {
        this.bytes = bytes;
        this.random = random;
        this.most = most;
    }

    @Override
    public int read(ByteBuffer into) {
        if (at == bytes.length) {
            return -1;
        }
        int length = Math.min(Math.min(1 + random.nextInt(most), into.remaining()), bytes.length - at);
        into.put(bytes, at, length);
        at += length;
        return length;
    }

    @Override
    public boolean isOpen() {
        return true;
    }

    @Override
    public void close() {}
}
