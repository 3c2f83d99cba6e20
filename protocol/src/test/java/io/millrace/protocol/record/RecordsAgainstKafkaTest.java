package io.millrace.protocol.record;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.protocol.compress.Compression;
import io.millrace.protocol.testing.Seeded;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.Random;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** kafka-clients as the oracle for batches and message sets. */
@ExtendWith(Seeded.class)
class RecordsAgainstKafkaTest {
    private static final int ENOUGH = 1 << 20;
    private static final int ROUNDS = 40;

    @ParameterizedTest
    @EnumSource(Compression.class)
    void weReadTheBatchesThatKafkaBuilds(Compression codec, Random random) {
        for (int round = 0; round < ROUNDS; round++) {
            SimpleRecord[] records = RandomRecords.some(random, true);
            long baseOffset = random.nextInt(1000);
            MemoryRecords theirs = MemoryRecords.withIdempotentRecords(
                    baseOffset,
                    kafka(codec),
                    random.nextInt(1000),
                    (short) random.nextInt(10),
                    random.nextInt(1000),
                    random.nextInt(10),
                    records);
            assertSameBatches(theirs, theirs.buffer());
        }
    }

    @ParameterizedTest
    @EnumSource(Compression.class)
    void kafkaReadsTheBatchesThatWeBuild(Compression codec, Random random) {
        for (int round = 0; round < ROUNDS; round++) {
            SimpleRecord[] records = RandomRecords.some(random, true);
            BatchBuilder builder = BatchBuilder.create()
                    .baseOffset(random.nextInt(1000))
                    .leaderEpoch(random.nextInt(10))
                    .compression(codec)
                    .producer(random.nextInt(1000), (short) random.nextInt(10), random.nextInt(1000));
            if (random.nextBoolean()) {
                builder.transactional();
            }
            if (random.nextBoolean()) {
                builder.logAppendTime(1_700_000_123_456L);
            }
            ByteBuffer ours = RandomRecords.append(builder, records).build();
            MemoryRecords theirs = MemoryRecords.readableRecords(ours.duplicate());
            theirs.batches().forEach(MutableRecordBatch::ensureValid);
            assertSameBatches(theirs, ours);
            Iterator<org.apache.kafka.common.record.internal.Record> read =
                    theirs.records().iterator();
            for (SimpleRecord record : records) {
                org.apache.kafka.common.record.internal.Record next = read.next();
                assertEquals(record.key(), next.key());
                assertEquals(record.value(), next.value());
            }
            assertFalse(read.hasNext());
        }
    }

    @Test
    void anUncompressedBatchIsTheSameToTheByte(Random random) {
        for (int round = 0; round < ROUNDS; round++) {
            SimpleRecord[] records = RandomRecords.some(random, true);
            MemoryRecords theirs = MemoryRecords.withTransactionalRecords(
                    (byte) 2, 17, kafka(Compression.NONE), 4000, (short) 2, 60, 8, records);
            BatchBuilder builder = BatchBuilder.create()
                    .baseOffset(17)
                    .leaderEpoch(8)
                    .producer(4000, (short) 2, 60)
                    .transactional();
            assertArrayEquals(
                    RandomRecords.array(theirs.buffer()),
                    RandomRecords.array(RandomRecords.append(builder, records).build()));
        }
    }

    @Test
    void weReadTheMarkersThatKafkaWrites() {
        MemoryRecords theirs = MemoryRecords.withEndTransactionMarker(
                33, 1_700_000_000_000L, 4, 900, (short) 3, new EndTransactionMarker(ControlRecordType.COMMIT, 5));
        RecordBatch batch = new RecordBatches(theirs.buffer()).next();
        assertEquals(78, batch.sizeInBytes());
        assertTrue(batch.isControl() && batch.isTransactional());
        assertSameBatches(theirs, theirs.buffer());
    }

