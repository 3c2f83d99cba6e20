package io.millrace.broker.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.broker.api.Handlers;
import io.millrace.broker.api.RequestContext;
import io.millrace.broker.cluster.BrokerRegistration;
import io.millrace.broker.config.Settings;
import io.millrace.broker.replica.PeerClient.Purpose;
import io.millrace.broker.replica.PeerException;
import io.millrace.protocol.message.ApiKey;
import io.millrace.protocol.message.ApiVersionsResponse;
import io.millrace.protocol.message.FetchRequest;
import io.millrace.protocol.message.FetchResponse;
import io.millrace.protocol.message.HeartbeatRequest;
import io.millrace.protocol.message.HeartbeatResponse;
import io.millrace.protocol.record.BufferSlice;
import io.millrace.protocol.record.Records;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
import org.junit.jupiter.api.AfterEach;

/**
 * A client, on buffers that are counted, and a real server of Heartbeats, which are answered when the test says so, and of
 * Fetches.
 */
abstract class PeerClientHouse {
    static final short HEARTBEAT_VERSION = 3;
    static final short FETCH_VERSION = 17;
    static final long TIMEOUT_MS = 10_000;
    static final PeerTimes TIMES = new PeerTimes(2_000, 30_000, 10_000);

    final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true);
    final ExecutorService workers = Executors.newFixedThreadPool(2);
    final Map<Integer, CompletableFuture<HeartbeatResponse>> heartbeats = new ConcurrentHashMap<>();
    final ConcurrentLinkedQueue<String> clientIds = new ConcurrentLinkedQueue<>();
    final AtomicInteger pings = new AtomicInteger();
    final AtomicInteger filesReleased = new AtomicInteger();
    final List<NetworkServer> servers = new ArrayList<>();
    List<Records> records = List.of();
    NettyPeerClient client = client(TIMES);

    @AfterEach
    void stop() {
        client.close();
        servers.forEach(NetworkServer::close);
        workers.shutdownNow();
        assertEquals(0, allocator.metric().usedDirectMemory(), "every buffer is given back");
        assertEquals(0, allocator.metric().usedHeapMemory());
    }

    NettyPeerClient client(PeerTimes times) {
        return new NettyPeerClient(1, "PLAINTEXT", times, allocator);
    }

    void use(PeerTimes times) {
        client.close();
        client = client(times);
    }

    BrokerRegistration serve(long epoch, Map<String, String> settings) throws IOException {
        Map<String, String> all = new HashMap<>(settings);
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

    CompletableFuture<HeartbeatResponse> future(int id) {
        return heartbeats.computeIfAbsent(id, key -> new CompletableFuture<>());
    }

    void answer(int id) {
        future(id).complete(HeartbeatResponse.builder().errorCode((short) id).build());
    }

    FetchResponse fetched() {
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

    CompletionStage<HeartbeatResponse> heartbeat(BrokerRegistration peer, Purpose purpose, int id, long ms) {
        HeartbeatRequest request =
                HeartbeatRequest.builder().groupId("g").generationId(id).build();
        return client.ask(peer, purpose, ApiKey.HEARTBEAT, HEARTBEAT_VERSION, request, HeartbeatResponse.class, ms);
    }

    CompletionStage<HeartbeatResponse> heartbeat(BrokerRegistration peer, int id) {
        return heartbeat(peer, Purpose.CONTROL, id, TIMEOUT_MS);
    }

    CompletionStage<FetchResponse> fetch(BrokerRegistration peer) {
        FetchRequest request = FetchRequest.builder()
                .replicaState(new FetchRequest.ReplicaState(1, -1))
                .build();
        return client.ask(
                peer, Purpose.REPLICATION, ApiKey.FETCH, FETCH_VERSION, request, FetchResponse.class, TIMEOUT_MS);
    }

    static <T> T await(CompletionStage<T> stage) {
        return stage.toCompletableFuture()
                .orTimeout(TIMEOUT_MS, TimeUnit.MILLISECONDS)
                .join();
    }

    static String failure(CompletionStage<?> stage) {
        CompletionException thrown = assertThrows(CompletionException.class, () -> await(stage));
        return assertInstanceOf(PeerException.class, thrown.getCause()).getMessage();
    }

    static void assertFails(CompletionStage<?> stage, String why) {
        String message = failure(stage);
        assertTrue(message.contains(why), message);
    }

    static List<Records> recordsOf(FetchResponse fetch) {
        return fetch.responses().get(0).partitions().stream()
                .map(FetchResponse.Response.Partition::records)
                .toList();
    }

    static ByteBuffer bytes(Records records) {
        return ((BufferSlice) records).buffer();
    }

    static byte[] random(int bytes, long seed) {
        byte[] random = new byte[bytes];
        new Random(seed).nextBytes(random);
        return random;
    }
}
