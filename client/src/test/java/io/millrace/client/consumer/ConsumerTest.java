package io.millrace.client.consumer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.millrace.client.ClientConfig;
import io.millrace.client.IsolationLevel;
import io.millrace.client.MillraceException;
import io.millrace.client.testing.FakeCluster;
import io.millrace.client.testing.FakeReads;
import io.millrace.client.testing.Reply;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.message.ApiKey;
import io.millrace.protocol.message.FetchRequest;
import io.millrace.protocol.message.FetchResponse.Response.Partition.AbortedTransaction;
import io.millrace.protocol.message.FetchResponse.Response.Partition.DivergingEpoch;
import io.millrace.protocol.record.BatchBuilder;
import io.millrace.protocol.record.BufferSlice;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The consumer against scripted brokers: sessions, leaders that move, errors, transactions. */
@Timeout(60)
final class ConsumerTest {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final TopicPartition T0 = new TopicPartition("t", 0);
    private static final TopicPartition T1 = new TopicPartition("t", 1);

    private final FakeCluster cluster = new FakeCluster(2).topic("t", 1, 2);
    private final FakeReads reads = new FakeReads(cluster);
    private final List<AutoCloseable> opened = new ArrayList<>(List.of(cluster));

    @AfterEach
    void close() throws Exception {
        for (int i = opened.size() - 1; i >= 0; i--) {
            opened.get(i).close();
        }
    }

    private ConsumerConfig.Builder config() {
        return ConsumerConfig.builder(ClientConfig.builder(cluster.bootstrap())
                        .reconnectBackoff(Duration.ofMillis(5), Duration.ofMillis(20))
                        .retryBackoff(Duration.ofMillis(5), Duration.ofMillis(20))
                        .build())
                .offsetReset(OffsetReset.EARLIEST);
    }

    private Consumer open(ConsumerConfig.Builder config, TopicPartition... partitions) {
        Consumer consumer = Consumer.open(config.build());
        opened.add(consumer);
        consumer.assign(List.of(partitions));
        return consumer;
    }

    private static List<String> read(Consumer consumer, int count) {
        List<String> texts = new ArrayList<>();
        while (texts.size() < count) {
            List<ConsumerRecord> records = consumer.poll(SOON);
            assertFalse(records.isEmpty(), "after " + texts);
            records.forEach(record -> texts.add(record.valueText()));
        }
        return texts;
    }

    @Test
    void aSessionSaysOnlyWhatIsNewAndBeginsAnewWhenItIsForgotten() {
        reads.append("t", 0, "a");
        Consumer consumer = open(config(), T0);
        assertEquals(List.of("a"), read(consumer, 1));
        reads.append("t", 0, "b");
        assertEquals(List.of("b"), read(consumer, 1));
        List<FetchRequest> asked = cluster.broker(1).calls(ApiKey.FETCH).stream()
                .map(call -> call.as(FetchRequest.class))
                .toList();
        assertEquals(0, asked.get(0).sessionEpoch());
        assertEquals(1, asked.get(1).sessionEpoch());
        assertEquals(1, asked.get(1).topics().get(0).partitions().get(0).fetchOffset());
        Awaitility.await("a request that says nothing new").until(() -> cluster.broker(1).calls(ApiKey.FETCH).stream()
                .map(call -> call.as(FetchRequest.class))
                .anyMatch(again -> again.sessionEpoch() > 1 && again.topics().isEmpty()));
        reads.forgetSessions();
        reads.append("t", 0, "c");
        assertEquals(List.of("c"), read(consumer, 1));
    }

    @Test
    void aLeaderThatMovesIsFollowedByItsHint() {
        reads.append("t", 0, "a");
        Consumer consumer = open(config(), T0);
        assertEquals(List.of("a"), read(consumer, 1));
        int before = cluster.broker(2).calls(ApiKey.METADATA).size()
                + cluster.broker(1).calls(ApiKey.METADATA).size();
        cluster.lead("t", 0, 2);
        reads.append("t", 0, "b");
        assertEquals(List.of("b"), read(consumer, 1));
        assertEquals(
                before,
                cluster.broker(2).calls(ApiKey.METADATA).size()
                        + cluster.broker(1).calls(ApiKey.METADATA).size());
        FetchRequest.Topic.Partition asked = cluster.broker(2)
                .calls(ApiKey.FETCH)
                .get(0)
                .as(FetchRequest.class)
                .topics()
                .get(0)
                .partitions()
                .get(0);
        assertEquals(1, asked.currentLeaderEpoch());
    }