    @ParameterizedTest
    @EnumSource(
            value = Compression.class,
            names = {"NONE", "GZIP", "SNAPPY", "LZ4"})
    void weReadTheMessageSetsOfBothOldFormats(Compression codec, Random random) {
        for (byte magic = 0; magic <= 1; magic++) {
            for (TimestampType time : new TimestampType[] {TimestampType.CREATE_TIME, TimestampType.LOG_APPEND_TIME}) {
                if (magic == 0 && time == TimestampType.LOG_APPEND_TIME) {
                    continue;
                }
                for (int round = 0; round < ROUNDS / 2; round++) {
                    ByteBuffer buffer = ByteBuffer.allocate(64 * 1024);
                    MemoryRecordsBuilder builder = MemoryRecords.builder(
                            buffer,
                            magic,
                            kafka(codec),
                            magic == 0 ? TimestampType.NO_TIMESTAMP_TYPE : time,
                            random.nextInt(100),
                            1_700_000_777_777L);
                    for (SimpleRecord record : RandomRecords.some(random, false)) {
                        builder.append(magic == 0 ? -1 : record.timestamp(), record.key(), record.value());
                    }
                    MemoryRecords theirs = builder.build();
                    assertSameMessages(theirs, theirs.buffer());
                }
            }
        }
    }

    private static void assertSameBatches(MemoryRecords theirs, ByteBuffer bytes) {
        RecordBatches ours = new RecordBatches(bytes);
        for (MutableRecordBatch their : theirs.batches()) {
            RecordBatch our = ours.next();
            assertTrue(our.hasValidCrc());
            assertEquals(their.sizeInBytes(), our.sizeInBytes());
            assertEquals(their.baseOffset(), our.baseOffset());
            assertEquals(their.lastOffset(), our.lastOffset());
            assertEquals(their.nextOffset(), our.nextOffset());
            assertEquals(their.partitionLeaderEpoch(), our.leaderEpoch());
            assertEquals(their.compressionType().id, our.codec());
            assertEquals(their.timestampType() == TimestampType.LOG_APPEND_TIME, our.isLogAppendTime());
            assertEquals(their.isTransactional(), our.isTransactional());
            assertEquals(their.isControlBatch(), our.isControl());
            assertEquals(their.maxTimestamp(), our.maxTimestamp());
            assertEquals(their.producerId(), our.producerId());
            assertEquals(their.producerEpoch(), our.producerEpoch());
            assertEquals(their.baseSequence(), our.baseSequence());
            assertEquals(their.lastSequence(), our.lastSequence());
            assertEquals(their.countOrNull(), our.recordsCount());
            Iterator<Record> records = our.records(ENOUGH).iterator();
            for (org.apache.kafka.common.record.internal.Record record : their) {
                RandomRecords.assertSame(record, records.next());
            }
            assertFalse(records.hasNext());
        }
        assertEquals(0, ours.leftOver());
    }

    private static void assertSameMessages(MemoryRecords theirs, ByteBuffer bytes) {
        LegacyBatches ours = new LegacyBatches(bytes);
        int count = 0;
        for (MutableRecordBatch their : theirs.batches()) {
            LegacyBatch our = ours.next();
            assertTrue(our.hasValidCrc());
            assertEquals(their.magic(), our.magic());
            assertEquals(their.lastOffset(), our.offset());
            assertEquals(their.compressionType().id, our.codec());
            assertEquals(their.timestampType() == TimestampType.LOG_APPEND_TIME, our.isLogAppendTime());
            assertEquals(their.maxTimestamp(), our.timestamp());
            Iterator<Record> records = our.records(ENOUGH).iterator();
            for (org.apache.kafka.common.record.internal.Record record : their) {
                RandomRecords.assertSame(record, records.next());
                count++;
            }
            assertFalse(records.hasNext());
        }
        assertEquals(0, ours.leftOver());
        assertTrue(count > 0);
    }

    private static org.apache.kafka.common.compress.Compression kafka(Compression codec) {
        return org.apache.kafka.common.compress.Compression.of(CompressionType.forId(codec.id()))
                .build();
    }
}
