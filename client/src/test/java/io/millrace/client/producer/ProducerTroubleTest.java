package io.millrace.client.producer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.client.ClientConfig;
import io.millrace.client.MillraceException;
import io.millrace.client.MillraceException.Reason;
import io.millrace.client.testing.Reply;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.message.ApiKey;
import io.millrace.protocol.message.ProduceRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The producer against scripted brokers that do not behave: every record ends once, and bounds hold. */
@Timeout(60)
final class ProducerTroubleTest extends WithFakeCluster {
    @Test
    void recordsWithoutKeysLeanAwayFromABrokerThatIsAway() {
        Producer producer = open(config().linger(Duration.ZERO));
        get(producer.send(numbered("t", 0, 0)));
        get(producer.send(numbered("t", 1, 0)));
        cluster.broker(2).down();
        CompletionStage<RecordMetadata> stuck = producer.send(numbered("t", 1, 1));
        Awaitility.await().until(() -> isAway(producer));
        for (int i = 0; i < 200; i++) {
            assertEquals(0, get(producer.send(ProducerRecord.of("t", "v"))).partition());
        }
        assertFalse(stuck.toCompletableFuture().isDone());
        cluster.broker(2).up();
        assertTrue(get(stuck).hasOffset());
        Awaitility.await()
                .until(() -> get(producer.send(ProducerRecord.of("t", "v"))).partition() == 1);
    }

    /** Whether records without a key have gone past the broker that is away, a few in a row. */
    private static boolean isAway(Producer producer) {
        for (int i = 0; i < 5; i++) {
            CompletableFuture<RecordMetadata> sent =
                    producer.send(ProducerRecord.of("t", "v")).toCompletableFuture();
            try {
                sent.get(200, java.util.concurrent.TimeUnit.MILLISECONDS);
            } catch (java.util.concurrent.TimeoutException stuck) {
                return false;
            } catch (InterruptedException | java.util.concurrent.ExecutionException e) {
                throw new IllegalStateException(e);
            }
        }
        return true;
    }

    @Test
    void aLeaderThatMovedCostsOneRetryIfItIsNamed() {
        logs.hint(true);
        Producer producer = open(config().linger(Duration.ofMillis(50)));
        get(producer.send(numbered("one", 0, 0)));
        get(producer.send(numbered("t", 1, 0))); // broker 2 is connected
        cluster.lead("one", 0, 2);
        for (int i = 1; i < 100; i++) {
            producer.send(numbered("one", 0, i), SendCallback.NONE);
        }
        get(producer.flush());
        assertEquals(numbers(0, 100), logs.values("one", 0));
        assertEquals(1, producer.metrics().batchesAgain());
    }

    @Test
    void aLeaderThatMovedWithoutAWordIsFound() {
        Producer producer = open(config());
        get(producer.send(numbered("one", 0, 0)));
        cluster.lead("one", 0, 2);
        for (int i = 1; i < 100; i++) {
            producer.send(numbered("one", 0, i), SendCallback.NONE);
        }
        get(producer.flush());
        assertEquals(numbers(0, 100), logs.values("one", 0));
    }

    @ParameterizedTest
    @EnumSource(ErrorCode.class)
    void everyErrorCodeEndsInOneOutcomeForEachRecord(ErrorCode error) {
        AtomicInteger refusals = new AtomicInteger(error == ErrorCode.NONE ? 0 : 3);
        logs.refuse((broker, partition) -> refusals.getAndDecrement() > 0 ? Optional.of(error) : Optional.empty());
        Producer producer = open(config().linger(Duration.ZERO).batchSize(200));
        AtomicInteger[] outcomes =
                IntStream.range(0, 100).mapToObj(i -> new AtomicInteger()).toArray(AtomicInteger[]::new);
        AtomicInteger failed = new AtomicInteger();
        for (int i = 0; i < 100; i++) {
            int number = i;
            producer.send(numbered("one", 0, i), outcome -> {
                outcomes[number].incrementAndGet();
                if (outcome.isFailure()) {
                    failed.incrementAndGet();
                }
            });
        }
        get(producer.flush());
        for (AtomicInteger outcome : outcomes) {
            assertEquals(1, outcome.get());
        }
        assertEquals(0, producer.metrics().bufferUsed());
        List<String> stored = logs.values("one", 0);
        assertEquals(new HashSet<>(stored).size(), stored.size(), "nothing twice");
        List<Integer> order = stored.stream().map(Integer::parseInt).toList();
        assertEquals(order.stream().sorted().toList(), order, "in order");
        Verdict verdict = Verdict.of(error);
        if (verdict == Verdict.AGAIN || verdict == Verdict.RENUMBER) {
            assertEquals(0, failed.get());
            assertEquals(numbers(0, 100), stored);
        } else if (verdict == Verdict.FAILED) {
            assertTrue(failed.get() > 0);
            assertEquals(100 - failed.get(), stored.size());
        }
    }

