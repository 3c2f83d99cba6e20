package io.millrace.protocol.record;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.protocol.compress.Compression;
import io.millrace.protocol.compress.DecompressionBoundException;
import io.millrace.protocol.testing.Fuzz;
import io.millrace.protocol.testing.Seeded;
import io.millrace.protocol.wire.MalformedMessageException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Down-conversion, with kafka-clients as the reader of what comes out. */
@ExtendWith(Seeded.class)
class DownConversionTest {
    private static final int ENOUGH = 1 << 20;

    @ParameterizedTest
    @EnumSource(Compression.class)
    void kafkaReadsTheSameRecordsInBothOldFormats(Compression codec, Random random) {
        for (int round = 0; round < 40; round++) {
            byte magic = (byte) (round % 2);
            boolean stamped = random.nextBoolean();
            List<RecordBatch> batches =
                    List.of(random(random, codec, 100, stamped), random(random, codec, 200, stamped));
            long from = random.nextBoolean() ? 0 : 100 + random.nextInt(100);
            DownConversion conversion = new DownConversion(magic, from, random.nextBoolean() ? ENOUGH : 400);
            batches.forEach(batch -> conversion.add(batch, ENOUGH));
            boolean all = !conversion.isFull();
            List<Record> wanted = wanted(batches, from);
            int read = 0;
            for (MutableRecordBatch their : theirs(conversion.result())) {
                assertEquals(magic, their.magic());
                assertEquals(codec == Compression.ZSTD ? 0 : codec.id(), their.compressionType().id);
                assertEquals(
                        magic == 0
                                ? TimestampType.NO_TIMESTAMP_TYPE
                                : stamped ? TimestampType.LOG_APPEND_TIME : TimestampType.CREATE_TIME,
                        their.timestampType());
                for (org.apache.kafka.common.record.internal.Record record : their) {
                    Record ours = wanted.get(read++);
                    assertEquals(ours.offset(), record.offset());
                    assertEquals(magic == 0 ? -1 : ours.timestamp(), record.timestamp());
                    assertEquals(ours.key(), java.util.Optional.ofNullable(record.key()));
                    assertEquals(ours.value(), java.util.Optional.ofNullable(record.value()));
                }
            }
            assertTrue(all ? read == wanted.size() : read < wanted.size(), "read " + read + " of " + wanted.size());
            assertTrue(wanted.isEmpty() || read > 0);
        }
    }

    @Test
    void offsetsThatCompactionLeftOutStayLeftOut() {
        BatchBuilder builder = BatchBuilder.create().baseOffset(50).compression(Compression.GZIP);
        List<Long> offsets = List.of(51L, 54L, 59L);
        SimpleRecord any = new SimpleRecord(1_700_000_000_000L, new byte[1], new byte[2]);
        for (long offset : offsets) {
            for (Record record : batch(BatchBuilder.create()
                            .baseOffset(offset)
                            .append(any.timestamp(), any.key(), any.value())
                            .build())
                    .records(ENOUGH)) {
                builder.append(record);
            }
        }
        RecordBatch batch = batch(builder.build());
        for (byte magic = 0; magic <= 1; magic++) {
            DownConversion conversion = new DownConversion(magic, 0, ENOUGH);
            conversion.add(batch, ENOUGH);
            assertEquals(offsets, offsets(conversion.result()));
        }
    }

    @Test
    void aLimitIsKeptByWholeMessagesButForTheFirst() {
        BatchBuilder builder = BatchBuilder.create();
        for (int i = 0; i < 10; i++) {
            builder.append(i, null, new byte[100]);
        }
        RecordBatch batch = batch(builder.build());
        int one = 12 + 22 + 100;
        for (int messages = 1; messages < 10; messages++) {
            for (int more : new int[] {0, one - 1}) {
                DownConversion conversion = new DownConversion((byte) 1, 0, messages * one + more);
                conversion.add(batch, ENOUGH);
                assertTrue(conversion.isFull());
                assertEquals(messages * one, conversion.result().remaining());
            }
        }
        DownConversion tiny = new DownConversion((byte) 1, 4, 1);
        tiny.add(batch, ENOUGH);
        assertEquals(List.of(4L), offsets(tiny.result()));
    }

    @Test
    void wrappersAreSmallEnoughForTheLimitEvenIfNothingCompresses(Random random) {
        for (Compression codec : List.of(Compression.GZIP, Compression.SNAPPY, Compression.LZ4)) {
            BatchBuilder builder = BatchBuilder.create().compression(codec);
            for (int i = 0; i < 100; i++) {
                byte[] noise = new byte[500];
                random.nextBytes(noise);
                builder.append(i, null, noise);
            }
            RecordBatch batch = batch(builder.build());
            for (int limit : new int[] {1_000, 5_000, 20_000, 40_000}) {
                DownConversion conversion = new DownConversion((byte) (limit % 3 % 2), 0, limit);
                conversion.add(batch, ENOUGH);
                int size = conversion.sizeInBytes();
                assertTrue(size <= limit, () -> codec + ": " + size + " of " + limit);
                assertTrue(size > limit / 3);
            }
        }
    }

