package io.millrace.tools.stream;

import io.millrace.client.consumer.ConsumerRecord;
import io.millrace.client.consumer.MadeRecords;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.record.RecordHeader;
import io.millrace.protocol.wire.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** Records of any bytes, and what was put into them. */
final class RandomRecords {
    private final Random random;
    private long offset;

    /** A record as it was made; null for a missing key or value. */
    @SuppressWarnings("ArrayRecordComponent") // never compared as a whole
    record Made(ConsumerRecord record, byte[] key, byte[] value, List<RecordHeader> headers) {}

    RandomRecords(long seed) {
        this.random = new Random(seed);
    }

    /** From the property {@code test.seed} if it is set, else any; printed, so that a failure can be repeated. */
    static long seed() {
        String given = System.getProperty("test.seed", "");
        long seed = given.isBlank() ? System.nanoTime() : Long.parseLong(given);
        System.out.println("test.seed=" + seed);
        return seed;
    }

    Made next() {
        byte[] key = random.nextInt(4) == 0 ? null : bytes();
        byte[] value = random.nextInt(5) == 0 ? null : bytes();
        List<RecordHeader> headers = new ArrayList<>();
        for (int i = random.nextInt(4) - 1; i > 0; i--) {
            headers.add(new RecordHeader(
                    "h\"" + random.nextInt(9) + "\u00e9",
                    random.nextInt(4) == 0 ? Optional.empty() : Optional.of(Bytes.of(bytes()))));
        }
        offset++;
        ConsumerRecord record = MadeRecords.of(
                new TopicPartition("access", random.nextInt(3)), offset, random.nextInt(1 << 30), key, value, headers);
        return new Made(record, key, value, headers);
    }

    /** Text, text with what must be escaped, or anything. */
    private byte[] bytes() {
        int size = random.nextInt(8) == 0 ? random.nextInt(20_000) : random.nextInt(40);
        byte[] bytes = new byte[size];
        switch (random.nextInt(3)) {
            case 0 -> {
                for (int i = 0; i < size; i++) {
                    bytes[i] = (byte) random.nextInt(128);
                }
            }
            case 1 -> {
                StringBuilder text = new StringBuilder();
                for (int i = 0; i < size / 4; i++) {
                    text.appendCodePoint(
                            random.nextInt(10) == 0 ? 0x1F600 + random.nextInt(50) : 32 + random.nextInt(900));
                }
                bytes = text.toString().getBytes(StandardCharsets.UTF_8);
            }
            default -> random.nextBytes(bytes);
        }
        return bytes;
    }
}
