package io.millrace.client.producer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.millrace.client.ClientConfig;
import io.millrace.client.testing.FakeBroker;
import io.millrace.client.testing.FakeCall;
import io.millrace.client.testing.FakeCluster;
import io.millrace.client.testing.FakeLogs;
import io.millrace.client.testing.Reply;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.compress.Compression;
import io.millrace.protocol.message.ApiKey;
import io.millrace.protocol.message.ProduceRequest;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random trouble: connections that break at every point of an answer, refusals, leaders that move. Whatever comes, every
 * record is acknowledged once, is stored once, and in its order. A failed run names its seed.
 */
@Timeout(60)
final class ProducerChaosTest {
    private static final int RECORDS = 4_000;
    private static final int PARTITIONS = 3;
    private static final List<ErrorCode> REFUSALS = List.of(
            ErrorCode.NOT_ENOUGH_REPLICAS,
            ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
            ErrorCode.KAFKA_STORAGE_ERROR,
            ErrorCode.REQUEST_TIMED_OUT);

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 2, 3})
    void everyRecordIsStoredOnceAndInItsOrder(long variant) {
        String given = System.getProperty("test.seed", "");
        long seed = given.isEmpty() ? System.nanoTime() * 31 + variant : Long.parseLong(given);
        System.out.println("ProducerChaosTest: seed " + seed);
        Random random = new Random(seed);
        try (FakeCluster cluster = new FakeCluster(2).topic("t", 1, 2, 1)) {
            FakeLogs logs = new FakeLogs(cluster);
            logs.hint(random.nextBoolean());
            cluster.brokers()
                    .forEach(broker -> broker.on(ApiKey.PRODUCE, call -> reply(random, cluster, logs, broker, call)));
            AtomicInteger acknowledged = new AtomicInteger();
            Queue<String> failures = new ConcurrentLinkedQueue<>();
            try (Producer producer = Producer.open(config(cluster, random))) {
                for (int i = 0; i < RECORDS; i++) {
                    producer.awaitRoom(Duration.ofSeconds(30));
                    ProducerRecord record = ProducerRecord.builder("t")
                            .partition(i % PARTITIONS)
                            .value(Integer.toString(i / PARTITIONS))
                            .build();
                    producer.send(record, outcome -> {
                        if (outcome.isSuccess()) {
                            acknowledged.incrementAndGet();
                        } else {
                            failures.add(outcome.error().orElseThrow().getMessage());
                        }
                    });
                    if (random.nextInt(500) == 0) {
                        producer.flush().toCompletableFuture().join();
                    }
                }
            }
            assertEquals(List.of(), List.copyOf(failures), "seed " + seed);
            assertEquals(RECORDS, acknowledged.get(), "seed " + seed);
            for (int p = 0; p < PARTITIONS; p++) {
                int count = (RECORDS - p + PARTITIONS - 1) / PARTITIONS;
                assertEquals(
                        IntStream.range(0, count).mapToObj(Integer::toString).toList(),
                        logs.values("t", p),
                        "partition " + p + ", seed " + seed);
            }
        }
    }

    private static ProducerConfig config(FakeCluster cluster, Random random) {
        ClientConfig client = ClientConfig.builder(cluster.bootstrap())
                .reconnectBackoff(Duration.ofMillis(1), Duration.ofMillis(5))
                .retryBackoff(Duration.ofMillis(1), Duration.ofMillis(5))
                .build();
        return ProducerConfig.builder(client)
                .linger(Duration.ofMillis(random.nextInt(3)))
                .batchSize(100 + random.nextInt(1_000))
                .bufferMemory(64 << 10)
                .compression(Compression.of(random.nextInt(5)).orElseThrow())
                .build();
    }

    /** One of the brokers' threads at a time, since the script of a broker is called so; the other broker's may be beside. */
    private static Reply reply(Random random, FakeCluster cluster, FakeLogs logs, FakeBroker broker, FakeCall call) {
        ProduceRequest request = call.as(ProduceRequest.class);
        synchronized (random) {
            if (random.nextInt(12) == 0) {
                cluster.lead("t", random.nextInt(PARTITIONS), 1 + random.nextInt(2));
            }
            ErrorCode refusal = REFUSALS.get(random.nextInt(REFUSALS.size()));
            int bits = random.nextInt();
            logs.refuse((id, partition) ->
                    ((bits >>> (3 * partition.partition())) & 7) == 0 ? Optional.of(refusal) : Optional.empty());
            return switch (random.nextInt(14)) {
                case 0 -> new Reply.Hangup();
                case 1 -> {
                    logs.append(broker.id(), request);
                    yield new Reply.Hangup();
                }
                case 2 -> new Reply.Cut(logs.append(broker.id(), request), random.nextInt(40));
                case 3 -> new Reply.Dribble(logs.append(broker.id(), request), 1 + random.nextInt(9));
                default -> Reply.of(logs.append(broker.id(), request));
            };
        }
    }
}
