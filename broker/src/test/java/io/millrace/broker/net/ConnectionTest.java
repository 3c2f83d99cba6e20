package io.millrace.broker.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.broker.api.CloseConnection;
import io.millrace.broker.api.Handlers;
import io.millrace.broker.api.RequestContext;
import io.millrace.broker.api.RequestHandler;
import io.millrace.broker.metrics.Metrics;
import io.millrace.protocol.ApiMessage;
import io.millrace.protocol.message.ApiKey;
import io.millrace.protocol.message.FetchRequest;
import io.millrace.protocol.message.FetchResponse;
import io.millrace.protocol.message.FetchResponse.Response;
import io.millrace.protocol.message.HeartbeatRequest;
import io.millrace.protocol.message.HeartbeatResponse;
import io.millrace.protocol.message.RequestHeader;
import io.millrace.protocol.record.BufferSlice;
import io.millrace.protocol.wire.BufferWriter;
import io.millrace.protocol.wire.Names;
import io.millrace.protocol.wire.SizeCounter;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One connection without a socket: workers work and answers come when the test says so. */
class ConnectionTest {
    private static final short HEARTBEAT_VERSION = 3;
    private static final short FETCH_VERSION = 4;
    private static final int FAILING = 666;
    private static final int MAX_FRAME_BYTES = 1 << 20;

    private final MemoryBudget budget = new MemoryBudget(8 << 20);
    private final ArrayDeque<Runnable> workers = new ArrayDeque<>();
    private final Map<Integer, CompletableFuture<HeartbeatResponse>> heartbeats = new ConcurrentHashMap<>();
    private final List<Integer> handled = new ArrayList<>();
    private final List<CompletableFuture<FetchResponse>> fetches = new ArrayList<>();
    private boolean prompt;
    private final Socketless channel = new Socketless();
    private final Connection connection;
    private final ChannelHandlerContext context;

