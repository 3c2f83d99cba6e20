package io.millrace.broker.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.DescribeReplicaLogDirsResult.ReplicaLogDirInfo;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionReplica;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.LogDirNotFoundException;
import org.apache.kafka.common.errors.ReplicaNotAvailableException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Replicas move between the disks of a broker while it is written to, killed and started again. */
@Timeout(240)
final class MoveLogDirsIT {
    private static final int PARTITIONS = 4;

    @TempDir
    private Path directory;

    private Path first;
    private Path second;
    private BrokerProcess broker;
    private Clients clients;
    private Admin admin;
    private Load load;

    @BeforeEach
    void start() {
        first = directory.resolve("data");
        second = directory.resolve("second");
        broker = BrokerProcess.start(
                directory, "log.dirs=" + first + "," + second, "log.segment.bytes=1000000", "log.segment.delete.delay.ms=100");
        clients = broker.clients();
        clients.createTopic("t", PARTITIONS);
        admin = clients.admin();
        load = new Load(clients);
    }

    @AfterEach
    void stop() {
        load.end();
        admin.close(Duration.ZERO);
        broker.close();
    }

    /** Numbered records of one idempotent producer, and where each was acknowledged. */
    private static final class Load {
        private final AtomicBoolean ended = new AtomicBoolean();
        private final AtomicInteger count = new AtomicInteger();
        private final Map<String, Integer> failures = new ConcurrentHashMap<>();
        private final Map<String, String> acked = new ConcurrentHashMap<>();
        private final Thread thread;

        Load(Clients clients) {
            thread = new Thread(() -> send(clients), "load");
            thread.start();
        }

        private void send(Clients clients) {
            try (KafkaProducer<String, String> producer = clients.producer(
                    "acks=all", "linger.ms=2", "delivery.timeout.ms=120000", "max.block.ms=60000")) {
                List<Future<?>> open = new ArrayList<>();
                for (int i = 0; !ended.get(); i++) {
                    String key = Integer.toString(i);
                    open.add(producer.send(
                            new ProducerRecord<>("t", i % PARTITIONS, key, "x".repeat(500)), (where, failure) -> {
                                if (failure == null) {
                                    acked.put(key, where.partition() + "-" + where.offset());
                                    count.incrementAndGet();
                                } else {
                                    failures.merge(failure.toString(), 1, Integer::sum);
                                }
                            }));
                    if (open.size() == 200) {
                        for (Future<?> each : open) {
                            each.get(120, TimeUnit.SECONDS);
                        }
                        open.clear();
                    }
                }
            } catch (Exception e) {
                failures.merge(e.toString(), 1, Integer::sum);
            }
        }

        void awaitMore(int records) {
            int goal = count.get() + records;
            Awaitility.await(records + " more records").atMost(Duration.ofSeconds(60)).until(() -> count.get() >= goal);
        }

        void end() {
            ended.set(true);
            try {
                thread.join(60_000);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private static TopicPartitionReplica replica(int partition) {
        return new TopicPartitionReplica("t", partition, 1);
    }

    private void move(int partition, Path to) {
        Clients.await(admin.alterReplicaLogDirs(Map.of(replica(partition), to.toString()))
                .all());
    }

    private ReplicaLogDirInfo where(int partition) {
        return Clients.await(admin.describeReplicaLogDirs(List.of(replica(partition))).all())
                .get(replica(partition));
    }

    private void awaitAt(int partition, Path place) {
        Awaitility.await("partition " + partition + " in " + place)
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(20))
                .ignoreExceptions()
                .until(() -> {
                    ReplicaLogDirInfo now = where(partition);
                    return place.toString().equals(now.getCurrentReplicaLogDir())
                            && now.getFutureReplicaLogDir() == null;
                });
    }

    private void rate(String bytesPerSecond) {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.BROKER, "1");
        ConfigEntry entry = new ConfigEntry("replica.alter.log.dirs.io.max.bytes.per.second", bytesPerSecond);
        AlterConfigOp.OpType type = bytesPerSecond.isEmpty() ? AlterConfigOp.OpType.DELETE : AlterConfigOp.OpType.SET;
        Collection<AlterConfigOp> changes = List.of(new AlterConfigOp(entry, type));
        Clients.await(admin.incrementalAlterConfigs(Map.of(resource, changes)).all());
    }