    @Test
    void brokenConnectionsCostNothingButTime() {
        AtomicInteger turn = new AtomicInteger();
        cluster.broker(1).on(ApiKey.PRODUCE, call -> {
            ProduceRequest request = call.as(ProduceRequest.class);
            return switch (turn.incrementAndGet() % 7) {
                case 1 -> new Reply.Hangup(); // not appended
                case 3 -> {
                    logs.append(1, request); // appended, and nobody is told
                    yield new Reply.Hangup();
                }
                case 5 -> new Reply.Cut(logs.append(1, request), 9);
                case 6 -> new Reply.Dribble(logs.append(1, request), 3);
                default -> Reply.of(logs.append(1, request));
            };
        });
        Producer producer = open(config().linger(Duration.ZERO).batchSize(500));
        AtomicInteger failures = new AtomicInteger();
        for (int i = 0; i < 3_000; i++) {
            producer.awaitRoom(Duration.ofSeconds(10));
            producer.send(numbered("one", 0, i), outcome -> {
                if (outcome.isFailure()) {
                    failures.incrementAndGet();
                }
            });
        }
        get(producer.flush());
        assertEquals(0, failures.get());
        assertEquals(numbers(0, 3_000), logs.values("one", 0));
    }

    @Test
    void aBrokerThatHasForgottenTheProducerIsSentANewEpoch() {
        Producer producer = open(config().linger(Duration.ZERO));
        get(producer.send(numbered("one", 0, 0)));
        AtomicInteger once = new AtomicInteger(1);
        logs.refuse((broker, partition) ->
                once.getAndDecrement() > 0 ? Optional.of(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER) : Optional.empty());
        for (int i = 1; i < 50; i++) {
            producer.send(numbered("one", 0, i), SendCallback.NONE);
        }
        get(producer.flush());
        assertEquals(numbers(0, 50), logs.values("one", 0));
        assertEquals(1, producer.metrics().epochsBegun());
    }

