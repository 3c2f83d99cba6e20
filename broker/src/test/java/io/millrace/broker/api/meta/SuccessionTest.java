package io.millrace.broker.api.meta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.broker.ManualTimer;
import io.millrace.broker.api.RequestContext;
import io.millrace.broker.cluster.InMemoryClusterStore;
import io.millrace.broker.cluster.NewTopic;
import io.millrace.broker.cluster.PartitionState;
import io.millrace.broker.replica.ReplicaHouse;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.Uuid;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Broker 2 leads t-0, and broker 3 may take over. */
class SuccessionTest {
    private static final TopicPartition T0 = new TopicPartition("t", 0);
    private static final int LOST = 2;
    private static final int NEXT = 3;

    private final InMemoryClusterStore cluster = new InMemoryClusterStore(new InMemoryClusterStore.Truth("cluster"));
    private final ManualTimer home = new ManualTimer();
    private final CompletableFuture<Void> caughtUp = new CompletableFuture<>();
    private final Succession succession = new Succession(
            cluster,
            (state, view) -> state.leader() == LOST,
            (id, state) -> state.leader() == NEXT && !caughtUp.isDone(),
            () -> caughtUp);

    @BeforeEach
    void create() {
        ReplicaHouse.await(
                cluster.createTopic(new NewTopic("t", Uuid.random(), List.of(List.of(LOST, NEXT)), Map.of())));
        lead(LOST);
    }

    @AfterEach
    void close() {
        cluster.close();
        home.shutdownNow();
    }

    private void lead(int broker) {
        PartitionState now = cluster.view().partition(T0).orElseThrow();
        ReplicaHouse.await(cluster.compareAndSet(
                cluster.view().topic("t").orElseThrow().id(),
                T0,
                now.version(),
                new PartitionState(
                        broker, now.leaderEpoch() + 1, List.of(LOST, NEXT), PartitionState.RECOVERED, now.version())));
    }

    /** Asks who leads. */
    private CompletionStage<Integer> ask() {
        InetAddress here = InetAddress.getLoopbackAddress();
        RequestContext context =
                new RequestContext((short) 13, "client", here, "PLAINTEXT", new InetSocketAddress(here, 9092), home);
        return succession.whenSettled(
                context,
                (view, check) -> check.testAll(view.topic("t").orElseThrow()),
                () -> cluster.view().partition(T0).orElseThrow().leader());
    }

    private static boolean isDone(CompletionStage<?> stage) {
        return stage.toCompletableFuture().isDone();
    }

    @Test
    void endsWhenAnotherLeadsAndThisBrokerKnowsIt() {
        CompletionStage<Integer> waits = ask();
        assertFalse(isDone(waits));
        lead(NEXT);
        assertFalse(isDone(waits), "it may be this broker, which leads only when it has caught up");
        caughtUp.complete(null);
        assertEquals(NEXT, ReplicaHouse.await(waits));
        assertEquals(0, home.outstanding(), "nothing is left of the wait");
        assertTrue(isDone(ask()), "and nobody else waits");
    }

    @Test
    void whoIsToLeadButDoesNotYetTakesOverFirst() {
        lead(NEXT);
        CompletionStage<Integer> waits = ask();
        assertFalse(isDone(waits));
        caughtUp.complete(null);
        assertEquals(NEXT, ReplicaHouse.await(waits));
    }

    @Test
    void endsAfterAWhileInAnyCase() {
        CompletionStage<Integer> waits = ask();
        home.advance(999);
        assertFalse(isDone(waits));
        home.advance(1);
        assertEquals(LOST, ReplicaHouse.await(waits), "that is all that is known");
    }

    @Test
    void onlySoManyWait() {
        List<CompletionStage<Integer>> waiting = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            waiting.add(ask());
        }
        assertTrue(waiting.stream().noneMatch(SuccessionTest::isDone));
        assertTrue(isDone(ask()), "one more is answered at once");
        home.advance(1000);
        Awaitility.await().until(() -> waiting.stream().allMatch(SuccessionTest::isDone));
        assertFalse(isDone(ask()), "those that were answered have made room");
    }
}
