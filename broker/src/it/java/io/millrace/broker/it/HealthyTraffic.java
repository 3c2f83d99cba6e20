package io.millrace.broker.it;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.time.Duration;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.awaitility.Awaitility;

/**
 * A producer and a consumer that go on beside whatever a test does to the broker: numbers in order, each waited for, so
 * that progress shows that the broker serves both.
 *
 * <p>Threading: started and closed by one thread; works on two of its own.
 */
final class HealthyTraffic implements AutoCloseable {
    private static final String TOPIC = "healthy";

    private final AtomicInteger acked = new AtomicInteger();
    private final AtomicInteger seen = new AtomicInteger();
    private final List<String> wrong = new ArrayList<>();
    private final CompletableFuture<Void> producing;
    private final CompletableFuture<Void> consuming;
    private volatile boolean stopped;

    HealthyTraffic(Clients clients) {
        clients.createTopic(TOPIC, 1);
        producing = CompletableFuture.runAsync(() -> produce(clients));
        consuming = CompletableFuture.runAsync(() -> consume(clients));
    }

    private void produce(Clients clients) {
        // One attempt and no retries: a connection that breaks counts as harm.
        try (KafkaProducer<String, String> producer =
                clients.producer("linger.ms=0", "retries=0", "enable.idempotence=false", "acks=all")) {
            for (int i = 0; !stopped; i++) {
                producer.send(new ProducerRecord<>(TOPIC, Integer.toString(i))).get();
                acked.incrementAndGet();
            }
        } catch (Exception e) {
            throw new IllegalStateException("the healthy producer was harmed after " + acked, e);
        }
    }

    private void consume(Clients clients) {
        try (KafkaConsumer<String, String> consumer = clients.consumer("group.id=healthy")) {
            consumer.subscribe(List.of(TOPIC));
            while (!producing.isDone() || seen.get() < acked.get()) {
                consumer.poll(Duration.ofMillis(100)).forEach(record -> {
                    if (!record.value().equals(Integer.toString(seen.getAndIncrement()))) {
                        wrong.add(record.toString());
                    }
                });
            }
        }
    }

    /** Waits until some more records have gone all the way; fails if the traffic was harmed. */
    void awaitProgress() {
        int target = seen.get() + 50;
        Awaitility.await("healthy traffic goes on").atMost(Duration.ofSeconds(30)).until(() -> {
            if (producing.isCompletedExceptionally()) {
                producing.join();
            }
            return seen.get() >= target || consuming.isDone();
        });
        if (consuming.isDone()) {
            consuming.join();
        }
    }

    /** Stops and returns how many records went through; fails unless all of them did, in order. */
    int stop() {
        stopped = true;
        producing.join();
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(consuming::isDone);
        consuming.join();
        if (!wrong.isEmpty() || seen.get() != acked.get()) {
            throw new IllegalStateException("acked " + acked + ", seen " + seen + ", wrong " + wrong);
        }
        return seen.get();
    }

    @Override
    public void close() {
        stopped = true;
    }
}
