package io.millrace.client.consumer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.client.ClientConfig;
import io.millrace.client.testing.FakeCluster;
import io.millrace.client.testing.FakeReads;
import io.millrace.protocol.TopicPartition;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The consumer as a stream. */
@Timeout(60)
final class PublisherTest {
    private final FakeCluster cluster = new FakeCluster(1).topic("t", 1);
    private final FakeReads reads = new FakeReads(cluster);
    private final Consumer consumer = Consumer.open(ConsumerConfig.builder(ClientConfig.of(cluster.bootstrap()))
            .offsetReset(OffsetReset.EARLIEST)
            .build());

    @AfterEach
    void close() {
        consumer.close();
        cluster.close();
    }

    /** Notes what it is told. */
    private static final class Noting implements Flow.Subscriber<ConsumerRecord> {
        private final List<String> texts = new CopyOnWriteArrayList<>();
        private final CompletableFuture<Flow.Subscription> subscription = new CompletableFuture<>();
        private final CompletableFuture<Void> end = new CompletableFuture<>();

        @Override
        public void onSubscribe(Flow.Subscription given) {
            subscription.complete(given);
        }

        @Override
        public void onNext(ConsumerRecord record) {
            texts.add(record.valueText());
        }

        @Override
        public void onError(Throwable failure) {
            end.completeExceptionally(failure);
        }

        @Override
        public void onComplete() {
            end.complete(null);
        }
    }

    @Test
    void aSubscriberGetsAsManyAsItRequests() {
        reads.append("t", 0, "a", "b", "c");
        consumer.assign(List.of(new TopicPartition("t", 0)));
        Noting noting = new Noting();
        consumer.publisher().subscribe(noting);
        Flow.Subscription subscription = noting.subscription.join();
        subscription.request(2);
        Awaitility.await().until(() -> noting.texts.size() == 2);
        assertEquals(2, consumer.position(new TopicPartition("t", 0)).orElseThrow());
        subscription.request(Long.MAX_VALUE);
        reads.append("t", 0, "d");
        Awaitility.await().until(() -> noting.texts.size() == 4);
        assertEquals(List.of("a", "b", "c", "d"), noting.texts);
        consumer.close(Duration.ofSeconds(5));
        noting.end.join();
    }

    @Test
    void whoAsksForNothingAndWhoComesSecondIsRefused() {
        Flow.Publisher<ConsumerRecord> publisher = consumer.publisher();
        Noting first = new Noting();
        Noting second = new Noting();
        publisher.subscribe(first);
        publisher.subscribe(second);
        Awaitility.await().until(second.end::isCompletedExceptionally);
        first.subscription.join().request(0);
        Awaitility.await().until(first.end::isCompletedExceptionally);
        assertTrue(first.texts.isEmpty());
    }
}
