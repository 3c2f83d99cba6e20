package io.millrace.broker.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.broker.cluster.BrokerRegistration;
import io.millrace.broker.cluster.Endpoint;
import io.millrace.broker.replica.PeerClient.Purpose;
import io.millrace.broker.replica.PeerClient.Reach;
import io.millrace.protocol.message.ApiKey;
import io.millrace.protocol.message.FetchRequest;
import io.millrace.protocol.message.FetchResponse;
import io.millrace.protocol.message.HeartbeatResponse;
import io.millrace.protocol.record.BufferSlice;
import io.millrace.protocol.record.FileSlice;
import io.millrace.protocol.record.Records;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Asking a peer that does as it should, and finding out when it goes. */
class NettyPeerClientTest extends PeerClientHouse {
    // ---- asking

    @Test
    void answersBelongToTheirRequestsHoweverManyAskAtOnce() throws Exception {
        BrokerRegistration peer = serve(1, Map.of());
        List<Thread> askers = new ArrayList<>();
        Map<Integer, CompletionStage<HeartbeatResponse>> asked = new ConcurrentHashMap<>();
        for (int t = 0; t < 4; t++) {
            int first = 200 * t;
            Thread asker = new Thread(() -> {
                for (int i = first; i < first + 200; i++) {
                    asked.put(i, heartbeat(peer, i));
                }
            });
            askers.add(asker);
            asker.start();
        }
        for (Thread asker : askers) {
            asker.join();
        }
        for (int i = 799; i >= 0; i--) {
            answer(i);
        }
        for (int i = 0; i < 800; i++) {
            assertEquals(i, await(asked.get(i)).errorCode());
        }
    }

    @Test
    void purposesHaveConnectionsOfTheirOwnAndTheirOwnClientIds() throws IOException {
        BrokerRegistration peer = serve(1, Map.of());
        CompletionStage<HeartbeatResponse> waits = heartbeat(peer, 1);
        records = List.of();
        assertEquals(5, await(fetch(peer)).sessionId());
        assertFalse(waits.toCompletableFuture().isDone());
        answer(1);
        await(waits);
        assertEquals(2, servers.get(0).connectionCount());
        assertTrue(clientIds.contains("broker-1-control"));
        assertTrue(clientIds.contains("broker-1-replication"));
        future(2);
        answer(2);
        await(heartbeat(peer, 2));
        assertEquals(2, servers.get(0).connectionCount(), "connections are kept");
    }

    @Test
    void aPeerIsMetAtTheListenerForBrokersOrElseAtItsFirst() throws IOException {
        BrokerRegistration first = serve(1, Map.of());
        Endpoint other = new Endpoint("CLIENTS", "PLAINTEXT", "127.0.0.1", 1);
        Endpoint named = first.endpoints().get(0);
        answer(1);
        await(heartbeat(new BrokerRegistration(2, List.of(other, named), Optional.empty(), 1), 1));
        Endpoint unnamed = new Endpoint("BROKERS", "PLAINTEXT", "127.0.0.1", named.port());
        await(heartbeat(new BrokerRegistration(3, List.of(unnamed, other), Optional.empty(), 1), 1));
    }

    @Test
    void namesAreLookedUp() throws IOException {
        BrokerRegistration peer = serve(1, Map.of());
        int port = peer.endpoints().get(0).port();
        Endpoint named = new Endpoint("PLAINTEXT", "PLAINTEXT", "localhost", port);
        answer(1);
        await(heartbeat(new BrokerRegistration(2, List.of(named), Optional.empty(), 1), 1));
        Endpoint unknown = new Endpoint("PLAINTEXT", "PLAINTEXT", "no-such-host.invalid", port);
        BrokerRegistration nowhere = new BrokerRegistration(3, List.of(unknown), Optional.empty(), 1);
        assertFails(heartbeat(nowhere, 1), "no connection");
        await(client.lost(nowhere));
        assertEquals(Reach.SILENT, await(client.dial(nowhere)));
    }

    @Test
    void aRequestThatItsVersionLacksIsTheAskersBug() {
        BrokerRegistration nobody = FakePeer.registration(1, 1);
        FetchRequest request = FetchRequest.builder().replicaId(3).build();
        assertThrows(
                IllegalArgumentException.class,
                () -> client.ask(
                        nobody,
                        Purpose.REPLICATION,
                        ApiKey.FETCH,
                        FETCH_VERSION,
                        request,
                        FetchResponse.class,
                        TIMEOUT_MS));
    }

    // ---- records

