package io.millrace.broker.replica;

import static io.millrace.broker.replica.ReplicaHouse.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.broker.cluster.BrokerRegistration;
import io.millrace.broker.cluster.ClusterView;
import io.millrace.broker.cluster.Endpoint;
import io.millrace.broker.cluster.NewTopic;
import io.millrace.broker.cluster.PartitionState;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.Uuid;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Broker 1 leads, and never hears of brokers 2 and 3, which are registered. */
class IsolationTest {
    private static final TopicPartition T0 = new TopicPartition("t", 0);

    @TempDir
    private Path directory;

    private ReplicaHouse house;

    @BeforeEach
    void open() {
        house = new ReplicaHouse(List.of(directory), Map.of("replica.lag.time.max.ms", "6000")).started();
        for (int id = 2; id <= 3; id++) {
            BrokerRegistration silent = new BrokerRegistration(
                    id, List.of(new Endpoint("PLAINTEXT", "PLAINTEXT", "h" + id, 9092)), Optional.empty(), id);
            house.cluster.tamper(edit -> edit.putBroker(silent));
        }
    }

    @AfterEach
    void close() {
        house.close();
    }

    private void topic(List<Integer> replicas) {
        await(house.cluster.createTopic(new NewTopic("t", Uuid.random(), List.of(replicas), Map.of())));
        house.caughtUp();
        assertEquals(Optional.of(0), house.partition("t", 0).leaderEpoch());
    }

    private PartitionState state() {
        return house.cluster.view().partition(T0).orElseThrow();
    }

    private static void awaitTrue(Callable<Boolean> condition) {
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(condition);
    }

    private boolean isLed() {
        return house.partitions.find(T0).flatMap(Partition::leaderEpoch).isPresent();
    }

    @Test
    void whomNobodyOfSeveralAsksNamesOneOfThemAndLeavesTheSet() {
        topic(List.of(1, 2, 3));
        ClusterView later = await(house.cluster.when(
                view -> view.partition(T0).filter(state -> state.leader() != 1).isPresent()));
        PartitionState state = later.partition(T0).orElseThrow();
        assertEquals(2, state.leader());
        assertEquals(1, state.leaderEpoch());
        assertEquals(List.of(2, 3), state.isr());
        house.caughtUp();
        assertFalse(isLed());
    }

    @Test
    void whoHasOneFollowerOnlyGoesOnWithoutIt() {
        topic(List.of(1, 2));
        await(house.cluster.when(view -> view.partition(T0)
                .filter(state -> state.isr().equals(List.of(1)))
                .isPresent()));
        assertEquals(1, state().leader());
        assertEquals(0, state().leaderEpoch());
        assertTrue(isLed());
    }

    @Test
    void withoutTheStoreItLeadsNoMoreUntilThatSaysThatItStillDoes() {
        house.cluster.reachable(false);
        topic(List.of(1, 2, 3));
        awaitTrue(() -> !isLed());
        assertEquals(1, state().leader());
        house.cluster.reachable(true);
        awaitTrue(this::isLed);
    }
}