    @Test
    void theClosestReplicaIsReadUntilItFails() {
        reads.append("t", 0, "a");
        AtomicBoolean broken = new AtomicBoolean();
        reads.special((broker, partition, offset, answer) -> {
            if (broker == 1 && !broken.get()) {
                return Optional.of(answer.preferredReadReplica(2).build());
            } else if (broker == 2 && broken.get()) {
                return Optional.of(
                        answer.errorCode(ErrorCode.OFFSET_OUT_OF_RANGE).build());
            } else if (broker == 2 && offset > 0) {
                return Optional.of(answer.build());
            } else if (broker == 2) {
                return Optional.of(answer.records(new BufferSlice(batch("from the follower", offset)))
                        .build());
            }
            return Optional.empty();
        });
        Consumer consumer = open(config().rack("here"), T0);
        assertEquals(List.of("from the follower"), read(consumer, 1));
        assertEquals(
                "here",
                cluster.broker(2)
                        .calls(ApiKey.FETCH)
                        .get(0)
                        .as(FetchRequest.class)
                        .rackId());
        broken.set(true);
        consumer.seek(T0, Position.offset(0));
        assertEquals(List.of("a"), read(consumer, 1));
    }

    private static ByteBuffer batch(String value, long offset) {
        return BatchBuilder.create()
                .baseOffset(offset)
                .append(1, null, value.getBytes(StandardCharsets.UTF_8))
                .build();
    }

    @Test
    void anOffsetThatIsGoneIsResetByPolicy() {
        reads.append("t", 0, "a", "b");
        reads.append("t", 0, "c");
        reads.startAt("t", 0, 2);
        Consumer consumer = open(config(), T0);
        consumer.seek(T0, Position.offset(1));
        assertEquals(List.of("c"), read(consumer, 1));
        assertEquals(OptionalLong.of(3), consumer.position(T0));
        Consumer strict = open(config().offsetReset(OffsetReset.NONE), T0);
        strict.seek(T0, Position.offset(1));
        MillraceException thrown = assertThrows(MillraceException.class, () -> strict.poll(SOON));
        assertEquals(ErrorCode.OFFSET_OUT_OF_RANGE, thrown.error());
    }

    @Test
    void whatAChangeOfLeadersCutOffIsNotSkipped() {
        reads.append("t", 0, "a", "b", "c");
        Consumer consumer = open(config(), T0);
        assertEquals(List.of("a", "b", "c"), read(consumer, 3));
        boolean[] told = {false};
        reads.special((broker, partition, offset, answer) -> {
            if (offset == 3 && !told[0]) {
                told[0] = true;
                return Optional.of(
                        answer.divergingEpoch(new DivergingEpoch(0, 1)).build());
            }
            return Optional.empty();
        });
        assertEquals(List.of("b", "c"), read(consumer, 2));
    }

    @Test
    void aDamagedBatchIsToldAfterWhatIsBeforeItAndReadOnceItIsWhole() {
        reads.append("t", 0, "a");
        reads.append("t", 0, "b");
        boolean[] damaged = {true};
        reads.special((broker, partition, offset, answer) -> {
            if (!damaged[0]) {
                return Optional.empty();
            }
            ByteBuffer second = batch("b", 1);
            second.put(second.limit() - 2, (byte) 'x');
            ByteBuffer both =
                    ByteBuffer.allocate(1_000).put(batch("a", 0)).put(second).flip();
            return Optional.of(answer.records(new BufferSlice(both)).build());
        });
        Consumer consumer = open(config(), T0);
        assertEquals(List.of("a"), read(consumer, 1));
        MillraceException thrown = assertThrows(MillraceException.class, () -> consumer.poll(SOON));
        assertEquals(ErrorCode.CORRUPT_MESSAGE, thrown.error());
        damaged[0] = false;
        List<String> seen = new ArrayList<>();
        while (seen.isEmpty()) {
            try {
                consumer.poll(SOON).forEach(record -> seen.add(record.valueText()));
            } catch (MillraceException stillDamaged) {
                assertEquals(ErrorCode.CORRUPT_MESSAGE, stillDamaged.error());
            }
        }
        assertEquals(List.of("b"), seen);
    }

    @Test
    void abortedTransactionsAndMarkersAreLeftOut() {
        transactional(7, "a1");
        transactional(8, "b1");
        transactional(7, "a2");
        marker(7, 0);
        transactional(7, "a3");
        marker(8, 1);
        marker(7, 1);
        reads.special((broker, partition, offset, answer) -> {
            answer.abortedTransactions(List.of(new AbortedTransaction(7, 0)));
            return Optional.empty();
        });
        Consumer strict = open(config().isolationLevel(IsolationLevel.READ_COMMITTED), T0);
        assertEquals(List.of("b1", "a3"), read(strict, 2));
        Consumer all = open(config(), T0);
        assertEquals(List.of("a1", "b1", "a2", "a3"), read(all, 4));
        assertEquals(0, strict.poll(Duration.ofMillis(50)).size());
        assertEquals(OptionalLong.of(7), strict.position(T0));
        assertEquals(
                1,
                cluster.broker(1)
                        .calls(ApiKey.FETCH)
                        .get(0)
                        .as(FetchRequest.class)
                        .isolationLevel());
    }

    private void transactional(long producer, String value) {
        BatchBuilder batch = BatchBuilder.create()
                .producer(producer, (short) 0, 0)
                .transactional()
                .append(1, null, value.getBytes(StandardCharsets.UTF_8));
        reads.append("t", 0, batch, 1);
    }

