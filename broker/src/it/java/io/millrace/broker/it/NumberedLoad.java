package io.millrace.broker.it;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.errors.RetriableException;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/**
 * Steady traffic in which every record has a number: two idempotent producers that wait for all replicas, and a group of
 * two consumers. What was promised and what was delivered goes to a {@link NumberedLedger}, which is the judge.
 *
 * <p>Threading: a thread per client; started, watched and stopped by one thread.
 */
final class NumberedLoad implements AutoCloseable {
    static final int PARTITIONS = 12;
    private static final int PRODUCERS = 2;
    private static final int CONSUMERS = 2;
    private static final long INTERVAL_NANOS = 8_000_000; // of each producer: 250 records/s together

    private final ClusterProcesses cluster;
    private final String topic;
    private final NumberedLedger ledger = new NumberedLedger(PARTITIONS);
    private final AtomicBoolean producing = new AtomicBoolean(true);
    private final AtomicBoolean consuming = new AtomicBoolean(true);
    private final List<Thread> producers = new ArrayList<>();
    private final List<Thread> consumers = new ArrayList<>();

    private NumberedLoad(ClusterProcesses cluster, String topic) {
        this.cluster = cluster;
        this.topic = topic;
    }

    /** Creates the topic with three replicas and begins; returns once records are acknowledged and delivered. */
    static NumberedLoad start(ClusterProcesses cluster, String topic) {
        cluster.createTopic(topic, PARTITIONS);
        NumberedLoad load = new NumberedLoad(cluster, topic);
        Clients clients = cluster.clients();
        for (int n = 0; n < PRODUCERS; n++) {
            int producer = n;
            load.producers.add(thread("producer-" + n, () -> load.produce(clients, producer)));
        }
        for (int n = 0; n < CONSUMERS; n++) {
            int consumer = n;
            load.consumers.add(thread("consumer-" + n, () -> load.consume(clients, consumer)));
        }
        load.awaitFlow();
        load.ledger.forgetGaps(); // the first acknowledgement of each partition took the clients' own start
        return load;
    }