    @Test
    void recordsAreReadableUntilTheyAreReleased(@TempDir Path directory) throws IOException {
        BrokerRegistration peer = serve(1, Map.of());
        byte[] small = random(100, 1);
        byte[] large = random(20 << 20, 2);
        Path file = Files.write(directory.resolve("records"), large);
        try (FileChannel channel = FileChannel.open(file)) {
            records = List.of(
                    new BufferSlice(ByteBuffer.wrap(small)),
                    BufferSlice.EMPTY,
                    new FileSlice(channel, 0, large.length, filesReleased::incrementAndGet));
            for (int round = 0; round < 3; round++) {
                List<Records> got = recordsOf(await(fetch(peer)));
                assertEquals(ByteBuffer.wrap(small), bytes(got.get(0)));
                got.get(0).release();
                got.get(0).release(); // the buffer is still held by the other slice
                got.get(1).release();
                assertEquals(ByteBuffer.wrap(large), bytes(got.get(2)));
                assertTrue(allocator.metric().usedDirectMemory() > large.length);
                got.get(2).release();
                Awaitility.await().until(() -> allocator.metric().usedDirectMemory() < large.length);
            }
        }
        assertEquals(3, filesReleased.get());
    }

    @Test
    void recordsOfAnAnswerThatNobodyWaitsForAnyMoreAreReleased() throws IOException {
        BrokerRegistration peer = serve(1, Map.of());
        records = List.of(new BufferSlice(ByteBuffer.wrap(random(50_000, 1))));
        CompletionStage<FetchResponse> fetch = fetch(peer);
        fetch.toCompletableFuture().cancel(false);
        for (Records some : recordsOf(await(fetch(peer)))) {
            some.release();
        }
    }

    // ---- the lives of a peer, and of this broker

    @Test
    void aPeerThatRegistersAgainIsAskedAtItsNewAddressAndNoMoreAtTheOld() throws IOException {
        BrokerRegistration later = serve(2, Map.of());
        try (FakePeer earlier = new FakePeer()) {
            CompletionStage<Void> lost = client.lost(earlier.registration(1));
            CompletionStage<HeartbeatResponse> waits = heartbeat(earlier.registration(1), 1);
            CompletionStage<FetchResponse> fetch = fetch(earlier.registration(1));
            answer(2);
            assertEquals(2, await(heartbeat(later, 2)).errorCode());
            assertFails(waits, "registered again");
            assertFails(fetch, "registered again");
            await(lost);
            assertFails(heartbeat(earlier.registration(1), 3), "registered again");
            await(client.lost(earlier.registration(1)));
        }
        CompletionStage<Void> lost = client.lost(later);
        answer(4);
        assertEquals(4, await(heartbeat(later, 4)).errorCode());
        assertFalse(lost.toCompletableFuture().isDone());
    }

    @Test
    void aStoppedPeerIsLostAtOnce() throws IOException {
        BrokerRegistration peer = serve(1, Map.of());
        CompletionStage<Void> lost = client.lost(peer);
        answer(1);
        await(heartbeat(peer, 1));
        assertFalse(lost.toCompletableFuture().isDone());
        servers.get(0).close();
        await(lost);
        assertEquals(Reach.REFUSED, await(client.dial(peer)));
    }

    @Test
    void aSilentConnectionIsKeptByPings() throws IOException {
        BrokerRegistration peer = serve(1, Map.of("connections.max.idle.ms", "300"));
        use(PeerTimes.of(300));
        CompletionStage<Void> lost = client.lost(peer);
        Awaitility.await()
                .until(() -> pings.get() > 8 || lost.toCompletableFuture().isDone());
        assertFalse(lost.toCompletableFuture().isDone());
        assertEquals(1, servers.get(0).connectionCount());
    }

    @Test
    void aPeerThatAnswersNoPingIsLost() throws IOException {
        use(new PeerTimes(2_000, 50, 100));
        try (FakePeer peer = new FakePeer()) {
            CompletionStage<Void> lost = client.lost(peer.registration(1));
            peer.accept();
            assertEquals(ApiKey.API_VERSIONS.id(), peer.read().getShort());
            await(lost);
        }
    }

    @Test
    void whatWaitsWhenThisBrokerStopsFails() throws IOException {
        try (FakePeer peer = new FakePeer();
                FakePeer full = new FakePeer(1)) {
            full.fillBacklog();
            BrokerRegistration third =
                    new BrokerRegistration(3, full.registration(1).endpoints(), Optional.empty(), 1);
            CompletionStage<Void> lost = client.lost(peer.registration(1));
            List<CompletionStage<?>> waiting =
                    List.of(heartbeat(peer.registration(1), 1), fetch(peer.registration(1)), heartbeat(third, 1));
            client.close();
            for (CompletionStage<?> one : waiting) {
                failure(one);
            }
            await(lost);
            assertFails(heartbeat(peer.registration(1), 1), "this broker stops");
            await(client.lost(peer.registration(1)));
            assertEquals(Reach.SILENT, await(client.dial(peer.registration(1))));
            client.close();
        }
    }
}