    @Test
    void controlBatchesAndWhatLiesBelowAreNothingForConsumers() {
        RecordBatch marker = batch(BatchBuilder.create()
                .control()
                .append(1, new byte[4], new byte[6])
                .build());
        RecordBatch below =
                batch(BatchBuilder.create().append(1, null, new byte[6]).build());
        DownConversion conversion = new DownConversion((byte) 1, 1, ENOUGH);
        conversion.add(marker, ENOUGH);
        conversion.add(below, ENOUGH);
        assertEquals(0, conversion.sizeInBytes());
        assertFalse(conversion.isFull());
    }

    @Test
    void storedMessagesAreCopiedOrTakenOneFormatDown(Random random) {
        for (int codec = 0; codec < 4; codec++) {
            SimpleRecord[] records = OldMessages.records(random);
            for (byte stored = 0; stored <= 1; stored++) {
                ByteBuffer set = OldMessages.of(stored, codec, 7, records);
                for (byte asked = 0; asked <= 1; asked++) {
                    byte limit = asked;
                    DownConversion conversion = new DownConversion(asked, 0, ENOUGH);
                    for (LegacyBatches walk = new LegacyBatches(set); walk.hasNext(); ) {
                        conversion.add(walk.next(), ENOUGH);
                    }
                    ByteBuffer result = conversion.result();
                    if (stored <= asked) {
                        assertArrayEquals(RandomRecords.array(set), RandomRecords.array(result));
                    }
                    assertEquals(records.length, offsets(result).size());
                    assertEquals(7, offsets(result).get(0));
                    theirs(result).forEach(their -> assertTrue(their.magic() <= limit));
                }
            }
        }
    }

    @Test
    void whatIsDamagedOrTooLargeIsNotConverted(Random random) {
        ByteBuffer damaged = bytes(random, Compression.NONE, 0, false);
        damaged.put(damaged.limit() - 1, (byte) (damaged.get(damaged.limit() - 1) ^ 1));
        DownConversion conversion = new DownConversion((byte) 1, 0, ENOUGH);
        assertThrows(MalformedMessageException.class, () -> conversion.add(batch(damaged), ENOUGH));
        RecordBatch bomb = batch(BatchBuilder.create()
                .compression(Compression.GZIP)
                .append(1, null, new byte[50_000])
                .build());
        assertThrows(DecompressionBoundException.class, () -> conversion.add(bomb, 49_000));
        assertEquals(0, conversion.sizeInBytes());
        conversion.add(bomb, 51_000);
        assertTrue(conversion.sizeInBytes() > 0);
    }

    @Test
    void damagedBatchesEndInATypedErrorOrInMessagesThatCanBeRead(Random random) throws Exception {
        Fuzz.repeat(number -> {
            Compression codec = Compression.of(number % 5).orElseThrow();
            byte[] bytes = Fuzz.damage(random, RandomRecords.array(bytes(random, Compression.NONE, 0, false)));
            ByteBuffer in = ByteBuffer.wrap(bytes);
            RecordBatches walk = new RecordBatches(in);
            if (!walk.hasNext()) {
                return;
            }
            int size = walk.next().sizeInBytes();
            in.putInt(BatchHeader.CRC, BatchHeader.computeCrc(in, 0, size)); // or the CRC would stop it all
            DownConversion conversion = new DownConversion((byte) (number % 2), random.nextInt(5), 1_000);
            try {
                ByteBuffer compressed =
                        Recompression.of(batch(in), io.millrace.protocol.compress.Compressor.of(codec), ENOUGH);
                conversion.add(batch(compressed), ENOUGH);
            } catch (MalformedMessageException | DecompressionBoundException expected) {
                assertTrue(expected.getMessage() != null);
            }
            theirs(conversion.result()).forEach(MutableRecordBatch::ensureValid);
        });
    }

    private static ByteBuffer bytes(Random random, Compression codec, long baseOffset, boolean stamped) {
        BatchBuilder builder = BatchBuilder.create().baseOffset(baseOffset).compression(codec);
        if (stamped) {
            builder.logAppendTime(1_700_000_055_555L);
        }
        return RandomRecords.append(builder, RandomRecords.some(random, true)).build();
    }

    private static RecordBatch random(Random random, Compression codec, long baseOffset, boolean stamped) {
        return batch(bytes(random, codec, baseOffset, stamped));
    }

    private static RecordBatch batch(ByteBuffer bytes) {
        return new RecordBatches(bytes).next();
    }

    private static List<Record> wanted(List<RecordBatch> batches, long from) {
        List<Record> wanted = new ArrayList<>();
        for (RecordBatch batch : batches) {
            for (Record record : batch.records(ENOUGH)) {
                if (record.offset() >= from) {
                    wanted.add(record);
                }
            }
        }
        return wanted;
    }

    private static Iterable<MutableRecordBatch> theirs(ByteBuffer messages) {
        MemoryRecords theirs = MemoryRecords.readableRecords(messages.duplicate());
        assertEquals(messages.remaining(), theirs.validBytes());
        theirs.batches().forEach(MutableRecordBatch::ensureValid);
        return theirs.batches();
    }

    private static List<Long> offsets(ByteBuffer messages) {
        List<Long> offsets = new ArrayList<>();
        for (MutableRecordBatch batch : theirs(messages)) {
            batch.forEach(record -> offsets.add(record.offset()));
        }
        return offsets;
    }
}
