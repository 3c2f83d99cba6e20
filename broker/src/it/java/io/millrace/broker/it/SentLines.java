package io.millrace.broker.it;

import java.util.zip.CRC32C;

/** Remembers a checksum of each line that was sent, so that a line read back can be told from a damaged one. */
final class SentLines {
    private final int[] checksums;

    SentLines(int capacity) {
        checksums = new int[capacity];
    }

    void add(int number, byte[] line) {
        checksums[number] = checksum(line);
    }

    boolean isLine(long number, int checksum) {
        return number >= 0 && number < checksums.length && checksums[(int) number] == checksum;
    }

    static int checksum(byte[] line) {
        CRC32C crc = new CRC32C();
        crc.update(line);
        return (int) crc.getValue();
    }
}
