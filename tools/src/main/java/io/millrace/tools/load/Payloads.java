package io.millrace.tools.load;

import java.util.Random;

/**
 * Values of one size: words of a few hundred, as logs have them, so that codecs find what they usually find; or random
 * bytes, of which they make nothing.
 */
final class Payloads {
    private static final int DIFFERENT = 256;
    private static final int WORDS = 400;

    private final byte[][] values = new byte[DIFFERENT][];

    Payloads(int size, boolean random, long seed) {
        Random source = new Random(seed);
        byte[][] words = new byte[WORDS][];
        for (int i = 0; i < WORDS; i++) {
            words[i] = new byte[2 + source.nextInt(8)];
            for (int j = 0; j < words[i].length; j++) {
                words[i][j] = (byte) ('a' + source.nextInt(26));
            }
        }
        for (int i = 0; i < DIFFERENT; i++) {
            values[i] = new byte[size];
            if (random) {
                source.nextBytes(values[i]);
            } else {
                fill(values[i], words, source);
            }
        }
    }

    private static void fill(byte[] value, byte[][] words, Random source) {
        for (int at = 0; at < value.length; ) {
            byte[] word = words[source.nextInt(WORDS)];
            int length = Math.min(word.length, value.length - at);
            System.arraycopy(word, 0, value, at, length);
            at += length;
            if (at < value.length) {
                value[at] = ' ';
                at++;
            }
        }
    }

    /** The i-th; they come again after a while. */
    byte[] get(long i) {
        return values[(int) (i % DIFFERENT)];
    }
}
