package io.millrace.protocol.compress;

/**
 * Room for compressed data that is used again and again, by one thread that compresses batch after batch. It grows to what
 * the largest of them took.
 */
public final class Scratch {
    private final Output output = new Output(0, Integer.MAX_VALUE);

    Output emptied() {
        output.clear();
        return output;
    }
}
