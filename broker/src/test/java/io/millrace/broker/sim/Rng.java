package io.millrace.broker.sim;

import java.util.List;

/**
 * A stream of random numbers that its name and the world's seed decide: what one stream gives does not depend on how
 * often others are asked, so that an order that no seed decides (of a hash set, say) stays without effect.
 */
final class Rng {
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    private long state;

    Rng(long seed, String name) {
        this(mix(seed) ^ hash(name));
    }

    private Rng(long state) {
        this.state = state;
    }

    /** A hash of a text that is the same in every JVM and has all 64 bits. */
    static long hash(String text) {
        long hash = 0xCBF29CE484222325L;
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * 0x100000001B3L;
        }
        return mix(hash);
    }

    static long mix(long value) {
        long z = value;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    long nextLong() {
        state += GOLDEN;
        return mix(state);
    }

    /** From 0 up to, and without, a bound. */
    int below(int bound) {
        return (int) below((long) bound);
    }

    long below(long bound) {
        return Math.floorMod(nextLong() >>> 1, bound);
    }

    /** Both ends included. */
    long between(long low, long high) {
        return low + below(high - low + 1);
    }

    boolean chance(int percent) {
        return below(100) < percent;
    }

    boolean oneIn(int n) {
        return below(n) == 0;
    }

    <T> T pick(List<T> from) {
        return from.get(below(from.size()));
    }
}
