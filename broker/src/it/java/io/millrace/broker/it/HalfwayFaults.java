package io.millrace.broker.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Brokers that are killed by the n-th system call of a kind: in the middle of recovery, compaction, a roll, a deletion. */
@Timeout(value = 20, unit = TimeUnit.MINUTES)
final class HalfwayFaults {
    private static final List<Integer> STEPS = List.of(1, 2, 5);
    private static final List<String> DOOMED = List.of("doomed-a", "doomed-b", "doomed-c");

    @TempDir
    private static Path directory;

    private static ClusterProcesses cluster;

    @BeforeAll
    static void start() {
        Strace.assumeUsable();
        cluster = ClusterProcesses.start(
                directory,
                3,
                1,
                "log.segment.bytes=8192",
                "log.cleaner.backoff.ms=200",
                "log.segment.delete.delay.ms=100",
                "log.flush.offset.checkpoint.interval.ms=1000");
    }

    @AfterAll
    static void stop() {
        if (cluster != null) {
            cluster.close();
        }
    }

    private static NumberedVerdict under(String fault, Consumer<NumberedLoad> faults) {
        return FaultRun.under(cluster, "HalfwayFaults", fault, faults);
    }

    /** Segments are rolled and flushed, checkpoints replaced, and a second topic is compacted all the while. */
    @Test
    void inACompactionOrARoll() throws InterruptedException {
        try (Admin admin = cluster.clients().admin()) {
            Map<String, String> configs =
                    Map.of("cleanup.policy", "compact", "min.cleanable.dirty.ratio", "0.01", "segment.bytes", "4096");
            Clients.await(admin.createTopics(List.of(new NewTopic("compacted", 3, (short) 3).configs(configs)))
                    .all());
        }
        AtomicBoolean updating = new AtomicBoolean(true);
        Map<String, String> latest = new ConcurrentHashMap<>();
        Thread updates = new Thread(() -> update(updating, latest), "updates");
        updates.start();
        try {
            for (String call : List.of("rename", "unlink", "fsync")) {
                killedBy(call);
            }
        } finally {
            updating.set(false);
            updates.join();
        }
        Map<String, String> stored = new HashMap<>();
        cluster.clients().readAll("compacted").forEach(record -> stored.put(record.key(), record.value()));
        assertEquals(latest, stored, "the last value of each key");
    }

    @SuppressWarnings("try") // strace works by being there
    private void killedBy(String call) {
        List<Integer> reached = new ArrayList<>();
        under("killed by its n-th " + call + " with compactions and rolls, n of " + STEPS, load -> {
            for (int n : STEPS) {
                BrokerProcess broker = cluster.broker(cluster.leader(load.topic(), n));
                Strace.during(broker.process().pid(), call, "signal=KILL:when=" + n, () -> {
                    if (endsWithin(broker.process(), 10)) {
                        reached.add(n);
                    } else {
                        broker.kill();
                    }
                });
                load.awaitFlow();
                broker.restart();
                cluster.awaitFullSets(load.topic());
            }
        });
        System.out.println("HalfwayFaults: a " + call + " was the last call for n of " + reached);
        assertFalse(reached.isEmpty(), "nobody died by " + call);
    }

    private static boolean endsWithin(MillraceProcess process, int seconds) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        Awaitility.await()
                .atMost(java.time.Duration.ofSeconds(seconds + 10))
                .until(() -> !process.isAlive() || System.nanoTime() - end >= 0);
        return !process.isAlive();
    }

    private static void update(AtomicBoolean updating, Map<String, String> latest) {
        try (KafkaProducer<String, String> producer = cluster.clients().producer("acks=all", "request.timeout.ms=3000")) {
            for (int i = 0; updating.get(); i++) {
                producer.send(new ProducerRecord<>("compacted", "key-" + i % 50, "value " + i));
                latest.put("key-" + i % 50, "value " + i); // acknowledged before this client is closed
                java.util.concurrent.locks.LockSupport.parkNanos(2_000_000);
            }
        }
    }

    @Test
    @SuppressWarnings("try") // strace works by being there
    void inARecovery() {
        under("killed in its recovery by the n-th file that it opens to write, cuts, syncs or renames", load -> {
            load.awaitAcks(1000);
            BrokerProcess broker = cluster.broker(cluster.leader(load.topic(), 0));
            broker.kill();
            List<Integer> reached = new ArrayList<>();
            for (int n : STEPS) {
                broker.launch();
                MillraceProcess process = broker.process();
                String calls = "ftruncate,fsync,fdatasync,rename,pwrite64";
                Strace.during(process.pid(), calls, "signal=KILL:when=" + n, () -> Awaitility.await()
                        .atMost(ClusterProcesses.PATIENCE)
                        .until(() -> !process.isAlive()
                                || process.out().stream().anyMatch(line -> line.startsWith("Millrace ready"))));
                if (!process.isAlive()) {
                    reached.add(n);
                }
                broker.kill();
            }
            System.out.println("HalfwayFaults: starts that ended in the recovery: n of " + reached);
            load.awaitFlow();
            broker.restart();
        });
    }

    @Test
    @SuppressWarnings("try") // strace works by being there
    void inADeletion() {
        under("killed by its n-th rename while topics are deleted, n of 1 and 3", load -> {
            for (int n : List.of(1, 3)) {
                DOOMED.forEach(topic -> cluster.createTopic(topic, 4));
                DOOMED.forEach(HalfwayFaults::fill);
                BrokerProcess broker = cluster.broker(cluster.leader(load.topic(), n));
                Strace.during(broker.process().pid(), "rename", "signal=KILL:when=" + n, () -> {
                    try (Admin admin = cluster.clients().admin("request.timeout.ms=4000")) {
                        admin.deleteTopics(DOOMED).topicNameValues().values().forEach(HalfwayFaults::awaitGone);
                    }
                    endsWithin(broker.process(), 10);
                });
                broker.kill();
                load.awaitFlow();
                assertDeleted();
                broker.restart();
                Awaitility.await("directories that are gone")
                        .atMost(ClusterProcesses.PATIENCE)
                        .until(() -> cluster.brokers().stream().allMatch(HalfwayFaults::hasNoneOfThem));
                assertDeleted();
            }
            cluster.createTopic(DOOMED.get(0), 4);
            assertEquals(List.of(), cluster.clients().readAll(DOOMED.get(0)), "a namesake begins empty");
        });
    }

    /** A broker that is killed before it answers may have deleted the topic: the client's second request finds none. */
    private static void awaitGone(KafkaFuture<Void> deletion) {
        try {
            Clients.await(deletion);
        } catch (UnknownTopicOrPartitionException e) {
            // gone is gone
        }
    }

    private static void fill(String topic) {
        try (KafkaProducer<String, String> producer = cluster.clients().producer("acks=all")) {
            for (int i = 0; i < 100; i++) {
                producer.send(new ProducerRecord<>(topic, "value " + i));
            }
        }
    }

    private static void assertDeleted() {
        try (Admin admin = cluster.clients().admin("request.timeout.ms=4000")) {
            Set<String> topics = Clients.await(admin.listTopics().names());
            DOOMED.forEach(topic -> assertFalse(topics.contains(topic), topics.toString()));
        }
    }

    private static boolean hasNoneOfThem(BrokerProcess broker) {
        try (Stream<Path> all = Files.list(broker.data())) {
            return all.map(path -> path.getFileName().toString())
                    .noneMatch(name -> DOOMED.stream().anyMatch(topic -> name.matches(topic + "-\\d+")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
