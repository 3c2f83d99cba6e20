package io.millrace.broker.it;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/** One member of a group, which remembers what it read and how often it was given partitions. One thread. */
final class Member implements AutoCloseable {
    private static final long SECONDS = 20;

    private final KafkaConsumer<String, String> consumer;
    private final List<String> values = new ArrayList<>();
    private int assignments;

    Member(KafkaConsumer<String, String> consumer) {
        this.consumer = consumer;
    }

    void subscribe(String topic) {
        consumer.subscribe(List.of(topic), new Listener());
    }

    void subscribe(Pattern topics) {
        consumer.subscribe(topics, new Listener());
    }

    /** Polls members in turn until something is so; fails after a while. */
    static void pollUntil(BooleanSupplier condition, Member... members) {
        long giveUp = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        do {
            if (System.nanoTime() > giveUp) {
                throw new IllegalStateException("not so after " + SECONDS + " s: " + List.of(members));
            }
            for (Member member : members) {
                member.poll();
            }
        } while (!condition.getAsBoolean());
    }

    /** Polls once, for a moment. */
    void poll() {
        consumer.poll(Duration.ofMillis(20)).forEach(record -> values.add(record.value()));
    }

    Set<TopicPartition> assignment() {
        return Set.copyOf(consumer.assignment());
    }

    /** How often a rebalance ended for this member. */
    int assignments() {
        return assignments;
    }

    int generation() {
        return consumer.groupMetadata().generationId();
    }

    List<String> values() {
        return values;
    }

    void commit() {
        consumer.commitSync();
    }

    @Override
    public void close() {
        consumer.close();
    }

    @Override
    public String toString() {
        return "member with " + consumer.assignment() + " after " + values.size() + " values, " + assignments
                + " assignments";
    }

    private final class Listener implements ConsumerRebalanceListener {
        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {}

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            assignments++;
        }
    }
}
