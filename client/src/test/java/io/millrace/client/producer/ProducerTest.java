package io.millrace.client.producer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.client.MillraceException;
import io.millrace.client.MillraceException.Reason;
import io.millrace.client.testing.Reply;
import io.millrace.protocol.compress.Compression;
import io.millrace.protocol.message.ApiKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The producer against scripted brokers that behave: order, outcomes, settings. */
@Timeout(60)
final class ProducerTest extends WithFakeCluster {
    @Test
    void recordsArriveInOrderAndSayWhereTheyAre() {
        Producer producer = open(config());
        List<CompletionStage<RecordMetadata>> sent = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            sent.add(producer.send(numbered("t", i % 2, i / 2)));
        }
        for (int i = 0; i < 2_000; i++) {
            RecordMetadata where = get(sent.get(i));
            assertEquals(i % 2, where.partition());
            assertEquals(i / 2, where.offset());
            assertTrue(where.timestamp() > 1_700_000_000_000L);
        }
        assertEquals(numbers(0, 1_000), logs.values("t", 0));
        assertEquals(numbers(0, 1_000), logs.values("t", 1));
        assertEquals(2_000, producer.metrics().recordsSent());
        assertEquals(0, producer.metrics().bufferUsed());
    }

    @Test
    void whatIsSentBeforeTheTopicIsKnownGoesBeforeWhatIsSentAfter() {
        CompletableFuture<Void> gate = new CompletableFuture<>();
        cluster.brokers()
                .forEach(broker -> broker.once(
                        ApiKey.METADATA,
                        call -> new Reply.Later(
                                gate,
                                Reply.of(cluster.metadata(
                                        call.as(io.millrace.protocol.message.MetadataRequest.class))))));
        Producer producer = open(config());
        for (int i = 0; i < 500; i++) {
            producer.send(numbered("one", 0, i), SendCallback.NONE);
        }
        gate.complete(null);
        for (int i = 500; i < 5_000; i++) {
            producer.send(numbered("one", 0, i), SendCallback.NONE);
        }
        get(producer.flush());
        assertEquals(numbers(0, 5_000), logs.values("one", 0));
    }

    @Test
    void aTopicThatIsCreatedLaterGetsWhatWaitedForIt() {
        Producer producer = open(config());
        CompletionStage<RecordMetadata> sent = producer.send(ProducerRecord.of("later", "x"));
        Awaitility.await()
                .until(() -> cluster.broker(1).calls(ApiKey.METADATA).size()
                                + cluster.broker(2).calls(ApiKey.METADATA).size()
                        >= 3);
        CompletionStage<Void> flushed = producer.flush();
        assertFalse(flushed.toCompletableFuture().isDone());
        cluster.topic("later", 2);
        assertEquals(0, get(sent).offset());
        get(flushed);
    }

    /** They fill the memory as single records, and need more of it for a moment as batches. */
    @Test
    void whatFillsTheMemoryWhileItWaitsForItsTopicIsSentAllTheSame() {
        Producer producer = open(config().bufferMemory(64 << 10).batchSize(16 << 10));
        AtomicInteger failed = new AtomicInteger();
        int sent = 0;
        while (producer.metrics().bufferUsed() + 300 < 64 << 10) {
            producer.send(
                    "late", Integer.toString(sent++).getBytes(java.nio.charset.StandardCharsets.UTF_8), outcome -> {
                        if (outcome.isFailure()) {
                            failed.incrementAndGet();
                        }
                    });
        }
        cluster.topic("late", 1, 2);
        get(producer.flush());
        assertEquals(0, failed.get());
        assertEquals(
                sent, logs.values("late", 0).size() + logs.values("late", 1).size());
        assertEquals(0, producer.metrics().bufferUsed());
    }

    /** Room that comes free while they turn into batches is not for those who wait for room. */
    @Test
    void nothingIsRefusedToASenderThatWaitsForRoomWhileItsTopicComes() {
        Producer producer = open(config().bufferMemory(64 << 10).batchSize(16 << 10));
        AtomicInteger failed = new AtomicInteger();
        int sent = 5_000;
        boolean isThere = false;
        for (int i = 0; i < sent; i++) {
            if (!isThere && producer.metrics().bufferUsed() > 40 << 10) {
                cluster.topic("late", 1, 2);
                isThere = true;
            }
            producer.awaitRoom(1_000, Duration.ofSeconds(20));
            producer.send("late", new byte[100], outcome -> {
                if (outcome.isFailure()) {
                    failed.incrementAndGet();
                }
            });
        }
        get(producer.flush());
        assertEquals(0, failed.get());
        assertEquals(sent, producer.metrics().recordsSent());
    }

    @Test
    void keysChoosePartitionsAndRecordsWithoutKeysSpread() {
        cluster.topic("many", 1, 2, 1, 2, 1, 2);
        Producer producer = open(config().linger(Duration.ofMillis(1)).batchSize(1_000));
        Set<Integer> ofKey = new HashSet<>();
        Set<Integer> without = new HashSet<>();
        for (int i = 0; i < 300; i++) {
            ofKey.add(
                    get(producer.send(ProducerRecord.of("many", "a key", "v"))).partition());
            without.add(get(producer.send(ProducerRecord.of("many", "v"))).partition());
        }
        assertEquals(Set.of(Murmur2.partition("a key".getBytes(java.nio.charset.StandardCharsets.UTF_8), 6)), ofKey);
        assertEquals(Set.of(0, 1, 2, 3, 4, 5), without);
    }

    /** Whatever a broker says, every record ends once; and what is retriable ends well. */

    /** Connections that break before, in the middle of, and after answers; nothing is lost, doubled or out of order. */
    @Test
    void aRecordThatIsTooLargeIsRefusedAtOnce() {
        Producer producer = open(config());
        MillraceException failure = failure(producer.send(ProducerRecord.of("one", new byte[2 << 20])));
        assertEquals(Reason.INVALID, failure.reason());
        assertTrue(failure.getMessage().contains("max.request.size"), failure.getMessage());
        assertEquals(Reason.INVALID, failure(sendTo(producer, 7)).reason());
    }

    private static CompletionStage<RecordMetadata> sendTo(Producer producer, int partition) {
        return producer.send(numbered("one", partition, 0));
    }

    /** After an outcome that nobody knows the numbers begin anew, so that what comes later is not taken for a gap. */
    @Test
    void aClosingProducerSendsWhatItHas() {
        Producer producer = open(config().linger(Duration.ofSeconds(30)));
        producer.send(numbered("one", 0, 0), SendCallback.NONE);
        producer.close();
        assertEquals(List.of("0"), logs.values("one", 0));
    }

    @Test
    void withoutAcknowledgementsTheSocketIsAllThatCounts() {
        Producer producer = open(config().acks(Acks.NONE));
        RecordMetadata where = get(producer.send(numbered("one", 0, 0)));
        assertFalse(where.hasOffset());
        Awaitility.await().until(() -> logs.values("one", 0).equals(List.of("0")));
        assertFalse(cluster.broker(1).calls(ApiKey.INIT_PRODUCER_ID).size()
                        + cluster.broker(2).calls(ApiKey.INIT_PRODUCER_ID).size()
                > 0);
    }

    @Test
    void oldBrokersAreSentTopicsByName() {
        cluster.brokers().forEach(broker -> broker.serves(ApiKey.PRODUCE, 0, 9).serves(ApiKey.METADATA, 0, 9));
        Producer producer = open(config().compression(Compression.GZIP));
        assertEquals(0, get(producer.send(numbered("one", 0, 0))).offset());
        assertEquals(List.of("0"), logs.values("one", 0));
    }

    @Test
    void manyThreadsKeepTheirOrder() throws InterruptedException {
        Producer producer = open(config().batchSize(2_000));
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            int thread = t;
            threads.add(new Thread(() -> {
                for (int i = 0; i < 2_000; i++) {
                    producer.send(
                            ProducerRecord.builder("one")
                                    .partition(0)
                                    .value(thread + ":" + i)
                                    .build(),
                            SendCallback.NONE);
                }
            }));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        get(producer.flush());
        List<String> stored = logs.values("one", 0);
        assertEquals(8_000, stored.size());
        for (int t = 0; t < 4; t++) {
            String prefix = t + ":";
            assertEquals(
                    IntStream.range(0, 2_000).mapToObj(i -> prefix + i).toList(),
                    stored.stream().filter(value -> value.startsWith(prefix)).toList());
        }
    }
}
