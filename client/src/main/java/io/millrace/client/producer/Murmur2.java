package io.millrace.client.producer;

/**
 * The hash by which Kafka's clients choose partitions: MurmurHash2, 32 bits, by Austin Appleby, little-endian, with a seed
 * of their own. Records of one key go to one partition whichever client sends them.
 */
final class Murmur2 {
    private static final int SEED = 0x9747b28c;
    private static final int MIX = 0x5bd1e995;
    private static final int SHIFT = 24;

    private Murmur2() {}

    /** The partition of a key. */
    static int partition(byte[] key, int partitions) {
        return (hash(key) & 0x7fffffff) % partitions;
    }

    static int hash(byte[] data) {
        int hash = SEED ^ data.length;
        int whole = data.length & ~3;
        for (int i = 0; i < whole; i += 4) {
            int k = (data[i] & 0xff) | ((data[i + 1] & 0xff) << 8) | ((data[i + 2] & 0xff) << 16) | (data[i + 3] << 24);
            k *= MIX;
            k ^= k >>> SHIFT;
            hash = (hash * MIX) ^ (k * MIX);
        }
        int left = data.length - whole;
        if (left > 0) {
            for (int i = left - 1; i >= 0; i--) {
                hash ^= (data[whole + i] & 0xff) << (8 * i);
            }
            hash *= MIX;
        }
        hash ^= hash >>> 13;
        hash *= MIX;
        return hash ^ (hash >>> 15);
    }
}
