package io.millrace.broker.log;

import java.nio.ByteBuffer;
import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * The newest offset of each key, in memory of a fixed size however long the keys are: a key is known by 128 bits of its
 * SHA-256. Two keys that share them do not come up, not even if somebody tries: a record of one would take the other's
 * away.
 *
 * <p>Threading: one thread.
 */
final class OffsetMap {
    /** Bytes per key: 24 of an entry, and the room that keeps searches short. */
    static final int BYTES_PER_KEY = 32;

    private static final int LONGS = 3;
    private static final int DIGEST_BYTES = 32;

    /** Entries of 128 bits of hash and offset + 1, which is 0 where there is none. */
    private final long[] entries;

    private final int slots;
    private final int capacity;
    private final MessageDigest digest;
    private final byte[] hash = new byte[DIGEST_BYTES];
    private final ByteBuffer hashBits = ByteBuffer.wrap(hash);
    private int keys;

    /**
     * @param maxBytes the most that the map may take
     * @param expectedKeys it takes no more than so many need; there is room for one at least
     */
    OffsetMap(long maxBytes, long expectedKeys) {
        long largest = Math.min(maxBytes / BYTES_PER_KEY, Integer.MAX_VALUE / (LONGS + 1) - 1);
        this.capacity = (int) Math.max(1, Math.min(largest, expectedKeys));
        this.slots = (int) (capacity * (long) BYTES_PER_KEY / (LONGS * Long.BYTES)) + 1;
        this.entries = new long[slots * LONGS];
        try {
            this.digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** Notes a key's newest offset. False, and nothing noted, if the key is new and the map full. */
    boolean put(ByteBuffer key, long offset) {
        int at = find(key);
        if (entries[at + 2] == 0) {
            if (keys == capacity) {
                return false;
            }
            keys++;
            entries[at] = hashBits.getLong(0);
            entries[at + 1] = hashBits.getLong(Long.BYTES);
        }
        entries[at + 2] = offset + 1;
        return true;
    }

    /** The offset noted for a key, or -1. */
    long get(ByteBuffer key) {
        return entries[find(key) + 2] - 1;
    }

    int size() {
        return keys;
    }

    /** Where the key's entry is, or the free place where it would be. */
    private int find(ByteBuffer key) {
        digest.update(key.duplicate());
        try {
            digest.digest(hash, 0, DIGEST_BYTES);
        } catch (DigestException e) {
            throw new IllegalStateException("SHA-256 has 32 bytes", e);
        }
        long high = hashBits.getLong(0);
        long low = hashBits.getLong(Long.BYTES);
        int slot = (int) Long.remainderUnsigned(high, slots);
        while (true) {
            int at = slot * LONGS;
            if (entries[at + 2] == 0 || (entries[at] == high && entries[at + 1] == low)) {
                return at;
            }
            slot = slot + 1 == slots ? 0 : slot + 1;
        }
    }
}
