package io.millrace.broker.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A partition that moves at a bounded rate, and goes on to move whoever is killed meanwhile. */
@Timeout(240)
final class ThrottledMoveIT {
    private static final TopicPartition T0 = new TopicPartition("t", 0);
    private static final int RECORDS = 200;
    private static final int RECORD_BYTES = 8_000;
    private static final long BYTES = (long) RECORDS * RECORD_BYTES;

    @TempDir
    private Path directory;

    private ClusterProcesses cluster;
    private Admin admin;

    @BeforeEach
    void start() throws Exception {
        cluster = ClusterProcesses.start(directory, 3, 1);
        admin = cluster.clients().admin("request.timeout.ms=5000", "default.api.timeout.ms=60000");
        Clients.await(admin.createTopics(List.of(new NewTopic("t", Map.of(0, List.of(1, 2)))
                        .configs(Map.of("min.insync.replicas", "1"))))
                .all());
        try (KafkaProducer<String, String> producer =
                cluster.clients().producer("acks=all", "batch.size=16384", "linger.ms=5")) {
            for (int i = 0; i < RECORDS; i++) {
                producer.send(new ProducerRecord<>("t", 0, Integer.toString(i), "x".repeat(RECORD_BYTES)));
            }
        }
    }

    @AfterEach
    void stop() {
        admin.close(Duration.ZERO);
        cluster.close();
    }

    private void move(Integer... target) {
        Clients.await(admin.alterPartitionReassignments(
                        Map.of(T0, Optional.of(new NewPartitionReassignment(List.of(target)))))
                .all());
    }

    private long arrivedAt(int broker) {
        Path partition = cluster.broker(broker).data().resolve("t-0");
        if (!Files.exists(partition)) {
            return 0;
        }
        try (Stream<Path> files = Files.list(partition)) {
            return files.filter(file -> file.toString().endsWith(".log"))
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void awaitMoved(Set<Integer> target) {
        Awaitility.await("moved to " + target)
                .atMost(ClusterProcesses.PATIENCE)
                .pollInterval(Duration.ofMillis(50))
                .until(() -> {
                    List<TopicPartitionInfo> partitions = cluster.describe("t");
                    return !partitions.isEmpty()
                            && ids(partitions.get(0).replicas()).equals(target)
                            && ids(partitions.get(0).isr()).equals(target);
                });
        assertTrue(Clients.await(admin.listPartitionReassignments().reassignments()).isEmpty());
    }

    private static Set<Integer> ids(List<Node> nodes) {
        return Set.copyOf(nodes.stream().map(Node::id).toList());
    }

    private void awaitArrived(int broker, long bytes) {
        Awaitility.await(bytes + " bytes at broker " + broker)
                .atMost(ClusterProcesses.PATIENCE)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> arrivedAt(broker) >= bytes);
    }

    private void assertAllIsThere() {
        List<String> keys = cluster.clients().readAll("t").stream()
                .map(ConsumerRecord::key)
                .toList();
        assertEquals(
                Stream.iterate(0, i -> i + 1).limit(RECORDS).map(String::valueOf).toList(), keys);
    }

    @Test
    void theMoveTakesAsLongAsTheRateSays() {
        long rate = BYTES / 8;
        Throttle.set(admin, "t", rate);
        long begin = System.nanoTime();
        move(3, 2);
        awaitMoved(Set.of(2, 3));
        double seconds = (System.nanoTime() - begin) / 1e9;
        System.out.printf("%,d bytes at %,d bytes/s in %.1f s%n", BYTES, rate, seconds);
        assertTrue(seconds > 6.5 && seconds < 20, seconds + " s");
        assertAllIsThere();
    }

    @Test
    void theMoveGoesOnAfterTheLeaderIsKilled() {
        Throttle.set(admin, "t", BYTES / 12);
        move(2, 3);
        awaitArrived(3, BYTES / 6);
        cluster.broker(1).kill();
        awaitMoved(Set.of(2, 3));
        assertAllIsThere();
        cluster.broker(1).restart();
        Awaitility.await("broker 1 deletes what moved away meanwhile")
                .atMost(ClusterProcesses.PATIENCE)
                .until(() -> !Files.exists(cluster.broker(1).data().resolve("t-0")));
        try (Stream<Path> files = Files.list(cluster.broker(1).data())) {
            assertTrue(files.noneMatch(file -> file.toString().endsWith("-stray")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void theMoveGoesOnAfterTheAddedReplicaIsKilled() {
        Throttle.set(admin, "t", BYTES / 12);
        move(1, 3);
        awaitArrived(3, BYTES / 6);
        cluster.broker(3).kill();
        assertTrue(!Clients.await(admin.listPartitionReassignments().reassignments()).isEmpty());
        long before = arrivedAt(3);
        cluster.broker(3).restart();
        awaitMoved(Set.of(1, 3));
        assertTrue(before > 0 && before < BYTES, before + " bytes had arrived");
        assertAllIsThere();
    }
}
