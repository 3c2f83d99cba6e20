package io.millrace.broker.cluster.zk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.broker.cluster.NewTopic;
import io.millrace.broker.cluster.PartitionState;
import io.millrace.broker.cluster.PartitionWrite;
import io.millrace.broker.cluster.TopicState;
import io.millrace.protocol.TopicPartition;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Topics beyond what one transaction of ZooKeeper holds. */
@Timeout(60)
class LargeTopicTest {
    private static final int PARTITIONS = 5000;

    private ZkFixture zk;

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        zk = new ZkFixture(directory);
    }

    @AfterEach
    void stop() throws Exception {
        zk.close();
    }

    @Test
    void fiveThousandPartitionsAreMadeSeenClaimedGrownAndDeleted() throws Exception {
        ZkClusterStore store = zk.store(1);
        ZkClusterStore other = zk.store(2);
        NewTopic topic = ZkFixture.topic("large", PARTITIONS);
        long start = System.nanoTime();
        ZkFixture.get(store.createTopic(topic));
        report("creating", start);
        assertTrue(store.view().topic("large").orElseThrow().isLed());
        ZkFixture.get(
                other.when(view -> view.topic("large").filter(TopicState::isLed).isPresent()));
        report("creating, seen by another broker,", start);

        start = System.nanoTime();
        List<CompletionStage<PartitionWrite>> claims = new ArrayList<>();
        for (int p = 0; p < PARTITIONS; p++) {
            PartitionState next = new PartitionState(2, 1, List.of(2), PartitionState.RECOVERED, 0);
            claims.add(store.compareAndSet(topic.id(), new TopicPartition("large", p), 0, next));
        }
        for (CompletionStage<PartitionWrite> claim : claims) {
            assertInstanceOf(PartitionWrite.Written.class, ZkFixture.get(claim));
        }
        report("claiming", start);
        ZkFixture.get(other.when(view -> view.partition(new TopicPartition("large", PARTITIONS - 1))
                .filter(state -> state.leader() == 2)
                .isPresent()));
        report("claiming, seen by another broker,", start);

        TopicState seen = store.view().topic("large").orElseThrow();
        ZkFixture.get(store.addPartitions(seen, Collections.nCopies(PARTITIONS, List.of(1))));
        assertEquals(2 * PARTITIONS, store.view().topic("large").orElseThrow().partitionCount());
        assertTrue(store.view().topic("large").orElseThrow().isLed());

        start = System.nanoTime();
        ZkClusterStore late = zk.store(3);
        report("opening a store on " + 2 * PARTITIONS + " partitions", start);
        assertTrue(late.view().topic("large").orElseThrow().isLed());

        start = System.nanoTime();
        ZkFixture.get(store.deleteTopic("large", topic.id()));
        report("deleting", start);
        assertTrue(store.view().topic("large").isEmpty());
        assertNull(zk.client().exists("/brokers/topics/large", false));
        assertNull(zk.client().exists("/admin/delete_topics/large", false));
    }

    private static void report(String what, long startNanos) {
        System.out.printf(
                "%d partitions: %s took %d ms%n",
                PARTITIONS, what, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos));
    }
}
