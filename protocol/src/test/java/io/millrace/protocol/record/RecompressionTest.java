package io.millrace.protocol.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.protocol.compress.Compression;
import io.millrace.protocol.compress.Compressor;
import io.millrace.protocol.compress.DecompressionBoundException;
import io.millrace.protocol.testing.Seeded;
import io.millrace.protocol.wire.MalformedMessageException;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(Seeded.class)
class RecompressionTest {
    private static final int ENOUGH = 1 << 20;

    @Test
    void nothingButCodecSizeAndCrcChangesBetweenAnyTwoCodecs(Random random) {
        for (Compression from : Compression.values()) {
            for (Compression to : Compression.values()) {
                BatchBuilder builder = BatchBuilder.create()
                        .baseOffset(random.nextInt(100))
                        .leaderEpoch(3)
                        .producer(900, (short) 4, 77)
                        .compression(from);
                if (random.nextBoolean()) {
                    builder.transactional();
                }
                if (random.nextBoolean()) {
                    builder.logAppendTime(1_700_000_000_777L);
                }
                RecordBatch batch = batch(RandomRecords.append(builder, RandomRecords.some(random, true))
                        .build());
                RecordBatch again = batch(Recompression.of(batch, Compressor.of(to), ENOUGH));
                assertEquals(to.id(), again.codec());
                assertTrue(again.hasValidCrc());
                assertEquals(
                        batch.records(ENOUGH).bytes(), again.records(ENOUGH).bytes());
                RecordBatch back = batch(Recompression.of(again, Compressor.of(from), ENOUGH));
                assertEquals(batch.bytes(), back.bytes(), from + " to " + to + " and back");
            }
        }
    }

    @Test
    void aHigherLevelMakesThemSmaller(Random random) {
        BatchBuilder builder = BatchBuilder.create();
        for (int i = 0; i < 300; i++) {
            builder.append(
                    i,
                    null,
                    ByteBuffer.wrap(("some words and " + random.nextInt(500))
                            .getBytes(java.nio.charset.StandardCharsets.UTF_8)));
        }
        RecordBatch batch = batch(builder.build());
        for (Compressor[] pair : new Compressor[][] {
            {new Compressor(Compression.GZIP, 1), new Compressor(Compression.GZIP, 9)},
            {new Compressor(Compression.LZ4, 9), new Compressor(Compression.LZ4, 17)},
            {new Compressor(Compression.ZSTD, -50), new Compressor(Compression.ZSTD, 19)}
        }) {
            int quick = Recompression.of(batch, pair[0], ENOUGH).remaining();
            int thorough = Recompression.of(batch, pair[1], ENOUGH).remaining();
            assertTrue(thorough < quick, () -> pair[0] + ": " + quick + ", then " + thorough);
        }
    }

    @Test
    void recordsThatAreNotWhatTheBatchSaysAreRefused(Random random) {
        ByteBuffer bytes = RandomRecords.append(BatchBuilder.create(), RandomRecords.some(random, false))
                .build();
        bytes.putInt(57, bytes.getInt(57) + 1);
        RecordBatch wrong = batch(bytes);
        assertThrows(
                MalformedMessageException.class, () -> Recompression.of(wrong, Compressor.of(Compression.LZ4), ENOUGH));
    }

    @Test
    void decompressionHasABound() {
        RecordBatch bomb = batch(BatchBuilder.create()
                .compression(Compression.ZSTD)
                .append(1, null, new byte[100_000])
                .build());
        assertThrows(
                DecompressionBoundException.class,
                () -> Recompression.of(bomb, Compressor.of(Compression.LZ4), 90_000));
    }

    private static RecordBatch batch(ByteBuffer bytes) {
        RecordBatches walk = new RecordBatches(bytes);
        RecordBatch batch = walk.next();
        assertEquals(0, walk.leftOver());
        return batch;
    }
}
