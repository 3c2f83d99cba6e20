package io.millrace.protocol.compress;

/**
 * Room for what a codec makes, which is used again and again: by one thread that has batch after batch compressed, or
 * decompressed. It grows to what the largest of them took.
 */
public final class Scratch {
    private final Output output = new Output(0, Integer.MAX_VALUE);

    Output emptied(int maxBytes) {
        output.clear(maxBytes);
        return output;
    }

    /** Bytes that it takes. */
    public int capacity() {
        return output.capacity();
    }
}
