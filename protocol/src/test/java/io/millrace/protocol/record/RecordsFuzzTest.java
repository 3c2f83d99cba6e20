package io.millrace.protocol.record;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.protocol.compress.Compression;
import io.millrace.protocol.compress.DecompressionBoundException;
import io.millrace.protocol.testing.Fuzz;
import io.millrace.protocol.testing.Seeded;
import io.millrace.protocol.wire.MalformedMessageException;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Random;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(Seeded.class)
class RecordsFuzzTest {
    private static final int BOUND = 64 * 1024;
    private static final Compression[] CODECS = Compression.values();

    @Test
    void damagedBatchesEndInATypedErrorAndInBoundedMemory(Random random) throws Exception {
        Fuzz.repeat(number -> {
            BatchBuilder builder = BatchBuilder.create();
            RandomRecords.append(builder, RandomRecords.some(random, true));
            byte[] plain = RandomRecords.array(builder.build());
            // half the time the damage is inside the compression, where no other check stops it
            Compression codec = CODECS[number % CODECS.length];
            byte[] damaged = random.nextInt(10) == 0 ? Fuzz.noise(random, 400) : Fuzz.damage(random, plain);
            byte[] bytes = random.nextBoolean() ? compressed(damaged, codec) : damaged;
            check(bytes, RecordsFuzzTest::readBatches);
        });
    }

    @Test
    void damagedMessageSetsEndInATypedErrorAndInBoundedMemory(Random random) throws Exception {
        Fuzz.repeat(number -> {
            byte magic = (byte) (number % 2);
            CompressionType codec = CompressionType.forId(number % 4);
            MemoryRecordsBuilder builder = MemoryRecords.builder(
                    ByteBuffer.allocate(32 * 1024),
                    magic,
                    org.apache.kafka.common.compress.Compression.of(codec).build(),
                    magic == 0 ? TimestampType.NO_TIMESTAMP_TYPE : TimestampType.CREATE_TIME,
                    random.nextInt(50));
            for (SimpleRecord record : RandomRecords.some(random, false)) {
                builder.append(magic == 0 ? -1 : record.timestamp(), record.key(), record.value());
            }
            byte[] valid = RandomRecords.array(builder.build().buffer());
            check(Fuzz.damage(random, valid), RecordsFuzzTest::readMessages);
        });
    }

    @FunctionalInterface
    private interface Reading {
        void of(ByteBuffer bytes);
    }

    private static void check(byte[] bytes, Reading reading) {
        Fuzz.assertAllocatesAtMost(
                300L * bytes.length + 8L * BOUND, () -> HexFormat.of().formatHex(bytes), () -> read(bytes, reading));
    }

    private static void read(byte[] bytes, Reading reading) {
        try {
            reading.of(ByteBuffer.wrap(bytes));
        } catch (MalformedMessageException | DecompressionBoundException e) {
            assertTrue(!e.getMessage().isEmpty());
        } catch (RuntimeException e) {
            throw new AssertionError(HexFormat.of().formatHex(bytes), e);
        }
    }

    private static void readBatches(ByteBuffer bytes) {
        for (RecordBatches batches = new RecordBatches(bytes); batches.hasNext(); ) {
            RecordBatch batch = batches.next();
            batch.hasValidCrc();
            for (Record record : batch.records(BOUND)) {
                record.key();
                record.value();
                record.headers();
            }
        }
    }

    private static void readMessages(ByteBuffer bytes) {
        for (LegacyBatches messages = new LegacyBatches(bytes); messages.hasNext(); ) {
            LegacyBatch message = messages.next();
            message.hasValidCrc();
            for (Record record : message.records(BOUND)) {
                record.key();
                record.value();
                record.headers();
            }
        }
    }

    /** Compresses what stands behind the header, whatever it is, under a header that fits. */
    private static byte[] compressed(byte[] batch, Compression codec) {
        if (batch.length < BatchHeader.SIZE) {
            return batch;
        }
        ByteBuffer from = ByteBuffer.wrap(batch);
        ByteBuffer payload = codec.compress(from.slice(BatchHeader.SIZE, batch.length - BatchHeader.SIZE));
        ByteBuffer bytes = ByteBuffer.allocate(BatchHeader.SIZE + payload.remaining());
        bytes.put(0, batch, 0, BatchHeader.SIZE).position(BatchHeader.SIZE).put(payload);
        bytes.putInt(8, bytes.capacity() - BatchHeader.LOG_OVERHEAD);
        bytes.put(16, BatchHeader.MAGIC);
        bytes.putShort(BatchHeader.ATTRIBUTES, (short) codec.id());
        return bytes.array();
    }
}
