package io.millrace.broker.replica;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.broker.cluster.BrokerRegistration;
import io.millrace.broker.cluster.ClusterView;
import io.millrace.broker.cluster.Endpoint;
import io.millrace.broker.cluster.InMemoryClusterStore;
import io.millrace.protocol.ApiMessage;
import io.millrace.protocol.message.ApiKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Broker 1 watches broker 2, on connections that break when the test says so, in a time that it moves. */
class LivenessTest {
    private static final int PEER = 2;

    private final InMemoryClusterStore cluster = new InMemoryClusterStore(new InMemoryClusterStore.Truth("cluster"));
    private final Timeline time = new Timeline();
    private final Peer peer = new Peer();
    private final List<Integer> gone = new ArrayList<>();
    private final Liveness liveness = new Liveness(1, peer, time, time, gone::add);

    @BeforeEach
    void watch() {
        cluster.tamper(edit -> edit.putBroker(new BrokerRegistration(
                PEER, List.of(new Endpoint("PLAINTEXT", "PLAINTEXT", "two", 9092)), Optional.empty(), 7)));
        ReplicaHouse.await(cluster.when(view -> view.broker(PEER).isPresent()));
        liveness.update(view());
        assertEquals(1, peer.kept.size());
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    private ClusterView view() {
        return cluster.view();
    }

    @Test
    void aBrokenConnectionAndARefusedOneMeanThatItIsGone() {
        peer.reach = PeerClient.Reach.REFUSED;
        peer.breakKept();
        assertEquals(List.of(PEER), gone);
        assertTrue(liveness.isGone(view(), PEER));
        assertTrue(liveness.isJustGone(view(), PEER, 300));
        time.advance(299);
        assertTrue(liveness.isJustGone(view(), PEER, 300));
        time.advance(1);
        assertFalse(liveness.isJustGone(view(), PEER, 300));
        assertEquals(List.of(PEER), gone, "that it is refused again is no news");
    }

    @Test
    void aDyingProcessMayAnswerOnItsPortForAMoment() {
        time.advance(10_000);
        peer.breakKept(); // and the port still answers
        assertTrue(gone.isEmpty());
        time.advance(4);
        assertEquals(2, peer.kept.size(), "another connection is kept soon");
        peer.reach = PeerClient.Reach.REFUSED;
        peer.breakKept();
        assertEquals(List.of(PEER), gone);
    }

    @Test
    void whoBreaksEveryConnectionIsNotDialledWithoutEnd() {
        for (int i = 0; i < 20; i++) {
            peer.breakKept();
            time.advance(250);
        }
        assertTrue(peer.kept.size() <= 22, peer.kept.size() + " connections");
        int before = peer.kept.size();
        peer.breakKept();
        time.advance(249);
        assertEquals(before, peer.kept.size());
        time.advance(1);
        assertEquals(before + 1, peer.kept.size());
        time.advance(10_000); // this one lasts
        peer.breakKept();
        time.advance(4);
        assertEquals(before + 2, peer.kept.size());
    }

    @Test
    void whoAnswersAgainIsThereAgain() {
        peer.reach = PeerClient.Reach.REFUSED;
        peer.breakKept();
        peer.reach = PeerClient.Reach.ANSWERS;
        time.advance(250);
        assertFalse(liveness.isGone(view(), PEER));
        assertFalse(liveness.isJustGone(view(), PEER, 300));
    }

    @Test
    void whoIsSilentIsAskedAgain() {
        peer.reach = PeerClient.Reach.SILENT;
        peer.breakKept();
        time.advance(249);
        assertFalse(liveness.isGone(view(), PEER));
        peer.reach = PeerClient.Reach.REFUSED;
        time.advance(1);
        assertTrue(liveness.isGone(view(), PEER));
    }

    /** The other broker, as the network shows it. */
    private static final class Peer implements PeerClient {
        private final List<CompletableFuture<Void>> kept = new ArrayList<>();
        private Reach reach = Reach.ANSWERS;

        void breakKept() {
            kept.get(kept.size() - 1).complete(null);
        }

        @Override
        public CompletionStage<Void> lost(BrokerRegistration broker) {
            CompletableFuture<Void> connection = new CompletableFuture<>();
            kept.add(connection);
            return connection;
        }

        @Override
        public CompletionStage<Reach> dial(BrokerRegistration broker) {
            return CompletableFuture.completedFuture(reach);
        }

        @Override
        public <T extends ApiMessage> CompletionStage<T> ask(
                BrokerRegistration broker,
                Purpose purpose,
                ApiKey key,
                short version,
                ApiMessage request,
                Class<T> answer,
                long timeoutMs) {
            throw new UnsupportedOperationException("nothing is asked");
        }

        @Override
        public void close() {}
    }
}
