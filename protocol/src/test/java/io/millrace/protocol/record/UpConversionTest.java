package io.millrace.protocol.record;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.protocol.compress.Compression;
import io.millrace.protocol.compress.Compressor;
import io.millrace.protocol.compress.DecompressionBoundException;
import io.millrace.protocol.testing.Fuzz;
import io.millrace.protocol.testing.Seeded;
import io.millrace.protocol.wire.MalformedMessageException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(Seeded.class)
class UpConversionTest {
    private static final int ENOUGH = 1 << 20;
    private static final Optional<Compressor> PRODUCERS = Optional.empty();

    @Test
    void everySetThatKafkaWritesBecomesOneBatchOfTheSameRecords(Random random) {
        for (int round = 0; round < 80; round++) {
            byte magic = (byte) (round % 2);
            int codec = round / 2 % 4;
            SimpleRecord[] records = OldMessages.records(random);
            RecordBatch batch = one(OldMessages.of(magic, codec, random.nextInt(9), records), PRODUCERS);
            assertEquals(codec, batch.codec());
            assertTrue(batch.hasValidCrc());
            assertEquals(0, batch.baseOffset());
            assertEquals(records.length - 1, batch.lastOffset());
            assertFalse(batch.hasProducerId());
            assertSame(records, magic, List.of(batch));
        }
    }

    @Test
    void messagesAndWrappersInOneSetAreCountedOnAndTakeTheWrappersCodec(Random random) {
        SimpleRecord[] plain = OldMessages.records(random);
        SimpleRecord[] wrapped = OldMessages.records(random);
        SimpleRecord[] more = OldMessages.records(random);
        ByteBuffer set = OldMessages.join(
                OldMessages.of((byte) 1, 0, 0, plain),
                OldMessages.of((byte) 1, 2, 0, wrapped),
                OldMessages.of((byte) 1, 0, 0, more));
        RecordBatch batch = one(set, PRODUCERS);
        assertEquals(Compression.SNAPPY.id(), batch.codec());
        List<SimpleRecord> all = new ArrayList<>(List.of(plain));
        all.addAll(List.of(wrapped));
        all.addAll(List.of(more));
        assertSame(all.toArray(SimpleRecord[]::new), (byte) 1, List.of(batch));
    }

    @Test
    void aGivenCodecTakesTheProducersPlace(Random random) {
        for (Compression codec : Compression.values()) {
            SimpleRecord[] records = OldMessages.records(random);
            RecordBatch batch = one(OldMessages.of((byte) 1, 1, 0, records), Optional.of(Compressor.of(codec)));
            assertEquals(codec.id(), batch.codec());
            assertSame(records, (byte) 1, List.of(batch));
        }
    }

    @Test
    void whatIsTooLargeForOneBatchBecomesSeveral() {
        SimpleRecord[] records = new SimpleRecord[200];
        for (int i = 0; i < records.length; i++) {
            records[i] = new SimpleRecord(1_700_000_000_000L + i, null, new byte[i == 100 ? 5_000 : 90]);
        }
        List<RecordBatch> batches = new ArrayList<>();
        for (ByteBuffer batch :
                UpConversion.convert(OldMessages.of((byte) 1, 1, 0, records), PRODUCERS, 1_000, ENOUGH)) {
            batches.add(new RecordBatches(batch).next());
        }
        assertTrue(batches.size() > 20, () -> batches.size() + " batches");
        batches.forEach(batch -> assertEquals(Compression.GZIP.id(), batch.codec()));
        assertEquals(
                1,
                batches.stream()
                        .filter(batch -> batch.records(ENOUGH).sizeInBytes() > 1_000)
                        .count());
        assertSame(records, (byte) 1, batches);
    }

