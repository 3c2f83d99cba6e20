package io.millrace.broker.replica;

import static io.millrace.broker.replica.MovedClock.START_MS;
import static io.millrace.broker.replica.ReplicaHouse.batch;
import static io.millrace.broker.replica.ReplicaHouse.building;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.millrace.broker.config.Settings;
import io.millrace.broker.log.LogConfig;
import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.compress.Compression;
import io.millrace.protocol.record.BatchHeader;
import io.millrace.protocol.record.RecordBatch;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ProducedBatchTest {
    private static final short VERSION = 9;
    private static final LogConfig DEFAULTS = LogConfig.from(new Settings(Map.of()));

    private static RecordBatch check(ByteBuffer bytes, Map<String, String> topic) {
        return ProducedBatch.check(bytes, DEFAULTS.withTopicOverrides(topic), VERSION, START_MS);
    }

    private static void assertRefused(ErrorCode error, ByteBuffer bytes) {
        assertRefused(error, bytes, Map.of());
    }

    private static void assertRefused(ErrorCode error, ByteBuffer bytes, Map<String, String> topic) {
        assertEquals(
                error,
                assertThrows(ApiException.class, () -> check(bytes, topic)).error());
    }

    /** A batch with some bytes of its header changed, and the CRC that goes with them. */
    private static ByteBuffer changed(ByteBuffer batch, Consumer<ByteBuffer> change) {
        change.accept(batch);
        batch.putInt(17, BatchHeader.computeCrc(batch, 0, batch.limit()));
        return batch;
    }

    @ParameterizedTest
    @EnumSource(Compression.class)
    void aGoodBatchOfAnyCodecPasses(Compression codec) {
        RecordBatch checked =
                check(building(START_MS, "a", "b").compression(codec).build(), Map.of());
        assertEquals(2, checked.recordsCount());
        assertEquals(codec.id(), checked.codec());
    }

    @Test
    void aBatchInTheMiddleOfTheRequestIsFoundWhereItIs() {
        ByteBuffer good = batch("a");
        ByteBuffer request = ByteBuffer.allocate(100 + good.remaining() + 100).position(100);
        request.put(good).flip().position(100);
        assertEquals(100, check(request, Map.of()).position());
    }

    @Test
    void bytesBehindTheBatchThatAreNoneAreLeftOut() {
        ByteBuffer good = batch("a");
        int size = good.remaining();
        ByteBuffer longer = ByteBuffer.allocate(size + 30).put(good).rewind();
        assertEquals(size, check(longer, Map.of()).sizeInBytes());
    }

    @Test
    void noBatchAtAllIsAnInvalidRecord() {
        assertRefused(ErrorCode.INVALID_RECORD, null);
        assertRefused(ErrorCode.INVALID_RECORD, ByteBuffer.allocate(0));
        assertRefused(ErrorCode.INVALID_RECORD, ByteBuffer.allocate(16));
    }

    @Test
    void twoBatchesAreOneTooMany() {
        ByteBuffer two =
                ByteBuffer.allocate(1000).put(batch("a")).put(batch("b")).flip();
        assertRefused(ErrorCode.INVALID_RECORD, two);
    }

    @Test
    void onlyMagic2IsTaken() {
        assertRefused(ErrorCode.INVALID_RECORD, batch("a").put(16, (byte) 1));
        assertRefused(ErrorCode.INVALID_RECORD, batch("a").put(16, (byte) 0));
        assertRefused(ErrorCode.INVALID_RECORD, batch("a").put(16, (byte) 3));
    }

    @Test
    void sizesAreBounded() {
        int size = batch("a").remaining();
        assertRefused(ErrorCode.MESSAGE_TOO_LARGE, batch("a"), Map.of("max.message.bytes", "" + (size - 1)));
        assertRefused(ErrorCode.RECORD_LIST_TOO_LARGE, batch("a"), Map.of("segment.bytes", "" + (size - 1)));
        assertEquals(
                size,
                check(batch("a"), Map.of("max.message.bytes", "" + size, "segment.bytes", "" + size))
                        .sizeInBytes());
    }

    @Test
    void aLengthThatDoesNotFitIsCorrupt() {
        ByteBuffer batch = batch("a");
        int length = batch.getInt(8);
        for (int wrong : new int[] {length + 1, 0, 48, -1, -12, Integer.MIN_VALUE}) {
            assertRefused(ErrorCode.CORRUPT_MESSAGE, batch("a").putInt(8, wrong));
        }
        // Beyond what an int holds once the twelve bytes in front are added.
        assertRefused(ErrorCode.CORRUPT_MESSAGE, batch("a").putInt(8, Integer.MAX_VALUE));
    }

    @Test
    void anyByteThatWasChangedUnderTheCrcIsCorrupt() {
        int size = batch("a").remaining();
        for (int at = 17; at < size; at++) {
            ByteBuffer batch = batch("a");
            assertRefused(ErrorCode.CORRUPT_MESSAGE, batch.put(at, (byte) (batch.get(at) ^ 4)));
        }
    }

    @Test
    void offsetsHaveToBeginAtZeroAndFitTheCount() {
        assertRefused(ErrorCode.INVALID_RECORD, batch("a").putLong(0, 1));
        assertRefused(ErrorCode.INVALID_RECORD, changed(batch("a", "b"), batch -> batch.putInt(57, 1)));
        assertRefused(ErrorCode.INVALID_RECORD, changed(batch("a", "b"), batch -> batch.putInt(57, 3)));
        assertRefused(ErrorCode.INVALID_RECORD, changed(batch("a"), batch -> batch.putInt(57, 0)
                .putInt(23, -1)));
        assertRefused(ErrorCode.INVALID_RECORD, changed(batch("a"), batch -> batch.putInt(57, Integer.MIN_VALUE)
                .putInt(23, Integer.MAX_VALUE)));
    }

    @Test
    void whatOnlyBrokersWriteIsRefused() {
        assertRefused(
                ErrorCode.INVALID_RECORD, building(START_MS, "a").control().build());
        assertRefused(
                ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
                building(START_MS, "a")
                        .transactional()
                        .producer(1, (short) 0, 0)
                        .build());
    }

    @Test
    void anUnknownCodecIsRefusedAndZstdBeforeItsVersion() {
        for (int codec = 5; codec <= 7; codec++) {
            short attributes = (short) codec;
            assertRefused(ErrorCode.INVALID_RECORD, changed(batch("a"), batch -> batch.putShort(21, attributes)));
        }
        ByteBuffer zstd = building(START_MS, "a").compression(Compression.ZSTD).build();
        ApiException refused =
                assertThrows(ApiException.class, () -> ProducedBatch.check(zstd, DEFAULTS, (short) 6, START_MS));
        assertEquals(ErrorCode.UNSUPPORTED_COMPRESSION_TYPE, refused.error());
        assertEquals(4, ProducedBatch.check(zstd, DEFAULTS, (short) 7, START_MS).codec());
    }

    @Test
    void aProducerNeedsASequenceAndAnEpoch() {
        assertRefused(
                ErrorCode.INVALID_RECORD,
                building(START_MS, "a").producer(1, (short) 0, -1).build());
        assertRefused(
                ErrorCode.INVALID_RECORD,
                building(START_MS, "a").producer(1, (short) -1, 0).build());
    }

    @Test
    void timesHaveToBeNearTheBrokersOwn() {
        Map<String, String> topic =
                Map.of("message.timestamp.before.max.ms", "1000", "message.timestamp.after.max.ms", "2000");
        for (long bad : new long[] {START_MS - 1001, START_MS + 2001, Long.MAX_VALUE, Long.MIN_VALUE, 0, -2}) {
            assertRefused(ErrorCode.INVALID_TIMESTAMP, building(bad, "a").build(), topic);
        }
        for (long good : new long[] {START_MS - 1000, START_MS, START_MS + 2000, BatchHeader.NO_TIMESTAMP}) {
            assertEquals(good, check(building(good, "a").build(), topic).baseTimestamp());
        }
    }

    @Test
    void aHeaderWhoseLargestTimeLiesBehindItsFirstIsNoWayAround() {
        ByteBuffer lie =
                changed(batch("a"), batch -> batch.putLong(27, Long.MAX_VALUE).putLong(35, BatchHeader.NO_TIMESTAMP));
        assertRefused(ErrorCode.INVALID_TIMESTAMP, lie);
    }

    @Test
    void byDefaultAnOldRecordPassesAndOneOfTomorrowDoesNot() {
        assertEquals(1, check(building(1, "a").build(), Map.of()).baseTimestamp());
        assertRefused(
                ErrorCode.INVALID_TIMESTAMP, building(START_MS + 3_600_001, "a").build());
    }

    @Test
    void whereTheBrokerStampsTheClientsTimesDoNotMatter() {
        Map<String, String> topic = Map.of("message.timestamp.type", "LogAppendTime");
        assertEquals(
                Long.MAX_VALUE,
                check(building(Long.MAX_VALUE, "a").build(), topic).baseTimestamp());
    }

    @Test
    void anyBytesAreCheckedOrRefusedAndNeverAnythingElse() {
        long seed = Long.getLong("test.seed", System.nanoTime());
        Random random = new Random(seed);
        for (int i = 0; i < 20_000; i++) {
            ByteBuffer bytes = batch("some", "records");
            for (int n = random.nextInt(6); n > 0; n--) {
                bytes.put(random.nextInt(bytes.limit()), (byte) random.nextInt());
            }
            bytes.limit(random.nextInt(bytes.limit() + 1));
            if (random.nextBoolean() && bytes.limit() > BatchHeader.SIZE) {
                bytes.putInt(8, bytes.limit() - BatchHeader.LOG_OVERHEAD).put(16, BatchHeader.MAGIC);
                bytes.putInt(17, BatchHeader.computeCrc(bytes, 0, bytes.limit()));
            }
            try {
                RecordBatch passed = check(bytes, Map.of());
                assertEquals(passed.recordsCount() - 1, passed.lastOffsetDelta(), "seed " + seed);
            } catch (ApiException refused) {
                assertEquals(false, refused.error() == ErrorCode.UNKNOWN_SERVER_ERROR, "seed " + seed);
            }
        }
    }
}
