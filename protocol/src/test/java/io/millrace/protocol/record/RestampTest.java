package io.millrace.protocol.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.millrace.protocol.compress.Compression;
import io.millrace.protocol.testing.Seeded;
import java.nio.ByteBuffer;
import java.util.Random;
import org.apache.kafka.common.errors.CorruptRecordException;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A batch that is passed on under another producer's name, held to kafka-clients' reader. */
@ExtendWith(Seeded.class)
class RestampTest {
    private static final int ROUNDS = 40;

    @ParameterizedTest
    @EnumSource(Compression.class)
    void isWholeAndHasTheSameRecords(Compression codec, Random random) {
        for (int round = 0; round < ROUNDS; round++) {
            SimpleRecord[] records = RandomRecords.some(random, true);
            int before = random.nextInt(100);
            ByteBuffer batch = batch(codec, random, records, before);
            int sequence = random.nextInt(Integer.MAX_VALUE);
            BatchHeader.restamp(batch, before, batch.limit() - before, 77, (short) 3, sequence);
            DefaultRecordBatch read = read(batch, before);
            read.ensureValid();
            assertEquals(77, read.producerId());
            assertEquals(3, read.producerEpoch());
            assertEquals(sequence, read.baseSequence());
            assertEquals(0, read.baseOffset());
            assertFalse(read.isTransactional());
            int i = 0;
            for (org.apache.kafka.common.record.internal.Record record : read) {
                assertEquals(records[i].key(), record.key());
                assertEquals(records[i].value(), record.value());
                assertEquals(records[i++].timestamp(), record.timestamp());
            }
            assertEquals(records.length, i);
        }
    }

    @ParameterizedTest
    @EnumSource(Compression.class)
    void whatWasDamagedBeforeIsStillFound(Compression codec, Random random) {
        ByteBuffer batch = batch(codec, random, RandomRecords.some(random, true), 0);
        int place = BatchHeader.SIZE + random.nextInt(batch.limit() - BatchHeader.SIZE);
        batch.put(place, (byte) (batch.get(place) ^ (1 << random.nextInt(8))));
        BatchHeader.restamp(batch, 0, batch.limit(), 77, (short) 3, 5);
        assertThrows(CorruptRecordException.class, read(batch, 0)::ensureValid);
    }

    private static ByteBuffer batch(Compression codec, Random random, SimpleRecord[] records, int before) {
        BatchBuilder builder = BatchBuilder.create()
                .baseOffset(random.nextInt(1000))
                .leaderEpoch(random.nextInt(10))
                .compression(codec)
                .producer(random.nextInt(1000), (short) random.nextInt(10), random.nextInt(1000))
                .transactional();
        ByteBuffer built = RandomRecords.append(builder, records).build();
        return ByteBuffer.allocateDirect(before + built.limit())
                .position(before)
                .put(built)
                .flip();
    }

    private static DefaultRecordBatch read(ByteBuffer batch, int at) {
        ByteBuffer alone = batch.duplicate().position(at).slice();
        return (DefaultRecordBatch)
                MemoryRecords.readableRecords(alone).batches().iterator().next();
    }
}
