package io.millrace.broker.it;

import java.nio.ByteBuffer;
import java.util.OptionalLong;

/** The value of a soak's record: its number, and bytes that follow from it, so that damage is seen wherever it is. */
final class SoakRecord {
    private static final int NUMBER_BYTES = 8;
    private static final int PRODUCER_SHIFT = 40;

    private SoakRecord() {}

    /** A number that no other record of the soak has; never 0. */
    static long number(int producer, long sequence) {
        return (producer + 1L) << PRODUCER_SHIFT | sequence;
    }

    static int producer(long number) {
        return (int) (number >>> PRODUCER_SHIFT) - 1;
    }

    static byte[] encode(long number) {
        byte[] value = new byte[NUMBER_BYTES + Math.floorMod(number * 7919, 400)];
        ByteBuffer.wrap(value).putLong(number);
        for (int i = NUMBER_BYTES; i < value.length; i++) {
            value[i] = filler(number, i);
        }
        return value;
    }

    /** The number in a value; empty if the value is not what {@link #encode} made of that number. */
    static OptionalLong decode(byte[] value) {
        if (value == null || value.length < NUMBER_BYTES) {
            return OptionalLong.empty();
        }
        long number = ByteBuffer.wrap(value).getLong();
        if (value.length != NUMBER_BYTES + Math.floorMod(number * 7919, 400)) {
            return OptionalLong.empty();
        }
        for (int i = NUMBER_BYTES; i < value.length; i++) {
            if (value[i] != filler(number, i)) {
                return OptionalLong.empty();
            }
        }
        return OptionalLong.of(number);
    }

    private static byte filler(long number, int position) {
        return (byte) ('a' + Math.floorMod(number + position / 4, 26)); // compresses, as life does
    }
}