    private void marker(long producer, int type) {
        BatchBuilder batch = BatchBuilder.create()
                .producer(producer, (short) 0, -1)
                .transactional()
                .control()
                .append(1, new byte[] {0, 0, 0, (byte) type}, new byte[6]);
        reads.append("t", 0, batch, 1);
    }

    @Test
    void messagesOfOldFormatsAreReadAsWell() {
        ByteBuffer log = ByteBuffer.allocate(10_000);
        log.put(old(RecordBatch.MAGIC_VALUE_V0, Compression.NONE, 0, "a", "b"));
        log.put(old(RecordBatch.MAGIC_VALUE_V1, Compression.gzip().build(), 2, "c", "d", "e"));
        log.put(batch("f", 5));
        log.put(old(RecordBatch.MAGIC_VALUE_V0, Compression.snappy().build(), 6, "g", "h"));
        log.put(old(RecordBatch.MAGIC_VALUE_V1, Compression.NONE, 8, "i"));
        log.put(batch("j", 9));
        log.flip();
        reads.special((broker, partition, offset, answer) ->
                Optional.of(answer.records(offset < 10 ? new BufferSlice(log.duplicate()) : BufferSlice.EMPTY)
                        .highWatermark(10)
                        .build()));
        Consumer consumer = open(config().maxPollRecords(2), T0);
        assertEquals(List.of("a", "b", "c", "d", "e", "f", "g", "h", "i", "j"), read(consumer, 10));
        assertEquals(OptionalLong.of(10), consumer.position(T0));
        consumer.seek(T0, Position.offset(3));
        ConsumerRecord record = consumer.poll(SOON).get(0);
        assertEquals(3, record.offset());
        assertEquals("d", record.valueText());
        assertEquals("key d", record.keyText());
        assertEquals(1_003, record.timestamp());
        assertEquals(List.of(), record.headers());
        assertEquals(-1, record.leaderEpoch());
        consumer.seek(T0, Position.offset(7));
        record = consumer.poll(SOON).get(0);
        assertEquals("h", record.valueText());
        assertEquals(-1, record.timestamp());
    }

    /** As kafka-clients of that time wrote them. */
    private static ByteBuffer old(byte format, Compression codec, long offset, String... values) {
        MemoryRecordsBuilder messages =
                MemoryRecords.builder(ByteBuffer.allocate(1_000), format, codec, TimestampType.CREATE_TIME, offset);
        for (int i = 0; i < values.length; i++) {
            messages.appendWithOffset(
                    offset + i,
                    format == RecordBatch.MAGIC_VALUE_V0 ? RecordBatch.NO_TIMESTAMP : 1_000 + offset + i,
                    ("key " + values[i]).getBytes(StandardCharsets.UTF_8),
                    values[i].getBytes(StandardCharsets.UTF_8));
        }
        return messages.build().buffer();
    }

    @Test
    void brokersThatCutAndHangUpCostNothingButTime() {
        Consumer consumer = open(config(), T0, T1);
        for (int i = 0; i < 50; i++) {
            cluster.broker(1).once(ApiKey.FETCH, new Reply.Hangup());
            cluster.broker(2).once(ApiKey.LIST_OFFSETS, new Reply.Hangup());
            reads.append("t", 0, "x" + i);
            reads.append("t", 1, "y" + i);
        }
        List<String> all = read(consumer, 100);
        List<String> xs = all.stream().filter(text -> text.startsWith("x")).toList();
        assertEquals(50, xs.size());
        assertEquals("x49", xs.get(49));
    }

    @Test
    void memoryComesBackWithTheNextPoll() {
        String large = "x".repeat(10_000);
        String[] values = new String[20];
        Arrays.fill(values, large);
        reads.append("t", 0, values);
        Consumer consumer = open(config().fetchBufferBytes(1 << 20), T0);
        assertEquals(20, read(consumer, 20).size());
        assertEquals(20, consumer.lag(T0).orElseThrow().records() + 20);
        consumer.assign(List.of());
        assertEquals(0, consumer.poll(Duration.ZERO).size());
        Awaitility.await().until(() -> consumer.metrics().bufferUsed() == 0);
    }

    @Test
    void kafkasKeysAreRead() {
        ConsumerConfig config = ConsumerConfig.fromMap(Map.of(
                "bootstrap.servers", "a:1",
                "auto.offset.reset", "by_duration:PT1H",
                "isolation.level", "read_committed",
                "fetch.min.bytes", "7"));
        assertEquals(Duration.ofHours(1), config.offsetReset().age());
        assertEquals(IsolationLevel.READ_COMMITTED, config.isolationLevel());
        assertEquals(7, config.fetchMinBytes());
        assertThrows(
                MillraceException.class,
                () -> ConsumerConfig.fromMap(Map.of("bootstrap.servers", "a:1", "auto.offset.reset", "first")));
    }
}