    @Test
    void whatIsNoWholeMessageIsRefused(Random random) {
        ByteBuffer set = OldMessages.of((byte) 1, 0, 0, OldMessages.records(random));
        for (ByteBuffer wrong : List.of(
                set.slice(0, set.limit() - 1),
                OldMessages.join(set, ByteBuffer.allocate(1)),
                OldMessages.join(
                        set, BatchBuilder.create().append(1, new byte[1], null).build()))) {
            assertThrows(MalformedMessageException.class, () -> convert(wrong, ENOUGH));
        }
        ByteBuffer crc = OldMessages.join(set);
        crc.put(12, (byte) (crc.get(12) ^ 1));
        assertThrows(MalformedMessageException.class, () -> convert(crc, ENOUGH));
    }

    @Test
    void aTimeBeforeTheUnknownOneIsRefused() {
        ByteBuffer set = OldMessages.of((byte) 1, 0, 0, new SimpleRecord(7, null, new byte[3]));
        set.putLong(18, -2);
        java.util.zip.CRC32 crc = new java.util.zip.CRC32();
        crc.update(set.slice(16, set.limit() - 16));
        set.putInt(12, (int) crc.getValue());
        assertThrows(MalformedMessageException.class, () -> convert(set, ENOUGH));
    }

    @Test
    void theBoundHoldsForOneWrapperAndForAllOfThem() {
        SimpleRecord zeros = new SimpleRecord(1, null, new byte[30_000]);
        ByteBuffer wrapper = OldMessages.of((byte) 1, 1, 0, zeros);
        assertThrows(DecompressionBoundException.class, () -> convert(wrapper, 20_000));
        assertEquals(1, convert(wrapper, 40_000).size());
        ByteBuffer many = OldMessages.join(wrapper, wrapper, wrapper);
        assertThrows(DecompressionBoundException.class, () -> convert(many, 40_000));
        ByteBuffer plain = OldMessages.of((byte) 1, 0, 0, zeros);
        assertThrows(DecompressionBoundException.class, () -> convert(plain, 20_000));
    }

    @Test
    void damagedSetsEndInATypedErrorOrInValidBatches(Random random) throws Exception {
        Fuzz.repeat(number -> {
            ByteBuffer valid = OldMessages.of((byte) (number % 2), number % 4, 0, OldMessages.records(random));
            ByteBuffer damaged = ByteBuffer.wrap(Fuzz.damage(random, RandomRecords.array(valid)));
            try {
                for (ByteBuffer batch :
                        UpConversion.convert(damaged, PRODUCERS, 1 + random.nextInt(2_000), 64 * 1024)) {
                    new RecordBatches(batch).next().records(ENOUGH).check();
                }
            } catch (MalformedMessageException | DecompressionBoundException expected) {
                assertTrue(expected.getMessage() != null);
            }
        });
    }

    private static List<ByteBuffer> convert(ByteBuffer set, int maxBytes) {
        return UpConversion.convert(set, PRODUCERS, ENOUGH, maxBytes);
    }

    private static RecordBatch one(ByteBuffer set, Optional<Compressor> codec) {
        List<ByteBuffer> batches = UpConversion.convert(set, codec, ENOUGH, ENOUGH);
        assertEquals(1, batches.size());
        RecordBatches walk = new RecordBatches(batches.get(0));
        RecordBatch batch = walk.next();
        assertEquals(0, walk.leftOver());
        return batch;
    }

    private static void assertSame(SimpleRecord[] expected, byte magic, List<RecordBatch> batches) {
        int i = 0;
        for (RecordBatch batch : batches) {
            long offset = 0;
            for (Record record : batch.records(ENOUGH)) {
                assertEquals(offset++, record.offset());
                assertEquals(magic == 0 ? -1 : expected[i].timestamp(), record.timestamp());
                assertArrayEquals(
                        array(expected[i].key()),
                        record.key().map(RandomRecords::array).orElse(null));
                assertArrayEquals(
                        array(expected[i].value()),
                        record.value().map(RandomRecords::array).orElse(null));
                assertTrue(record.headers().isEmpty());
                i++;
            }
        }
        assertEquals(expected.length, i);
    }

    private static byte[] array(ByteBuffer part) {
        return part == null ? null : RandomRecords.array(part);
    }
}
