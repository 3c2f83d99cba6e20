package io.millrace.broker.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.broker.api.CloseConnection;
import io.millrace.broker.api.Handlers;
import io.millrace.broker.api.NoAnswer;
import io.millrace.broker.api.RequestHandler;
import io.millrace.broker.config.Settings;
import io.millrace.protocol.ApiMessage;
import io.millrace.protocol.message.ApiKey;
import io.millrace.protocol.message.ApiVersionsResponse;
import io.millrace.protocol.message.HeartbeatRequest;
import io.millrace.protocol.message.HeartbeatResponse;
import io.millrace.protocol.message.ProduceRequest;
import io.millrace.protocol.message.ProduceResponse;
import io.millrace.protocol.message.RequestHeader;
import io.millrace.protocol.record.BufferSlice;
import io.millrace.protocol.wire.BufferWriter;
import io.millrace.protocol.wire.SizeCounter;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The network with real sockets: requests are Heartbeats, answered when the test says so, and Produces. */
class NetworkServerTest {
    private static final short HEARTBEAT_VERSION = 3;
    private static final short PRODUCE_VERSION = 7;
    private static final int TIMEOUT_MS = 10_000;

    private final ExecutorService workers = Executors.newFixedThreadPool(4);
    private final Map<Integer, CompletableFuture<HeartbeatResponse>> heartbeats = new ConcurrentHashMap<>();
    private final List<Integer> handled = Collections.synchronizedList(new ArrayList<>());
    private final AtomicLong mostHeld = new AtomicLong();
    private NetworkServer server;
    private int port;

    @AfterEach
    void stop() {
        server.close();
        workers.shutdownNow();
    }

    @Test
    void answersComeInTheOrderOfTheRequestsWhateverTheOrderTheyWereReadyIn() throws IOException {
        start(Map.of());
        try (Client client = new Client()) {
            for (int i = 0; i < 20; i++) {
                client.heartbeat(i);
            }
            for (int i = 19; i >= 0; i--) {
                answer(i);
            }
            for (int i = 0; i < 20; i++) {
                assertEquals(i, client.answeredCorrelationId());
            }
        }
    }

    @Test
    void requestsOfOneConnectionAreHandledInTheirOrder() throws IOException {
        start(Map.of());
        try (Client client = new Client()) {
            for (int i = 0; i < 90; i++) {
                client.heartbeat(i);
            }
            Awaitility.await().until(() -> handled.size() == 90);
            List<Integer> sorted = new ArrayList<>(handled);
            Collections.sort(sorted);
            assertEquals(sorted, handled);
        }
    }

    @Test
    void aConnectionIsNotReadWhileAHundredAnswersAreOwed() throws IOException {
        start(Map.of());
        try (Client client = new Client()) {
            for (int i = 0; i < 300; i++) {
                client.heartbeat(i);
            }
            Awaitility.await().until(() -> handled.size() >= 100);
            try (Client other = new Client()) {
                other.heartbeat(1000);
                answer(1000);
                assertEquals(1000, other.answeredCorrelationId());
            }
            // What one small head buffer holds may be cut before the gate closes, and no more.
            assertTrue(handled.size() < 150, () -> handled.size() + " requests were taken");
            for (int i = 0; i < 300; i++) {
                answer(i);
                assertEquals(i, client.answeredCorrelationId());
            }
        }
    }

    @Test
    void framesOfAllSizesArriveWholeHoweverTheyAreCut() throws Exception {
        long seed = Long.getLong("test.seed", System.nanoTime());
        Random random = new Random(seed);
        start(Map.of());
        try (Client client = new Client()) {
            List<Long> expected = new ArrayList<>();
            List<byte[]> stream = new ArrayList<>();
            for (int i = 0; i < 60; i++) {
                int size =
                        switch (random.nextInt(4)) {
                            case 0 -> random.nextInt(10);
                            case 1 -> 900 + random.nextInt(200);
                            case 2 -> random.nextInt(100_000);
                            default -> random.nextInt(5_000_000);
                        };
                byte[] records = new byte[size];
                random.nextBytes(records);
                expected.add(crc(records));
                stream.add(produce(i, records, (short) 1));
            }
            Thread sender = new Thread(() -> client.sendInPieces(stream, new Random(seed)));
            sender.start();
            for (int i = 0; i < expected.size(); i++) {
                ByteBuffer answer = client.read();
                assertEquals(i, answer.getInt(), "seed " + seed);
                assertEquals(expected.get(i), produced(answer), "frame " + i + ", seed " + seed);
            }
            sender.join();
        }
        Awaitility.await().until(() -> server.heldRequestBytes() == 0);
    }

