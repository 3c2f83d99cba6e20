package io.millrace.broker.replica;

import static io.millrace.broker.replica.MovedClock.START_MS;
import static io.millrace.broker.replica.OldMessages.messages;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.broker.config.Settings;
import io.millrace.broker.log.LogConfig;
import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.compress.Compression;
import io.millrace.protocol.record.BatchBuilder;
import io.millrace.protocol.record.Record;
import io.millrace.protocol.record.RecordBatch;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BatchRewritingTest {
    private static final short OLD = 2;
    private static final short NEW = 13;

    private final BatchRewriting rewriting = new BatchRewriting(new ConversionMemory(100_000));

    private static LogConfig config(String... keysAndValues) {
        Map<String, String> own = new java.util.HashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            own.put(keysAndValues[i], keysAndValues[i + 1]);
        }
        return LogConfig.from(new Settings(Map.of())).withTopicOverrides(own);
    }

    private List<RecordBatch> rewrite(ByteBuffer records, LogConfig config, short version) {
        return rewriting.rewrite(records, config, version, START_MS, () -> {});
    }

    private void assertRefused(ErrorCode error, ByteBuffer records, LogConfig config, short version) {
        assertEquals(
                error,
                assertThrows(ApiException.class, () -> rewrite(records, config, version))
                        .error());
    }

    private static List<String> values(List<RecordBatch> batches) {
        List<String> values = new ArrayList<>();
        for (RecordBatch batch : batches) {
            for (Record record : batch.records(1 << 20)) {
                values.add(StandardCharsets.UTF_8
                        .decode(record.value().orElseThrow())
                        .toString());
            }
        }
        return values;
    }

    private static ByteBuffer batch(Compression codec, String value) {
        return BatchBuilder.create()
                .compression(codec)
                .producer(9, (short) 1, 5)
                .append(START_MS, (ByteBuffer) null, ByteBuffer.wrap(value.getBytes(StandardCharsets.UTF_8)))
                .build();
    }

    @Test
    void onlyOldRequestsAndTopicsWithACodecAskForIt() {
        assertFalse(BatchRewriting.isNeeded(config(), (short) 3));
        assertTrue(BatchRewriting.isNeeded(config(), OLD));
        assertTrue(BatchRewriting.isNeeded(config("compression.type", "uncompressed"), NEW));
        assertTrue(BatchRewriting.isNeeded(config("cleanup.policy", "compact,delete"), NEW));
    }

    @ParameterizedTest
    @EnumSource(Compression.class)
    void aRecordWithoutAKeyIsRefusedWhereTheTopicIsCompacted(Compression codec) {
        byte[] some = {1};
        LogConfig compacted = config("cleanup.policy", "compact");
        assertEquals(1, rewrite(keyed(codec, some, some), compacted, NEW).size());
        assertEquals(1, rewrite(keyed(codec, some, null), config(), NEW).size());
        assertRefused(ErrorCode.INVALID_RECORD, keyed(codec, some, null), compacted, NEW);
        assertRefused(
                ErrorCode.INVALID_RECORD, keyed(codec, some, null), config("cleanup.policy", "compact,delete"), NEW);
        assertRefused(ErrorCode.INVALID_RECORD, messages(1, 1, START_MS, "without a key"), compacted, OLD);
    }

    @Test
    void whatIsTooLargeToBeOpenedIsRefusedWhereTheTopicIsCompacted() {
        ByteBuffer bomb = keyed(Compression.ZSTD, new byte[200_000]);
        assertTrue(bomb.remaining() < 1000);
        assertRefused(ErrorCode.MESSAGE_TOO_LARGE, bomb, config("cleanup.policy", "compact"), NEW);
        assertEquals(1, rewrite(bomb, config(), NEW).size());
    }

    private static ByteBuffer keyed(Compression codec, byte[]... keys) {
        BatchBuilder batch = BatchBuilder.create().compression(codec);
        for (byte[] key : keys) {
            batch.append(START_MS, key, key);
        }
        return batch.build();
    }

    @Test
    void oldMessagesAreOldProducersOnly() {
        for (int magic = 0; magic <= 1; magic++) {
            assertEquals(List.of("a", "b"), values(rewrite(messages(magic, 1, START_MS, "a", "b"), config(), OLD)));
            assertRefused(
                    ErrorCode.INVALID_RECORD,
                    messages(magic, 0, START_MS, "a"),
                    config("compression.type", "gzip"),
                    NEW);
        }
    }

    @Test
    void anOldRequestMayHoldABatch() {
        RecordBatch batch = rewrite(batch(Compression.LZ4, "x"), config(), OLD).get(0);
        assertEquals(Compression.LZ4.id(), batch.codec());
        assertEquals(9, batch.producerId());
        assertRefused(ErrorCode.UNSUPPORTED_COMPRESSION_TYPE, batch(Compression.ZSTD, "x"), config(), OLD);
    }

    @Test
    void aTopicsCodecIsGivenToBothKinds() {
        LogConfig zstd = config("compression.type", "zstd");
        for (ByteBuffer records : List.of(batch(Compression.NONE, "x"), batch(Compression.ZSTD, "x"))) {
            RecordBatch batch = rewrite(records, zstd, NEW).get(0);
            assertEquals(Compression.ZSTD.id(), batch.codec());
            assertEquals(5, batch.baseSequence());
            assertEquals(List.of("x"), values(List.of(batch)));
        }
        assertEquals(
                Compression.ZSTD.id(),
                rewrite(messages(0, 2, -1, "x"), zstd, OLD).get(0).codec());
    }

    @Test
    void whatIsRewrittenPassesTheSameChecks() {
        assertRefused(ErrorCode.INVALID_TIMESTAMP, messages(1, 0, START_MS + 9_999_999, "late"), config(), OLD);
        assertRefused(
                ErrorCode.MESSAGE_TOO_LARGE,
                messages(0, 0, -1, "x".repeat(500)),
                config("max.message.bytes", "200"),
                OLD);
        assertRefused( // small as it came, too large without its compression
                ErrorCode.MESSAGE_TOO_LARGE,
                batch(Compression.GZIP, "x".repeat(500)),
                config("max.message.bytes", "200", "compression.type", "uncompressed"),
                NEW);
    }

    @Test
    void aSetLargerThanABatchMayBeComesInSeveral() {
        String[] many = new String[50];
        java.util.Arrays.setAll(many, i -> "number " + i);
        List<RecordBatch> batches = rewrite(messages(1, 0, START_MS, many), config("max.message.bytes", "300"), OLD);
        assertTrue(batches.size() > 1);
        batches.forEach(batch -> assertTrue(batch.sizeInBytes() <= 300, batch::toString));
        assertEquals(List.of(many), values(batches));
    }

    @Test
    void whatCannotBeReadIsCorruptAndABombIsTooLarge() {
        ByteBuffer cut = messages(1, 0, START_MS, "a");
        assertRefused(ErrorCode.CORRUPT_MESSAGE, cut.slice(0, cut.limit() - 1), config(), OLD);
        assertRefused(ErrorCode.INVALID_RECORD, ByteBuffer.allocate(0), config(), OLD);
        assertRefused(ErrorCode.INVALID_RECORD, ByteBuffer.allocate(400).put(16, (byte) 7), config(), OLD);
        assertRefused(ErrorCode.MESSAGE_TOO_LARGE, messages(0, 1, -1, "x".repeat(200_000)), config(), OLD);
        assertRefused(
                ErrorCode.MESSAGE_TOO_LARGE,
                batch(Compression.GZIP, "x".repeat(200_000)),
                config("compression.type", "lz4"),
                NEW);
        ByteBuffer wrongCount = batch(Compression.NONE, "x");
        wrongCount.put(61, (byte) 2);
        io.millrace.protocol.record.BatchHeader.stampTime(wrongCount, 0, wrongCount.limit(), true, 7);
        io.millrace.protocol.record.BatchHeader.stampTime(wrongCount, 0, wrongCount.limit(), false, START_MS);
        assertRefused(ErrorCode.INVALID_RECORD, wrongCount, config("compression.type", "lz4"), NEW);
    }
}