    ConnectionTest() {
        Handlers handlers = new Handlers.Builder()
                .add(ApiKey.HEARTBEAT, new Heartbeats())
                .add(ApiKey.FETCH, (RequestContext context, FetchRequest request) -> {
                    CompletableFuture<FetchResponse> fetch = new CompletableFuture<>();
                    fetches.add(fetch);
                    return fetch;
                })
                .build();
        ReadGate gate = new ReadGate(channel);
        Metrics metrics = new Metrics();
        connection = new Connection(
                "PLAINTEXT",
                handlers,
                workers::add,
                new Names(),
                gate,
                new FrameReader(MAX_FRAME_BYTES, budget, gate),
                new ConnectionLimits(1, 1),
                new NetMeters(metrics),
                new SocketMeters(metrics, "PLAINTEXT", 0));
        channel.config().setMessageSizeEstimator(new SendWeight());
        channel.pipeline().addLast(connection);
        context = channel.pipeline().context(connection);
    }

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
        work();
        assertEquals(0, budget.held(), "every frame is given back");
    }

    /** Answers when the test completes the future of the generation. */
    private final class Heartbeats implements RequestHandler<HeartbeatRequest, HeartbeatResponse> {
        @Override
        public CompletionStage<HeartbeatResponse> handle(RequestContext context, HeartbeatRequest request) {
            handled.add(request.generationId());
            if (request.generationId() == FAILING) {
                throw new StackOverflowError("as the test wants it");
            }
            return heartbeat(request.generationId());
        }

        @Override
        public boolean isOftenPrompt() {
            return prompt;
        }

        @Override
        public Optional<CompletionStage<HeartbeatResponse>> tryHandle(
                RequestContext context, HeartbeatRequest request) {
            return Optional.of(handle(context, request));
        }
    }

    /** An embedded channel that has addresses, and sends only so many bytes when it is told to be slow. */
    private static final class Socketless extends EmbeddedChannel {
        private boolean slow;

        @Override
        protected SocketAddress localAddress0() {
            return new InetSocketAddress(InetAddress.getLoopbackAddress(), 9092);
        }

        @Override
        protected SocketAddress remoteAddress0() {
            return new InetSocketAddress(InetAddress.getLoopbackAddress(), 50_000);
        }

        @Override
        protected void doWrite(ChannelOutboundBuffer out) throws Exception {
            if (slow) {
                out.progress(10);
            } else {
                super.doWrite(out);
            }
        }
    }

    private CompletableFuture<HeartbeatResponse> heartbeat(int id) {
        return heartbeats.computeIfAbsent(id, key -> new CompletableFuture<>());
    }

    private void answer(int id) {
        heartbeat(id).complete(HeartbeatResponse.builder().build());
    }

    private void work() {
        for (Runnable next = workers.poll(); next != null; next = workers.poll()) {
            next.run();
            channel.runPendingTasks();
        }
        channel.runPendingTasks();
    }

    private void receive(ApiKey key, short version, ApiMessage body) {
        SizeCounter size = new SizeCounter();
        RequestHeader header = new RequestHeader(key.id(), version, 1, "test");
        header.write(size, key.requestHeaderVersion(version));
        body.write(size, version);
        ByteBuffer bytes = ByteBuffer.allocate(size.total());
        BufferWriter out = new BufferWriter(bytes);
        header.write(out, key.requestHeaderVersion(version));
        body.write(out, version);
        receive(bytes.flip());
    }

    private void receive(ByteBuffer bytes) {
        assertTrue(budget.tryReserve(bytes.remaining(), () -> {}));
        Frame frame = new Frame(Unpooled.wrappedBuffer(bytes), bytes.remaining(), budget, Optional.empty());
        connection.frame(context, frame);
    }

    private void receiveHeartbeat(int id, String group) {
        receive(
                ApiKey.HEARTBEAT,
                HEARTBEAT_VERSION,
                HeartbeatRequest.builder()
                        .groupId(group)
                        .memberId(group)
                        .groupInstanceId(group)
                        .generationId(id)
                        .build());
    }

    private void receiveFetch() {
        receive(ApiKey.FETCH, FETCH_VERSION, FetchRequest.builder().build());
    }

    private static FetchResponse records(int bytes) {
        Response.Partition partition = Response.Partition.builder()
                .records(new BufferSlice(ByteBuffer.allocate(bytes)))
                .build();
        return FetchResponse.builder()
                .responses(List.of(Response.builder()
                        .topic("t")
                        .partitions(List.of(partition))
                        .build()))
                .build();
    }

    private int sent() {
        int bytes = 0;
        for (ByteBuf next = channel.readOutbound(); next != null; next = channel.readOutbound()) {
            bytes += next.readableBytes();
            ReferenceCountUtil.release(next);
        }
        return bytes;
    }

    @Test
    void anAnswerThatGetsNoMemoryClosesItsConnection() {
        channel.config().setAllocator(new ScarceAllocator(UnpooledByteBufAllocator.DEFAULT, 0));
        receiveHeartbeat(1, "g");
        work();
        answer(1);
        channel.runPendingTasks();
        assertFalse(channel.isOpen());
    }

    @Test
    void aHandlersErrorClosesItsConnectionToo() {
        receiveHeartbeat(FAILING, "g");
        work();
        assertFalse(channel.isOpen());
    }

    @Test
    void aFetchThatAWorkerHasBegunIsCancelledWhenItsClientGoes() {
        receiveFetch();
        work();
        assertFalse(fetches.get(0).isDone());
        channel.close();
        channel.runPendingTasks();
        assertTrue(fetches.get(0).isCancelled());
    }

    @Test
    void aFetchThatAWorkerBeginsAfterItsClientHasGoneIsCancelled() {
        receiveFetch();
        channel.close();
        work();
        assertTrue(fetches.get(0).isCancelled());
    }

    @Test
    void largeAnswersThatWaitForOneBeforeThemStopTheReadingUntilTheyAreSent() {
        receiveHeartbeat(1, "g");
        receiveFetch();
        receiveFetch();
        channel.pipeline().fireChannelReadComplete();
        work();
        fetches.get(0).complete(records(600_000));
        channel.runPendingTasks();
        assertTrue(channel.config().isAutoRead());
        fetches.get(1).complete(records(600_000));
        channel.runPendingTasks();
        assertFalse(channel.config().isAutoRead());
        answer(1);
        channel.runPendingTasks();
        assertTrue(channel.config().isAutoRead());
        assertTrue(sent() > 1_200_000);
    }

    @Test
    void theLargestUsualFetchAnswerWeighsLessThanWhatStopsTheReadingAndTwoWeighMore() {
        int highWater = 1 << 20;
        assertTrue(SendWeight.ofFile(57_671_680) < highWater);
        assertTrue(2 * SendWeight.ofFile(57_671_680) > highWater);
        assertTrue(5000 * SendWeight.ofFile(1) > highWater, "slices are objects, however short");
    }

    @Test
    void aSmallRequestIsHandledOnTheEventLoopAndALargeOneByAWorker() {
        prompt = true;
        receiveHeartbeat(1, "g");
        assertEquals(List.of(1), handled);
        receiveHeartbeat(2, "g".repeat(30_000));
        assertEquals(List.of(1), handled);
        work();
        assertEquals(List.of(1, 2), handled);
    }

    @Test
    void whatIsQueuedBehindARefusedRequestIsNotDone() {
        heartbeats.put(1, CompletableFuture.failedFuture(new CompletionException(new CloseConnection("told to"))));
        receiveHeartbeat(1, "g");
        receiveHeartbeat(2, "g");
        while (!workers.isEmpty()) {
            workers.poll().run(); // without the event loop, where the connection is closed
        }
        assertEquals(List.of(1), handled);
        receiveHeartbeat(3, "g");
        work();
        assertEquals(List.of(1), handled);
        assertFalse(channel.isOpen());
    }

    @Test
    void answersOfTheSameReadAreSentBeforeARefusal() {
        prompt = true;
        answer(1);
        receiveHeartbeat(1, "g");
        receive(ByteBuffer.wrap(new byte[] {0, 99, 0, 0, 0, 0, 0, 1, -1, -1}));
        channel.runPendingTasks();
        assertFalse(channel.isOpen());
        assertTrue(sent() > 0);
    }

    @Test
    void aPartOfARequestCountsAsActivity() {
        long before = connection.lastActiveNs();
        channel.pipeline().fireChannelReadComplete(); // of which FrameReader has made no frame yet
        assertTrue(connection.lastActiveNs() - before > 0);
    }

    @Test
    void aPartOfAnAnswerCountsAsActivity() {
        channel.slow = true;
        channel.writeOneOutbound(Unpooled.buffer().writeZero(1000));
        channel.flushOutbound();
        Activity activity = new Activity();
        long before = activity.lastNs();
        assertFalse(activity.isSilent(channel, Long.MAX_VALUE));
        long begun = activity.lastNs();
        assertTrue(begun - before > 0);
        channel.flushOutbound();
        activity.isSilent(channel, Long.MAX_VALUE);
        long later = activity.lastNs();
        assertTrue(later - begun > 0, "some more was sent");
        activity.isSilent(channel, Long.MAX_VALUE);
        assertEquals(later, activity.lastNs(), "nothing was sent");
        channel.slow = false;
    }
}