    @Test
    void aRequestWithoutAnswerLeavesNoHoleInTheOrder() throws IOException {
        start(Map.of());
        try (Client client = new Client()) {
            client.send(produce(1, new byte[10], (short) 0));
            client.heartbeat(2);
            answer(2);
            assertEquals(2, client.answeredCorrelationId());
        }
    }

    @Test
    void impossibleLengthsCloseTheConnection() throws IOException {
        start(Map.of("socket.request.max.bytes", "1000"));
        for (int length : new int[] {-1, 0, 1001, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
            try (Client client = new Client()) {
                client.send(ByteBuffer.allocate(8).putInt(length).putInt(1).array());
                assertClosed(client);
            }
        }
    }

    @Test
    void whatIsNoRequestClosesItsConnectionAndNoOther() throws IOException {
        start(Map.of());
        try (Client good = new Client()) {
            byte[][] bad = {
                frame(new byte[] {1}),
                frame(new byte[] {0, 99, 0, 0, 0, 0, 0, 1, -1, -1}),
                frame(new byte[] {0, 12, 0, 99, 0, 0, 0, 1, -1, -1}),
                frame(new byte[] {0, 12, 0, 3, 0, 0, 0, 1, 127, 127}),
                frame(new byte[] {0, 12, 0, 3, 0, 0, 0, 1, -1, -1, 0, 1}),
            };
            for (byte[] bytes : bad) {
                try (Client client = new Client()) {
                    client.send(bytes);
                    assertClosed(client);
                }
            }
            good.heartbeat(5);
            answer(5);
            assertEquals(5, good.answeredCorrelationId());
        }
    }

    @Test
    void anApiVersionsThatIsTooNewIsAnsweredInTheOldestForm() throws IOException {
        start(Map.of());
        try (Client client = new Client()) {
            client.send(frame(new byte[] {0, 18, 0, 99, 0, 0, 0, 7, -1, -1, 1, 2, 3}));
            ByteBuffer answer = client.read();
            assertEquals(7, answer.getInt());
            assertEquals(35, answer.getShort());
            assertEquals(1, answer.getInt());
            assertEquals(18, answer.getShort());
            client.heartbeat(8);
            answer(8);
            assertEquals(8, client.answeredCorrelationId());
        }
    }

    @Test
    void pastTheMemoryBoundSocketsWaitAndGoOnWhenThereIsRoom() throws Exception {
        start(Map.of("queued.max.request.bytes", "1000"));
        try (Client first = new Client();
                Client second = new Client()) {
            first.send(produce(1, new byte[5000], (short) 3)); // acks 3: kept until answered below
            Awaitility.await().until(() -> server.heldRequestBytes() > 5000);
            second.heartbeat(2);
            answer(2);
            second.socket.setSoTimeout(300);
            assertThrows(java.net.SocketTimeoutException.class, second::read);
            second.socket.setSoTimeout(TIMEOUT_MS);
            answer(-3);
            assertEquals(1, first.answeredCorrelationId());
            assertEquals(2, second.answeredCorrelationId());
        }
    }

    @Test
    void announcedBytesThatDoNotComeTakeLittleMemory() throws Exception {
        start(Map.of());
        List<Client> drips = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            Client client = new Client();
            drips.add(client);
            client.send(ByteBuffer.allocate(12).putInt(90_000_000).putLong(7).array());
        }
        Awaitility.await().until(() -> server.heldRequestBytes() >= 10 * (16 << 10));
        assertTrue(server.heldRequestBytes() <= 10 * (16 << 10));
        for (Client client : drips) {
            client.close();
        }
        Awaitility.await().until(() -> server.heldRequestBytes() == 0);
    }

    @Test
    void whoStopsInTheMiddleOfARequestIsClosedWhenOthersNeedTheMemory() throws Exception {
        start(Map.of("queued.max.request.bytes", "1000000"));
        try (Client stops = new Client();
                Client other = new Client()) {
            stops.send(ByteBuffer.allocate(100_000).putInt(90_000_000).array()); // proven, so it gets 2 MiB
            Awaitility.await().until(() -> server.heldRequestBytes() > 1_000_000);
            answer(7);
            other.heartbeat(7);
            assertEquals(7, other.answeredCorrelationId(), "answered once the other is closed");
            assertClosed(stops);
        }
    }

