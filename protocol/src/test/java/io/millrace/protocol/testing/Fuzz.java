package io.millrace.protocol.testing;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Random;
import java.util.function.Supplier;

/** Runs a decoder over bytes that somebody has damaged, and watches what it allocates. */
public final class Fuzz {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private Fuzz() {}

    /** One attempt, with a number that counts attempts. */
    @FunctionalInterface
    public interface Attempt {
        void run(int number) throws Exception;
    }

    /** Repeats for as many seconds as the system property {@code fuzz.seconds} says, 2 if unset, and once at least. */
    public static void repeat(Attempt attempt) throws Exception {
        long end = System.nanoTime() + Long.getLong("fuzz.seconds", 2) * 1_000_000_000L;
        int number = 0;
        do {
            attempt.run(number++);
        } while (System.nanoTime() < end);
    }

    /**
     * Fails if this thread allocates more heap than that while it works. Work that does is repeated, since the first
     * time may have loaded classes.
     */
    public static void assertAllocatesAtMost(long bytes, Supplier<String> what, Runnable work) {
        if (allocatedBy(work) > bytes) {
            long again = allocatedBy(work);
            assertTrue(again <= bytes, () -> again + " bytes were allocated, allowed are " + bytes + ": " + what.get());
        }
    }

    private static long allocatedBy(Runnable work) {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        work.run();
        return THREADS.getCurrentThreadAllocatedBytes() - before;
    }

    /** Bytes of no meaning. */
    public static byte[] noise(Random random, int maxLength) {
        byte[] bytes = new byte[random.nextInt(maxLength + 1)];
        random.nextBytes(bytes);
        return bytes;
    }

    /** A copy with one to four wounds: bits flipped, ends cut, lengths made huge or negative, parts moved or repeated. */
    public static byte[] damage(Random random, byte[] valid) {
        byte[] bytes = valid.clone();
        for (int wounds = 1 + random.nextInt(4); wounds > 0 && bytes.length > 0; wounds--) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(7)) {
                case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> bytes[at] = (byte) random.nextInt();
                case 2 -> bytes = Arrays.copyOf(bytes, at);
                case 3 -> bytes = Arrays.copyOf(bytes, bytes.length + 1 + random.nextInt(8));
                case 4 -> overwrite(bytes, at, extremes(random), 4);
                case 5 -> overwrite(bytes, at, new byte[] {-1, -1, -1, -1, (byte) random.nextInt(16)}, 5);
                default -> System.arraycopy(bytes, at, bytes, random.nextInt(at + 1), Math.min(bytes.length - at, 16));
            }
        }
        return bytes;
    }

    private static byte[] extremes(Random random) {
        int[] values = {Integer.MAX_VALUE, Integer.MIN_VALUE, -1, -2, 0, 0x7fffff00, 0x00ffffff, 0x10000};
        int value = values[random.nextInt(values.length)];
        return new byte[] {(byte) (value >> 24), (byte) (value >> 16), (byte) (value >> 8), (byte) value};
    }

    private static void overwrite(byte[] bytes, int at, byte[] with, int length) {
        System.arraycopy(with, 0, bytes, at, Math.min(length, bytes.length - at));
    }
}