    private void assertNothingIsLost() {
        load.end();
        assertEquals(Map.of(), load.failures);
        List<ConsumerRecord<String, String>> stored = clients.readAll("t");
        Map<String, String> places = new HashMap<>();
        Set<String> twice = new HashSet<>();
        for (ConsumerRecord<String, String> record : stored) {
            if (places.put(record.key(), record.partition() + "-" + record.offset()) != null) {
                twice.add(record.key());
            }
        }
        assertEquals(Set.of(), twice);
        Map<String, String> lost = load.acked.entrySet().stream()
                .filter(each -> !each.getValue().equals(places.get(each.getKey())))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
        assertEquals(Map.of(), lost);
        System.out.printf("%,d records acknowledged, none lost, none twice%n", load.acked.size());
    }

    @Test
    void replicasMoveBackAndForthUnderLoad() {
        load.awaitMore(20_000);
        for (int round = 0; round < 6; round++) {
            Path target = round % 2 == 0 ? second : first;
            for (int p = 0; p < PARTITIONS; p++) {
                move(p, target);
            }
            for (int p = 0; p < PARTITIONS; p++) {
                awaitAt(p, target);
            }
            load.awaitMore(2_000);
        }
        assertNothingIsLost();
    }

    @Test
    void aMoveThatIsHeldBackIsShownAndGoesOnAfterAKill() throws Exception {
        load.awaitMore(20_000);
        Path from = Path.of(where(0).getCurrentReplicaLogDir());
        Path to = from.equals(first) ? second : first;
        rate("200000");
        for (int p = 0; p < PARTITIONS; p++) {
            move(p, to);
        }
        Awaitility.await("the first move is shown")
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> to.toString().equals(where(0).getFutureReplicaLogDir())
                        && where(0).getFutureReplicaOffsetLag() > 0);
        assertEquals(from.toString(), where(0).getCurrentReplicaLogDir());
        load.awaitMore(500);
        broker.kill();
        broker.restart();
        load.awaitMore(500);
        assertEquals(to.toString(), where(0).getFutureReplicaLogDir());
        rate("");
        for (int p = 0; p < PARTITIONS; p++) {
            awaitAt(p, to);
        }
        broker.kill();
        broker.restart();
        load.awaitMore(500);
        for (int p = 0; p < PARTITIONS; p++) {
            assertEquals(to.toString(), where(p).getCurrentReplicaLogDir());
        }
        assertNothingIsLost();
    }

    @Test
    void killsAtAnyMomentLoseNothing() {
        load.awaitMore(10_000);
        for (int round = 0; round < 6; round++) {
            Path target = round % 2 == 0 ? second : first;
            for (int p = 0; p < PARTITIONS; p++) {
                move(p, target);
            }
            load.awaitMore(100 + 150 * round);
            broker.kill();
            broker.restart();
            for (int p = 0; p < PARTITIONS; p++) {
                awaitAt(p, target);
            }
        }
        assertNothingIsLost();
    }

    @Test
    void whatCannotBeIsRefused() {
        assertInstanceOf(LogDirNotFoundException.class, failure(replica(0), directory.resolve("third")));
        TopicPartitionReplica later = new TopicPartitionReplica("later", 0, 1);
        assertInstanceOf(ReplicaNotAvailableException.class, failure(later, second));
        clients.createTopic("later", 1);
        assertEquals(
                second.toString(),
                Clients.await(admin.describeReplicaLogDirs(List.of(later)).all())
                        .get(later)
                        .getCurrentReplicaLogDir());
        assertTrue(Clients.await(admin.describeLogDirs(List.of(1)).allDescriptions())
                .get(1)
                .get(second.toString())
                .replicaInfos()
                .containsKey(new TopicPartition("later", 0)));
    }

    private Throwable failure(TopicPartitionReplica replica, Path to) {
        return assertThrows(
                        ExecutionException.class,
                        () -> admin.alterReplicaLogDirs(Map.of(replica, to.toString()))
                                .values()
                                .get(replica)
                                .get(30, TimeUnit.SECONDS))
                .getCause();
    }
}