    @Test
    void requestsThatTogetherPassTheMemoryBoundAllComeThroughInTheEnd() throws Exception {
        start(Map.of("queued.max.request.bytes", "3000000"));
        ExecutorService senders = Executors.newCachedThreadPool();
        try {
            List<Future<Integer>> answers = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                answers.add(senders.submit(() -> {
                    try (Client client = new Client()) {
                        client.send(produce(9, new byte[5_000_000], (short) 1));
                        return client.answeredCorrelationId();
                    }
                }));
            }
            for (Future<Integer> answer : answers) {
                assertEquals(9, answer.get());
            }
        } finally {
            senders.shutdownNow();
        }
    }

    @Test
    void largeRequestsThatComeAtOnceShareTheMemoryAndAllArrive() throws Exception {
        int limit = 4 << 20;
        int size = 5 << 20;
        start(Map.of("queued.max.request.bytes", "" + limit));
        byte[] records = new byte[size];
        new Random(5).nextBytes(records);
        List<Client> clients = new ArrayList<>();
        List<Thread> senders = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            Client client = new Client();
            clients.add(client);
            byte[] request = produce(i, records, (short) 3);
            Thread sender = new Thread(() -> client.sendInPieces(List.of(request), new Random(request.length)));
            senders.add(sender);
            sender.start();
        }
        Awaitility.await().until(() -> server.heldRequestBytes() >= limit);
        answer(-3); // the first is kept until now
        for (int i = 0; i < clients.size(); i++) {
            ByteBuffer answer = clients.get(i).read();
            assertEquals(i, answer.getInt());
            assertEquals(crc(records), produced(answer));
            senders.get(i).join();
            clients.get(i).close();
        }
        assertTrue(mostHeld.get() <= limit + 2L * size, () -> mostHeld.get() + " bytes were held");
        Awaitility.await().until(() -> server.heldRequestBytes() == 0);
    }

    @Test
    void whatWasSentBehindARefusedRequestIsNotDone() throws Exception {
        start(Map.of());
        try (Client client = new Client()) {
            byte[] bad = frame(new byte[] {0, 99, 0, 0, 0, 0, 0, 1, -1, -1});
            byte[] good = request(
                    ApiKey.HEARTBEAT,
                    HEARTBEAT_VERSION,
                    9,
                    HeartbeatRequest.builder().groupId("g").generationId(9).build());
            client.send(ByteBuffer.allocate(bad.length + good.length)
                    .put(bad)
                    .put(good)
                    .array());
            assertClosed(client);
        }
        try (Client other = new Client()) {
            other.heartbeat(10);
            answer(10);
            assertEquals(10, other.answeredCorrelationId());
        }
        assertFalse(handled.contains(9));
    }

    @Test
    void connectionsPastTheLimitAreClosedAtOnce() throws IOException {
        start(Map.of("max.connections", "2"));
        try (Client one = new Client();
                Client two = new Client()) {
            one.heartbeat(1);
            answer(1);
            assertEquals(1, one.answeredCorrelationId());
            two.heartbeat(2);
            answer(2);
            assertEquals(2, two.answeredCorrelationId());
            try (Client three = new Client()) {
                assertClosed(three);
            }
        }
    }

    @Test
    void silentConnectionsAreClosedButNotWhileAnAnswerIsOwed() throws IOException {
        start(Map.of("connections.max.idle.ms", "200"));
        try (Client waiting = new Client();
                Client silent = new Client()) {
            waiting.heartbeat(1);
            assertClosed(silent);
            answer(1);
            assertEquals(1, waiting.answeredCorrelationId());
        }
    }

    @Test
    void drainingAnswersWhatIsOwedAndAcceptsNoMore() throws Exception {
        start(Map.of());
        try (Client client = new Client()) {
            client.heartbeat(1);
            Awaitility.await().until(() -> handled.contains(1));
            CompletableFuture<Void> drained = CompletableFuture.runAsync(() -> {
                try {
                    server.drain(TIMEOUT_MS);
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
            answer(1);
            assertEquals(1, client.answeredCorrelationId());
            drained.join();
            assertThrows(IOException.class, Client::new);
        }
    }

    @Test
    void drainingTurnsToAllConnectionsAtOnce() throws Exception {
        start(Map.of());
        try (Client stuck = new Client();
                Client busy = new Client()) {
            stuck.heartbeat(1);
            busy.heartbeat(2);
            Awaitility.await().until(() -> handled.containsAll(List.of(1, 2)));
            server.drain(50); // nobody answers 1 and 2 in time
            busy.heartbeat(3);
            answer(2);
            assertEquals(2, busy.answeredCorrelationId());
            answer(1);
            assertEquals(1, stuck.answeredCorrelationId());
        }
        assertFalse(handled.contains(3), "neither connection is read any more");
    }

    @Test
    void aThrottledClientIsAnsweredAtOnceAndNotReadForThatTime() throws IOException {
        start(Map.of());
        try (Client throttled = new Client();
                Client other = new Client()) {
            throttled.heartbeat(1);
            Awaitility.await().until(() -> handled.contains(1));
            future(1)
                    .complete(HeartbeatResponse.builder()
                            .throttleTimeMs(3_600_000)
                            .build());
            assertEquals(1, throttled.answeredCorrelationId());
            throttled.heartbeat(2); // stays in the socket
            for (int i = 10; i < 30; i++) {
                other.heartbeat(i);
                answer(i);
                assertEquals(i, other.answeredCorrelationId());
            }
            assertFalse(handled.contains(2));
        }
    }

    @Test
    void afterTheThrottleTimeAClientIsReadAgain() throws IOException {
        start(Map.of());
        try (Client client = new Client()) {
            for (int i = 1; i <= 3; i++) {
                client.heartbeat(i);
                future(i)
                        .complete(HeartbeatResponse.builder()
                                .throttleTimeMs(20 * i)
                                .build());
                assertEquals(i, client.answeredCorrelationId());
            }
        }
    }

    @Test
    void aRequestThatWantsNoAnswerIsThrottledToo() throws IOException {
        start(Map.of());
        try (Client throttled = new Client();
                Client other = new Client()) {
            throttled.send(produce(1, new byte[10], (short) -2));
            Awaitility.await().until(() -> mostHeld.get() > 0);
            for (int i = 10; i < 30; i++) {
                other.heartbeat(i);
                answer(i);
                assertEquals(i, other.answeredCorrelationId());
            }
            throttled.heartbeat(2);
            for (int i = 30; i < 50; i++) {
                other.heartbeat(i);
                answer(i);
                assertEquals(i, other.answeredCorrelationId());
            }
            assertFalse(handled.contains(2));
        }
    }

    @Test
    void aTakenPortIsTold() throws IOException {
        start(Map.of());
        Settings same = new Settings(Map.of("listeners", "PLAINTEXT://127.0.0.1:" + port));
        try (NetworkServer second = new NetworkServer(NetConfig.from(same, 1 << 20), workers)) {
            IOException refused = assertThrows(IOException.class, second::bind);
            assertTrue(refused.getMessage().contains("the port is taken"), refused.getMessage());
        }
    }

    private void start(Map<String, String> settings) throws IOException {
        Map<String, String> all = new HashMap<>(settings);
        all.put("listeners", "PLAINTEXT://127.0.0.1:0");
        server = new NetworkServer(NetConfig.from(new Settings(all), 64 << 20), workers);
        port = server.bind().get(0).port();
        RequestHandler<HeartbeatRequest, HeartbeatResponse> heartbeat = (context, request) -> {
            handled.add(request.generationId());
            return future(request.generationId());
        };
        RequestHandler<ProduceRequest, ApiMessage> produce = (context, request) -> produce(request);
        server.serve(new Handlers.Builder()
                .add(ApiKey.HEARTBEAT, heartbeat)
                .add(ApiKey.PRODUCE, produce)
                .add(ApiKey.API_VERSIONS, (context, request) -> CompletableFuture.completedFuture(versions()))
                .build());
    }

    private static ApiVersionsResponse versions() {
        return ApiVersionsResponse.builder()
                .apiKeys(List.of(new ApiVersionsResponse.ApiKey((short) 18, (short) 0, (short) 5)))
                .build();
    }

    private CompletableFuture<HeartbeatResponse> future(int id) {
        return heartbeats.computeIfAbsent(id, key -> new CompletableFuture<>());
    }

    private void answer(int id) {
        future(id).complete(HeartbeatResponse.builder().build());
    }

    /** Answers with the checksum of the records; with acks 3 only when heartbeat -3 is answered. */
    private CompletableFuture<ApiMessage> produce(ProduceRequest request) {
        mostHeld.accumulateAndGet(server.heldRequestBytes(), Math::max);
        if (request.acks() == 0) {
            return CompletableFuture.completedFuture(NoAnswer.INSTANCE);
        }
        if (request.acks() == -2) {
            return CompletableFuture.completedFuture(new NoAnswer(3_600_000));
        }
        if (request.acks() == 2) {
            return CompletableFuture.failedFuture(new CloseConnection("told to"));
        }
        ByteBuffer records =
                ((BufferSlice) request.topicData().get(0).partitionData().get(0).records()).buffer();
        CompletableFuture<?> when = request.acks() == 3 ? future(-3) : CompletableFuture.completedFuture(null);
        return when.thenApply(now -> {
            CRC32 crc = new CRC32();
            crc.update(records.duplicate());
            ProduceResponse.Response.PartitionResponse partition = ProduceResponse.Response.PartitionResponse.builder()
                    .baseOffset(crc.getValue())
                    .build();
            return ProduceResponse.builder()
                    .responses(List.of(ProduceResponse.Response.builder()
                            .name("t")
                            .partitionResponses(List.of(partition))
                            .build()))
                    .build();
        });
    }

    private static long crc(byte[] bytes) {
        CRC32 crc = new CRC32();
        crc.update(bytes);
        return crc.getValue();
    }

    private static long produced(ByteBuffer answer) {
        ProduceResponse response = ProduceResponse.read(new io.millrace.protocol.wire.Reader(answer), PRODUCE_VERSION);
        return response.responses().get(0).partitionResponses().get(0).baseOffset();
    }

    private static byte[] produce(int correlationId, byte[] records, short acks) {
        ProduceRequest request = ProduceRequest.builder()
                .acks(acks)
                .topicData(List.of(ProduceRequest.TopicData.builder()
                        .name("t")
                        .partitionData(List.of(new ProduceRequest.TopicData.PartitionData(
                                0, new BufferSlice(ByteBuffer.wrap(records)))))
                        .build()))
                .build();
        return request(ApiKey.PRODUCE, PRODUCE_VERSION, correlationId, request);
    }

    private static byte[] request(ApiKey key, short version, int correlationId, ApiMessage body) {
        RequestHeader header = new RequestHeader(key.id(), version, correlationId, "test");
        SizeCounter size = new SizeCounter();
        header.write(size, key.requestHeaderVersion(version));
        body.write(size, version);
        ByteBuffer head = ByteBuffer.allocate(4 + size.buffered());
        BufferWriter out = new BufferWriter(head);
        out.i32(size.total());
        header.write(out, key.requestHeaderVersion(version));
        body.write(out, version);
        ByteBuffer all = ByteBuffer.allocate(4 + size.total());
        int from = 0;
        for (BufferWriter.Splice splice : out.splices()) {
            all.put(head.array(), from, splice.position() - from);
            all.put(((BufferSlice) splice.payload()).buffer().duplicate());
            from = splice.position();
        }
        all.put(head.array(), from, head.capacity() - from);
        return all.array();
    }

    private static byte[] frame(byte[] body) {
        return ByteBuffer.allocate(4 + body.length)
                .putInt(body.length)
                .put(body)
                .array();
    }

    private static void assertClosed(Client client) {
        assertThrows(IOException.class, () -> {
            try {
                client.read();
            } catch (SocketException | EOFException e) {
                throw new IOException(e);
            }
        });
    }

    private final class Client implements AutoCloseable {
        private final Socket socket;
        private final DataInputStream in;

        private Client() throws IOException {
            socket = new Socket(InetAddress.getLoopbackAddress(), port);
            socket.setSoTimeout(TIMEOUT_MS);
            in = new DataInputStream(socket.getInputStream());
        }

        private void send(byte[] bytes) throws IOException {
            socket.getOutputStream().write(bytes);
        }

        private void heartbeat(int id) throws IOException {
            send(request(
                    ApiKey.HEARTBEAT,
                    HEARTBEAT_VERSION,
                    id,
                    HeartbeatRequest.builder().groupId("g").generationId(id).build()));
        }

        private void sendInPieces(List<byte[]> frames, Random random) {
            try {
                ByteBuffer all = ByteBuffer.allocate(
                        frames.stream().mapToInt(frame -> frame.length).sum());
                frames.forEach(all::put);
                all.flip();
                while (all.hasRemaining()) {
                    int piece = Math.min(all.remaining(), 1 + random.nextInt(random.nextBoolean() ? 2000 : 500_000));
                    socket.getOutputStream().write(all.array(), all.position(), piece);
                    all.position(all.position() + piece);
                }
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }

        private ByteBuffer read() throws IOException {
            byte[] answer = new byte[in.readInt()];
            in.readFully(answer);
            return ByteBuffer.wrap(answer);
        }

        private int answeredCorrelationId() throws IOException {
            return read().getInt();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
