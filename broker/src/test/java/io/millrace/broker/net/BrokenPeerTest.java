package io.millrace.broker.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.broker.BrokerHouse;
import io.millrace.broker.cluster.BrokerRegistration;
import io.millrace.broker.replica.PeerClient.Purpose;
import io.millrace.broker.replica.PeerClient.Reach;
import io.millrace.broker.replica.PeerException;
import io.millrace.protocol.message.FetchResponse;
import io.millrace.protocol.message.HeartbeatResponse;
import io.millrace.protocol.record.BufferSlice;
import io.millrace.protocol.record.Records;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.epoll.Epoll;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.NoRouteToHostException;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** Peers that break off, answer wrongly, or not at all. */
class BrokenPeerTest extends PeerClientHouse {
    @Test
    void whereNobodyListensAskingFailsAndThePeerIsLostAndRefuses() throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        BrokerRegistration peer = FakePeer.registration(port, 1);
        assertFails(heartbeat(peer, 1), "no connection");
        await(client.lost(peer));
        assertEquals(Reach.REFUSED, await(client.dial(peer)));
    }

    @Test
    void aPeerThatListensAnswersADial() throws IOException {
        try (FakePeer peer = new FakePeer()) {
            assertEquals(Reach.ANSWERS, await(client.dial(peer.registration(1))));
            peer.accept();
            assertTrue(peer.isClosed(), "the connection is not kept");
        }
    }

    @Test
    void onlyWhereNobodyListensIsARefusal() {
        try (PeerSockets sockets = new PeerSockets(allocator)) {
            assertTrue(sockets.isRefusal(new ConnectException("Connection refused: /127.0.0.1:1")));
            if (Epoll.isAvailable()) {
                assertTrue(sockets.isRefusal(new ConnectException(
                        "finishConnect(..) failed with error(-111): Verbindungsaufbau abgelehnt")));
            }
            assertFalse(
                    sockets.isRefusal(new ConnectException("finishConnect(..) failed with error(-110): timed out")));
            assertFalse(sockets.isRefusal(new ConnectTimeoutException("connection timed out after 1000 ms")));
            assertFalse(sockets.isRefusal(new NoRouteToHostException()));
            assertFalse(sockets.isRefusal(new UnknownHostException("refused")));
        }
    }

    @Test
    void aPeerThatTakesNoConnectionIsSilentAndLost() throws IOException {
        use(new PeerTimes(500, 30_000, 10_000));
        try (FakePeer peer = new FakePeer(1)) {
            peer.fillBacklog();
            CompletionStage<Reach> dialled = client.dial(peer.registration(1));
            CompletionStage<Void> lost = client.lost(peer.registration(1));
            assertFails(heartbeat(peer.registration(1), 1), "no connection");
            await(lost);
            assertEquals(Reach.SILENT, await(dialled));
        }
    }

    @Test
    void aConnectionThatIsNotThereInTimeFailsAQuickRequest() throws IOException {
        try (FakePeer peer = new FakePeer(1)) {
            peer.fillBacklog();
            assertFails(heartbeat(peer.registration(1), Purpose.CONTROL, 1, 50), "no answer to Heartbeat within 50 ms");
        }
    }

    @Test
    void aBrokenConnectionFailsAllThatWaitsAndTheNextRequestMakesAnother() throws IOException {
        try (FakePeer peer = new FakePeer()) {
            BrokerRegistration registration = peer.registration(1);
            CompletionStage<Void> lost = client.lost(registration);
            List<CompletionStage<?>> asked = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                asked.add(heartbeat(registration, i));
            }
            peer.accept();
            peer.answerHeartbeat(peer.readId());
            await(asked.remove(0));
            assertFalse(lost.toCompletableFuture().isDone());
            peer.hangUp();
            for (CompletionStage<?> one : asked) {
                failure(one);
            }
            await(lost);
            CompletionStage<HeartbeatResponse> again = heartbeat(registration, 1);
            peer.accept();
            peer.answerHeartbeat(peer.readId());
            await(again);
        }
    }

    @Test
    void aRequestThatIsNotAnsweredInTimeEndsTheConnection() throws IOException {
        try (FakePeer peer = new FakePeer()) {
            BrokerRegistration registration = peer.registration(1);
            CompletionStage<Void> lost = client.lost(registration);
            CompletionStage<HeartbeatResponse> patient = heartbeat(registration, 1);
            CompletionStage<HeartbeatResponse> hasty = heartbeat(registration, Purpose.CONTROL, 2, 100);
            peer.accept();
            peer.readId();
            assertFails(hasty, "no answer to Heartbeat within 100 ms");
            assertFails(patient, "no answer to Heartbeat within 100 ms");
            await(lost);
            peer.readId();
            assertTrue(peer.isClosed());
        }
    }

    @Test
    void anAnswerThatBreaksOffFails() throws IOException {
        byte[] whole = ByteBuffer.allocate(50_000).putInt(49_996).putInt(1).array();
        for (int cut : new int[] {2, 6, 10, 20_000}) {
            try (FakePeer peer = new FakePeer()) {
                CompletionStage<FetchResponse> fetch = fetch(peer.registration(cut));
                peer.accept();
                assertEquals(1, peer.readId());
                peer.send(Arrays.copyOf(whole, cut));
                peer.hangUp();
                failure(fetch);
            }
        }
    }

    @Test
    void whatIsNoAnswerEndsTheConnection() throws IOException {
        Map<String, byte[]> wrong = Map.of(
                "an answer of 2147483647 bytes", intsOf(Integer.MAX_VALUE, 1),
                "an answer of -5 bytes", intsOf(-5, 1),
                "an answer of 1213486160 bytes", "HTTP/1.1 400 Bad Request".getBytes(StandardCharsets.UTF_8),
                "an answer with correlation id 7", intsOf(4, 7),
                "an answer with correlation id 2", FakePeer.heartbeatAnswer(2),
                "an answer that is none to Heartbeat: 2 bytes too many", intsOf(12, 1, 0, 0),
                "an answer that is none to Heartbeat: ", intsOf(8, 1, 0));
        long epoch = 0;
        for (Map.Entry<String, byte[]> each : wrong.entrySet()) {
            try (FakePeer peer = new FakePeer()) {
                BrokerRegistration registration = peer.registration(++epoch);
                CompletionStage<Void> lost = client.lost(registration);
                CompletionStage<HeartbeatResponse> first = heartbeat(registration, 1);
                CompletionStage<HeartbeatResponse> second = heartbeat(registration, 2);
                peer.accept();
                assertEquals(1, peer.readId());
                assertEquals(2, peer.readId());
                peer.send(each.getValue());
                assertFails(first, each.getKey());
                assertFails(second, each.getKey());
                await(lost);
                assertTrue(peer.isClosed());
            }
        }
    }

    private static byte[] intsOf(int... values) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length);
        for (int value : values) {
            bytes.putInt(value);
        }
        return bytes.array();
    }

    @Test
    void anAnswerThatNobodyAskedForEndsTheConnection() throws IOException {
        try (FakePeer peer = new FakePeer()) {
            CompletionStage<Void> lost = client.lost(peer.registration(1));
            peer.accept();
            peer.answerHeartbeat(1);
            await(lost);
            assertTrue(peer.isClosed());
        }
    }

    @Test
    void brokenFetchAnswersLeaveNothingBehind() throws IOException {
        long seed = Long.getLong("test.seed", System.nanoTime());
        System.out.println("test.seed=" + seed);
        Random random = new Random(seed);
        records = List.of(
                new BufferSlice(ByteBuffer.wrap(random(100, seed))),
                new BufferSlice(ByteBuffer.wrap(random(30_000, seed))));
        ByteBuffer body = BrokerHouse.encoded(fetched(), FETCH_VERSION);
        byte[] whole = ByteBuffer.allocate(9 + body.remaining())
                .putInt(5 + body.remaining())
                .putInt(1)
                .put((byte) 0)
                .put(body)
                .array();
        for (int round = 1; round <= 100; round++) {
            byte[] broken = whole.clone();
            for (int i = random.nextInt(3); i >= 0; i--) {
                broken[8 + random.nextInt(round % 2 == 0 ? 200 : broken.length - 8)] = (byte) random.nextInt();
            }
            try (FakePeer peer = new FakePeer()) {
                CompletionStage<FetchResponse> fetch = fetch(peer.registration(round));
                peer.accept();
                assertEquals(1, peer.readId());
                peer.send(broken);
                try {
                    await(fetch).responses().stream()
                            .flatMap(topic -> topic.partitions().stream())
                            .map(FetchResponse.Response.Partition::records)
                            .filter(some -> some != null)
                            .forEach(Records::release);
                } catch (CompletionException e) {
                    assertInstanceOf(PeerException.class, e.getCause());
                }
            }
        }
    }

    @Test
    void moreRequestsThanMayWaitFailAtOnce() throws IOException {
        try (FakePeer peer = new FakePeer()) {
            List<CompletionStage<HeartbeatResponse>> waiting = new ArrayList<>();
            for (int i = 0; i < PeerRequests.MAX; i++) {
                waiting.add(heartbeat(peer.registration(1), i));
            }
            CompletionStage<HeartbeatResponse> last = heartbeat(peer.registration(1), 0);
            assertTrue(last.toCompletableFuture().isDone());
            assertFails(last, "1000 requests wait");
            peer.accept();
            peer.answerHeartbeat(peer.readId());
            await(waiting.remove(0));
            waiting.add(heartbeat(peer.registration(1), 0));
            peer.hangUp();
            for (CompletionStage<HeartbeatResponse> one : waiting) {
                failure(one);
            }
        }
    }
}