    private static Thread thread(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    String topic() {
        return topic;
    }

    NumberedLedger ledger() {
        return ledger;
    }

    String group() {
        return topic + "-readers";
    }

    private void produce(Clients clients, int producer) {
        try (KafkaProducer<String, String> client = clients.producer(
                "acks=all",
                "enable.idempotence=true",
                "linger.ms=0",
                "request.timeout.ms=3000", // a paused broker keeps its connections: nothing else tells that it is away
                "delivery.timeout.ms=300000",
                "max.block.ms=120000")) {
            long next = System.nanoTime();
            for (int number = 0; producing.get(); number++) {
                int partition = number % PARTITIONS;
                long record = NumberedLedger.record(producer, number);
                ledger.sending(record);
                client.send(new ProducerRecord<>(topic, partition, null, Long.toString(record)), (metadata, failure) -> {
                    if (failure == null) {
                        ledger.acked(partition, metadata.offset(), record);
                    } else {
                        ledger.failed(failure);
                    }
                });
                next = Math.max(next + INTERVAL_NANOS, System.nanoTime() - 1_000_000_000); // catches up, within limits
                LockSupport.parkNanos(next - System.nanoTime());
            }
            client.flush();
        } catch (KafkaException e) {
            ledger.failed(e);
        }
    }

    private void consume(Clients clients, int number) {
        try (KafkaConsumer<String, String> consumer = clients.consumer(
                "group.id=" + group(),
                "client.id=" + topic + "-reader-" + number,
                "request.timeout.ms=4000",
                "session.timeout.ms=6000",
                "heartbeat.interval.ms=500")) {
            consumer.subscribe(List.of(topic), new Positions(consumer));
            while (consuming.get()) {
                ConsumerRecords<String, String> records = consumer.poll(Duration.ofMillis(200));
                for (ConsumerRecord<String, String> record : records) {
                    ledger.delivered(record.partition(), record.offset(), Long.parseLong(record.value()));
                }
                if (!records.isEmpty()) {
                    commit(consumer);
                }
            }
        } catch (RuntimeException e) {
            ledger.failed(e); // nobody reads on: what waits for it says so
        }
    }

    /** Looks where a member begins: nowhere below what the group has committed. */
    private final class Positions implements ConsumerRebalanceListener {
        private final KafkaConsumer<String, String> consumer;

        Positions(KafkaConsumer<String, String> consumer) {
            this.consumer = consumer;
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {}

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            for (TopicPartition each : partitions) {
                long before = ledger.committed(each.partition());
                ledger.told(each.partition(), consumer.position(each), before);
            }
        }
    }

    private void commit(KafkaConsumer<String, String> consumer) {
        Map<TopicPartition, OffsetAndMetadata> positions = consumer.assignment().stream()
                .collect(Collectors.toMap(p -> p, p -> new OffsetAndMetadata(consumer.position(p))));
        try {
            consumer.commitSync(positions);
            positions.forEach((partition, position) -> ledger.committed(partition.partition(), position.offset()));
        } catch (CommitFailedException | RebalanceInProgressException | RetriableException e) {
            // A rebalance, or a coordinator that was away for long: the next commit covers this one.
        }
    }

    /** Waits until every partition has had an acknowledgement and a delivery of something newer than now. */
    void awaitFlow() {
        NumberedLedger.Mark mark = ledger.mark();
        try {
            Awaitility.await().atMost(ClusterProcesses.PATIENCE).until(() -> ledger.hasFlowedSince(mark));
        } catch (ConditionTimeoutException e) {
            throw new IllegalStateException(
                    "records do not flow: " + ledger.flowSince(mark) + "; failed were " + ledger.failures()
                            + "; the topic is " + cluster.describe(topic) + ", the group's offsets are in "
                            + cluster.describe("__consumer_offsets"),
                    e);
        }
    }

    /** Waits until so many more records are acknowledged. */
    void awaitAcks(int more) {
        long goal = ledger.ackedCount() + more;
        Awaitility.await(more + " more records")
                .atMost(ClusterProcesses.PATIENCE.plusMillis(more * 8L))
                .until(() -> ledger.ackedCount() >= goal);
    }

    /**
     * Ends the load and judges it: all replicas must be in sync again, the group must have read everything, and all
     * copies must be the same.
     */
    NumberedVerdict verdict() {
        return verdict(ClusterProcesses.PATIENCE);
    }

    /** As {@link #verdict()}, where the group is given less time to read everything. */
    NumberedVerdict verdict(Duration forReading) {
        long fullAfterMs = cluster.awaitFullSets(topic);
        awaitFlow();
        stop(producing, producers);
        String unread = "";
        try {
            Awaitility.await().atMost(forReading).until(ledger::isAllDelivered);
        } catch (ConditionTimeoutException e) {
            unread = "the group did not read everything";
        }
        stop(consuming, consumers);
        checkCommits();
        List<ConsumerRecord<String, String>> stored = cluster.clients().readAll(topic);
        int differing = ReplicaFiles.awaitEqual(cluster.brokers(), topic, PARTITIONS);
        return ledger.judge(stored, fullAfterMs, differing, unread);
    }

    /** What the group has committed is there still, as any coordinator sees it. */
    void checkCommits() {
        List<Long> before =
                IntStream.range(0, PARTITIONS).mapToObj(ledger::committed).toList();
        try (Admin admin = cluster.clients().admin("request.timeout.ms=4000")) {
            Map<TopicPartition, OffsetAndMetadata> kept =
                    Clients.await(admin.listConsumerGroupOffsets(group()).partitionsToOffsetAndMetadata());
            for (int p = 0; p < PARTITIONS; p++) {
                OffsetAndMetadata position = kept.get(new TopicPartition(topic, p));
                ledger.told(p, position == null ? 0 : position.offset(), before.get(p));
            }
        }
    }

    /** Who coordinates the group. */
    int coordinator() {
        try (Admin admin = cluster.clients().admin("request.timeout.ms=4000")) {
            return Clients.await(admin.describeConsumerGroups(List.of(group())).all())
                    .get(group())
                    .coordinator()
                    .id();
        }
    }

    private static void stop(AtomicBoolean running, List<Thread> threads) {
        running.set(false);
        for (Thread thread : threads) {
            try {
                thread.join(ClusterProcesses.PATIENCE.toMillis());
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            if (thread.isAlive()) {
                throw new IllegalStateException(thread.getName() + " does not end");
            }
        }
    }

    @Override
    public void close() {
        producing.set(false);
        consuming.set(false);
    }
}