    @Test
    void aBatchThatIsTooLargeIsSentInParts() {
        cluster.broker(1).on(ApiKey.PRODUCE, call -> {
            ProduceRequest request = call.as(ProduceRequest.class);
            int size =
                    request.topicData().get(0).partitionData().get(0).records().sizeInBytes();
            logs.refuse(
                    (broker, partition) -> size > 1_000 ? Optional.of(ErrorCode.MESSAGE_TOO_LARGE) : Optional.empty());
            return Reply.of(logs.append(1, request));
        });
        Producer producer = open(config().linger(Duration.ofMillis(50)));
        List<CompletionStage<RecordMetadata>> sent = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            sent.add(producer.send(numbered("one", 0, i)));
        }
        for (int i = 0; i < 1_000; i++) {
            assertEquals(i, get(sent.get(i)).offset());
        }
        assertEquals(numbers(0, 1_000), logs.values("one", 0));
        CompletionStage<RecordMetadata> large = producer.send(ProducerRecord.of("one", new byte[2_000]));
        assertEquals(ErrorCode.MESSAGE_TOO_LARGE, failure(large).error());
    }

    @Test
    void whatIsNotDeliveredInTimeSaysWhy() {
        cluster.broker(1).on(ApiKey.PRODUCE, call -> new Reply.Silence());
        Producer producer = open(config().deliveryTimeout(Duration.ofMillis(300)));
        CompletionStage<RecordMetadata> unanswered = producer.send(numbered("one", 0, 0));
        Producer other =
                open(config().deliveryTimeout(Duration.ofMillis(300))); // its connection waits for no such answer
        CompletionStage<RecordMetadata> unknown = other.send(ProducerRecord.of("nowhere", "x"));
        MillraceException first = failure(unanswered);
        assertEquals(Reason.TIMED_OUT, first.reason());
        assertTrue(first.getMessage().contains("did not answer"), first.getMessage());
        MillraceException second = failure(unknown);
        assertEquals(Reason.TIMED_OUT, second.reason());
        assertTrue(second.getMessage().contains("'nowhere'"), second.getMessage());
    }

    @Test
    void afterABatchWasGivenUpOthersGoOn() {
        cluster.broker(1).once(ApiKey.PRODUCE, new Reply.Silence());
        Producer producer = open(ProducerConfig.builder(ClientConfig.builder(cluster.bootstrap())
                        .requestTimeout(Duration.ofMillis(400))
                        .retryBackoff(Duration.ofMillis(5), Duration.ofMillis(20))
                        .build())
                .linger(Duration.ZERO)
                .deliveryTimeout(Duration.ofMillis(200)));
        assertEquals(
                Reason.TIMED_OUT, failure(producer.send(numbered("one", 0, 0))).reason());
        Awaitility.await().ignoreExceptions().untilAsserted(() -> get(producer.send(numbered("one", 0, 1))));
        assertTrue(logs.values("one", 0).contains("1"));
    }

    @Test
    void atTheBoundASendFailsAtOnceOrIsDroppedAndCounted() {
        cluster.brokers().forEach(broker -> broker.down());
        Producer failing = open(config().bufferMemory(256 << 10));
        Producer dropping = open(config().bufferMemory(256 << 10).whenFull(WhenFull.DROP_AND_COUNT));
        for (Producer producer : List.of(failing, dropping)) {
            AtomicInteger full = new AtomicInteger();
            for (int i = 0; i < 1_000; i++) {
                producer.send("one", new byte[1_000], outcome -> {
                    if (outcome.error()
                            .filter(error -> error.reason() == Reason.BUFFER_FULL)
                            .isPresent()) {
                        full.incrementAndGet();
                    }
                });
            }
            assertTrue(full.get() > 700, "refused " + full.get());
            assertTrue(producer.metrics().bufferUsed() <= 256 << 10);
            assertEquals(
                    producer == dropping ? full.get() : 0, producer.metrics().recordsDropped());
        }
        assertEquals(
                Reason.TIMED_OUT,
                Assertions.assertThrows(MillraceException.class, () -> failing.awaitRoom(Duration.ofMillis(50)))
                        .reason());
    }

    @Test
    void whenBrokersComeBackEverythingGoesOn() {
        Producer producer = open(config());
        get(producer.send(numbered("one", 0, 0)));
        cluster.brokers().forEach(broker -> broker.down());
        for (int i = 1; i < 1_000; i++) {
            producer.send(numbered("one", 0, i), SendCallback.NONE);
        }
        cluster.brokers().forEach(broker -> broker.up());
        get(producer.flush());
        assertEquals(numbers(0, 1_000), logs.values("one", 0));
    }

    @Test
    void closingIsBoundedAndEndsEverything() {
        cluster.brokers().forEach(broker -> broker.on(ApiKey.PRODUCE, call -> new Reply.Silence()));
        Producer producer = open(config());
        AtomicInteger closed = new AtomicInteger();
        for (int i = 0; i < 1_000; i++) {
            producer.send(i % 3 == 0 ? ProducerRecord.of("unknown", "x") : numbered("t", i % 2, i), outcome -> {
                if (outcome.error().filter(e -> e.reason() == Reason.CLOSED).isPresent()) {
                    closed.incrementAndGet();
                }
            });
        }
        long from = System.nanoTime();
        producer.close(Duration.ofMillis(200));
        long tookMs = (System.nanoTime() - from) / 1_000_000;
        assertTrue(tookMs < 4_000, "took " + tookMs + " ms");
        assertEquals(1_000, closed.get());
        assertEquals(Reason.CLOSED, failure(producer.send(numbered("t", 0, 0))).reason());
        assertEquals(0, producer.metrics().bufferUsed());
    }

    @Test
    void callbacksAndPartitionersThatThrowHarmNobodyElse() {
        Producer producer = open(config().partitioner((topic, key, value, partitions) -> {
            if (value.length == 0) {
                throw new IllegalStateException("mine");
            }
            return 1;
        }));
        producer.send(ProducerRecord.of("t", "first"), outcome -> {
            throw new IllegalStateException("mine, too");
        });
        assertEquals(1, get(producer.send(ProducerRecord.of("t", "second"))).partition());
        MillraceException failure = failure(producer.send(ProducerRecord.of("t", "")));
        assertTrue(failure.getMessage().contains("mine"), failure.getMessage());
    }
}
