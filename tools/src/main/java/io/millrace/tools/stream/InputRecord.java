package io.millrace.tools.stream;

import io.millrace.protocol.record.RecordHeader;
import java.util.Arrays;
import java.util.List;

/**
 * A record on its way from an input to the producer; one object for all of them.
 *
 * <p>Its arrays are used again for later records of the same length, once the producer has copied them. Threading: one
 * thread's.
 */
final class InputRecord {
    private static final byte[] NOTHING = {};
    private static final int LARGEST_REUSED = 2048;

    private final byte[][] keys = new byte[LARGEST_REUSED + 1][];
    private final byte[][] values = new byte[LARGEST_REUSED + 1][];
    private byte[] key = NOTHING;
    private byte[] value = NOTHING;
    private boolean hasKey;
    private boolean hasValue;
    private int partition;
    private long timestamp;
    private List<RecordHeader> headers = List.of();

    /** Has nothing any more. */
    void clear() {
        hasKey = false;
        hasValue = false;
        key = NOTHING;
        value = NOTHING;
        partition = -1;
        timestamp = -1;
        headers = List.of();
    }

    void key(byte[] from, int at, int end) {
        key = copy(from, at, end, keys);
        hasKey = true;
    }

    void value(byte[] from, int at, int end) {
        value = copy(from, at, end, values);
        hasValue = true;
    }

    private static byte[] copy(byte[] from, int at, int end, byte[][] used) {
        int size = end - at;
        if (size > LARGEST_REUSED) {
            return Arrays.copyOfRange(from, at, end);
        }
        if (used[size] == null) {
            used[size] = new byte[size];
        }
        System.arraycopy(from, at, used[size], 0, size);
        return used[size];
    }

    void partition(int number) {
        partition = number;
    }

    void timestamp(long millis) {
        timestamp = millis;
    }

    void headers(List<RecordHeader> all) {
        headers = all;
    }

    boolean hasKey() {
        return hasKey;
    }

    boolean hasValue() {
        return hasValue;
    }

    byte[] key() {
        return key;
    }

    byte[] value() {
        return value;
    }

    /** -1 if the input does not say. */
    int partition() {
        return partition;
    }

    /** -1 if the input does not say. */
    long timestamp() {
        return timestamp;
    }

    List<RecordHeader> headers() {
        return headers;
    }

    int sizeInBytes() {
        return key.length + value.length;
    }
}
