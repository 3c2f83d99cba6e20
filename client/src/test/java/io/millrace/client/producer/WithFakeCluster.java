package io.millrace.client.producer;

import io.millrace.client.ClientConfig;
import io.millrace.client.MillraceException;
import io.millrace.client.testing.FakeCluster;
import io.millrace.client.testing.FakeLogs;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assertions;

/** Two scripted brokers with a topic of two partitions and one of one, and producers that are closed after each test. */
abstract class WithFakeCluster {
    final FakeCluster cluster = new FakeCluster(2).topic("t", 1, 2).topic("one", 1);
    final FakeLogs logs = new FakeLogs(cluster);
    private final List<AutoCloseable> opened = new ArrayList<>(List.of(cluster));

    @AfterEach
    final void close() throws Exception {
        for (int i = opened.size() - 1; i >= 0; i--) {
            opened.get(i).close();
        }
    }

    final ProducerConfig.Builder config() {
        return ProducerConfig.builder(ClientConfig.builder(cluster.bootstrap())
                        .reconnectBackoff(Duration.ofMillis(5), Duration.ofMillis(20))
                        .retryBackoff(Duration.ofMillis(5), Duration.ofMillis(20))
                        .build())
                .closeTimeout(Duration.ofSeconds(1));
    }

    final Producer open(ProducerConfig.Builder config) {
        Producer producer = Producer.open(config.build());
        opened.add(producer);
        return producer;
    }

    static <T> T get(CompletionStage<T> stage) {
        return stage.toCompletableFuture().join();
    }

    static MillraceException failure(CompletionStage<?> stage) {
        CompletionException thrown = Assertions.assertThrows(CompletionException.class, () -> get(stage));
        return (MillraceException) thrown.getCause();
    }

    static ProducerRecord numbered(String topic, int partition, int number) {
        return ProducerRecord.builder(topic)
                .partition(partition)
                .value(Integer.toString(number))
                .build();
    }

    static List<String> numbers(int from, int to) {
        return IntStream.range(from, to).mapToObj(Integer::toString).toList();
    }
}
