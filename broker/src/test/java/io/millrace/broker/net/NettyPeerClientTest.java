package io.millrace.broker.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.broker.api.Handlers;
import io.millrace.broker.api.RequestContext;
import io.millrace.broker.cluster.BrokerRegistration;
import io.millrace.broker.cluster.Endpoint;
import io.millrace.broker.config.Settings;
import io.millrace.broker.replica.PeerClient.Purpose;
import io.millrace.broker.replica.PeerClient.Reach;
import io.millrace.broker.replica.PeerException;
import io.millrace.protocol.message.ApiKey;
import io.millrace.protocol.message.ApiVersionsResponse;
import io.millrace.protocol.message.FetchRequest;
import io.millrace.protocol.message.FetchResponse;
import io.millrace.protocol.message.HeartbeatRequest;
import io.millrace.protocol.message.HeartbeatResponse;
import io.millrace.protocol.record.BufferSlice;
import io.millrace.protocol.record.FileSlice;
import io.millrace.protocol.record.Records;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real sockets, to a real server that answers when the test says so, or to a {@link FakePeer}. */
class NettyPeerClientTest {
    private static final short HEARTBEAT_VERSION = 3;
    private static final short FETCH_VERSION = 17;
    private static final long TIMEOUT_MS = 10_000;
    private static final PeerTimes TIMES = new PeerTimes(2_000, 30_000, 10_000);

    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true);
    private final ExecutorService workers = Executors.newFixedThreadPool(2);
    private final Map<Integer, CompletableFuture<HeartbeatResponse>> heartbeats = new ConcurrentHashMap<>();
    private final ConcurrentLinkedQueue<String> clientIds = new ConcurrentLinkedQueue<>();
    private final AtomicInteger pings = new AtomicInteger();
    private final AtomicInteger filesReleased = new AtomicInteger();
    private final List<NetworkServer> servers = new ArrayList<>();
    private List<Records> records = List.of();
    private NettyPeerClient client = client(TIMES);

    @AfterEach
    void stop() {
        client.close();
        servers.forEach(NetworkServer::close);
        workers.shutdownNow();
        assertEquals(0, allocator.metric().usedDirectMemory(), "every buffer is given back");
        assertEquals(0, allocator.metric().usedHeapMemory());
    }

    private NettyPeerClient client(PeerTimes times) {
        return new NettyPeerClient(1, "PLAINTEXT", times, allocator);
    }

    private void use(PeerTimes times) {
        client.close();
        client = client(times);
    }

    private BrokerRegistration serve(long epoch, Map<String, String> settings) throws IOException {
        Map<String, String> all = new java.util.HashMap<>(settings);
        all.put("listeners", "PLAINTEXT://127.0.0.1:0");
        NetworkServer server = new NetworkServer(NetConfig.from(new Settings(all), 64 << 20), workers);
        servers.add(server);
        int port = server.bind().get(0).port();
        server.serve(new Handlers.Builder()
                .add(ApiKey.HEARTBEAT, (RequestContext context, HeartbeatRequest request) -> {
                    clientIds.add(context.clientId());
                    return future(request.generationId());
                })
                .add(ApiKey.FETCH, (RequestContext context, FetchRequest request) -> {
                    clientIds.add(context.clientId());
                    return CompletableFuture.completedFuture(fetched());
                })
                .add(ApiKey.API_VERSIONS, (context, request) -> {
                    pings.incrementAndGet();
                    return CompletableFuture.completedFuture(
                            ApiVersionsResponse.builder().build());
                })
                .build());
        return FakePeer.registration(port, epoch);
    }

    private CompletableFuture<HeartbeatResponse> future(int id) {
        return heartbeats.computeIfAbsent(id, key -> new CompletableFuture<>());
    }

    private void answer(int id) {
        future(id).complete(HeartbeatResponse.builder().errorCode((short) id).build());
    }

    private FetchResponse fetched() {
        List<FetchResponse.Response.Partition> partitions = new ArrayList<>();
        for (Records some : records) {
            partitions.add(FetchResponse.Response.Partition.builder()
                    .partitionIndex(partitions.size())
                    .highWatermark(7)
                    .records(some)
                    .build());
        }
        return FetchResponse.builder()
                .sessionId(5)
                .responses(List.of(
                        FetchResponse.Response.builder().partitions(partitions).build()))
                .build();
    }

    private CompletionStage<HeartbeatResponse> heartbeat(BrokerRegistration peer, Purpose purpose, int id, long ms) {
        HeartbeatRequest request =
                HeartbeatRequest.builder().groupId("g").generationId(id).build();
        return client.ask(peer, purpose, ApiKey.HEARTBEAT, HEARTBEAT_VERSION, request, HeartbeatResponse.class, ms);
    }

    private CompletionStage<HeartbeatResponse> heartbeat(BrokerRegistration peer, int id) {
        return heartbeat(peer, Purpose.CONTROL, id, TIMEOUT_MS);
    }

    private CompletionStage<FetchResponse> fetch(BrokerRegistration peer) {
        FetchRequest request = FetchRequest.builder()
                .replicaState(new FetchRequest.ReplicaState(1, -1))
                .build();
        return client.ask(
                peer, Purpose.REPLICATION, ApiKey.FETCH, FETCH_VERSION, request, FetchResponse.class, TIMEOUT_MS);
    }

    private static <T> T await(CompletionStage<T> stage) {
        return stage.toCompletableFuture()
                .orTimeout(TIMEOUT_MS, TimeUnit.MILLISECONDS)
                .join();
    }

    private static String failure(CompletionStage<?> stage) {
        CompletionException thrown = assertThrows(CompletionException.class, () -> await(stage));
        return assertInstanceOf(PeerException.class, thrown.getCause()).getMessage();
    }

    private static void assertFails(CompletionStage<?> stage, String why) {
        String message = failure(stage);
        assertTrue(message.contains(why), message);
    }

    private static List<Records> recordsOf(FetchResponse fetch) {
        return fetch.responses().get(0).partitions().stream()
                .map(FetchResponse.Response.Partition::records)
                .toList();
    }

    private static ByteBuffer bytes(Records records) {
        return ((BufferSlice) records).buffer();
    }

    private static byte[] random(int bytes, long seed) {
        byte[] random = new byte[bytes];
        new Random(seed).nextBytes(random);
        return random;
    }

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

    // ---- what goes wrong

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
                peer.send(java.util.Arrays.copyOf(whole, cut));
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
                "an answer of 1213486160 bytes",
                        "HTTP/1.1 400 Bad Request".getBytes(java.nio.charset.StandardCharsets.UTF_8),
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
        String given = System.getProperty("test.seed", "");
        long seed = given.isBlank() ? System.nanoTime() : Long.parseLong(given);
        System.out.println("test.seed=" + seed);
        Random random = new Random(seed);
        records = List.of(
                new BufferSlice(ByteBuffer.wrap(random(100, seed))),
                new BufferSlice(ByteBuffer.wrap(random(30_000, seed))));
        ByteBuffer body = io.millrace.broker.BrokerHouse.encoded(fetched(), FETCH_VERSION);
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
