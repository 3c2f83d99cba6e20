package io.millrace.broker.net;

import io.millrace.broker.cluster.Endpoint;
import io.millrace.broker.replica.PeerException;
import io.millrace.protocol.ApiMessage;
import io.millrace.protocol.message.ApiKey;
import io.millrace.protocol.message.ApiVersionsRequest;
import io.millrace.protocol.message.ApiVersionsResponse;
import io.millrace.protocol.wire.MalformedMessageException;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection to a peer: requests go out as they come, and each answer must be that of the oldest request that waits.
 *
 * <p>Life: from {@link #open} on requests are taken, and sent once it is connected. It ends, for good, when it cannot be
 * made in time, when it breaks, when a request is not answered in time, when something comes that was not asked for, or
 * by {@link #close}. Then all that wait fail, and {@link #lost} completes.
 *
 * <p>A connection that was silent for a while is pinged, so that the peer does not close it for its silence, and a peer
 * that has stopped answering is found out.
 *
 * <p>Threading: the public face may be called by any thread; all else is the event loop's.
 */
final class PeerConnection {
    private static final Logger LOG = LoggerFactory.getLogger(PeerConnection.class);
    private static final RateLimitedLog REFUSALS = new RateLimitedLog(LOG);

    /** Version 0 can be answered by any peer, whatever else it knows. */
    private static final short PING_VERSION = 0;

    private final PeerSockets sockets;
    private final EventLoop loop;
    private final Endpoint address;
    private final String clientId;
    private final String name;
    private final PeerTimes times;
    private final PeerRequests waiting = new PeerRequests();
    private final PeerTimer timer;
    private final CompletableFuture<Void> end = new CompletableFuture<>();
    private final CompletionStage<Void> lost = end.minimalCompletionStage();

    private Optional<Channel> channel = Optional.empty();
    private boolean connected;

    /** Why it has ended: what came too late to wait is told the same. */
    private Optional<PeerException> endedBy = Optional.empty();

    private long connectDeadlineNs;
    private long lastHeardNs;
    private int lastCorrelationId;

    /**
     * @param name of the peer, for messages
     * @param clientId under which it asks
     */
    PeerConnection(PeerSockets sockets, Endpoint address, String name, String clientId, PeerTimes times) {
        this.sockets = sockets;
        this.loop = sockets.loop();
        this.address = address;
        this.name = name;
        this.clientId = clientId;
        this.times = times;
        this.timer = new PeerTimer(loop, this::look);
    }

    // ---- any thread

    /** Begins to connect. */
    void open() {
        onLoop(this::connect);
    }

    /**
     * Sends a request, now or when it is connected.
     *
     * @throws IllegalArgumentException if the request cannot be encoded
     */
    <T extends ApiMessage> CompletionStage<T> ask(
            ApiKey key, short version, ApiMessage request, Class<T> answer, long timeoutMs) {
        PeerRequest<T> asked =
                new PeerRequest<>(sockets.allocator(), clientId, key, version, request, answer, timeoutMs);
        if (!waiting.tryReserve()) {
            asked.fail(exception(PeerRequests.MAX + " requests wait for their answers already"));
        } else if (!onLoop(() -> accept(asked))) {
            waiting.release();
            asked.fail(exception("this broker stops"));
        }
        return asked.answer();
    }

    /** Completes when the connection has ended. */
    CompletionStage<Void> lost() {
        return lost;
    }

    boolean hasEnded() {
        return end.isDone();
    }

    /** Ends the connection, soon, and never within this call: what waits is not told on the caller's thread. */
    void close(String why) {
        onLoop(() -> end(exception(why)));
    }

    private boolean onLoop(Runnable task) {
        try {
            loop.execute(task);
            return true;
        } catch (RejectedExecutionException e) {
            return false; // the event loop has stopped, and has closed the connection
        }
    }

    // ---- the event loop

    private void connect() {
        if (endedBy.isPresent()) {
            return;
        }
        connectDeadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(times.connectMs());
        timer.runBy(connectDeadlineNs); // beside the timer of the socket, since looking up the name takes time, too
        ChannelFuture attempt = sockets.connect(address, (int) times.connectMs(), new Pipeline());
        channel = Optional.of(attempt.channel());
        attempt.addListener(done -> connected(attempt));
    }

    private void connected(ChannelFuture attempt) {
        if (endedBy.isPresent()) {
            attempt.channel().close();
        } else if (!attempt.isSuccess()) {
            end(exception("no connection", attempt.cause()));
        } else if (PeerSockets.isToItself(attempt.channel())) {
            end(exception("nobody listens there, and the connection met itself"));
        } else {
            connected = true;
            lastHeardNs = System.nanoTime();
            waiting.all().forEach(request -> send(attempt.channel(), request));
            attempt.channel().flush();
            timer.runBy(pingDueNs());
        }
    }

    private void accept(PeerRequest<?> request) {
        if (endedBy.isPresent()) {
            waiting.release();
            request.fail(endedBy.get());
            return;
        }
        waiting.add(request);
        if (connected) {
            send(channel.orElseThrow(), request);
            channel.orElseThrow().flush();
        }
        timer.runBy(request.deadlineNs());
    }

    private void send(Channel to, PeerRequest<?> request) {
        to.write(request.takeBytes(++lastCorrelationId), to.voidPromise());
    }

    /** An answer, of which the first one that waits is known to be meant. */
    private void answered(ByteBuf bytes) {
        if (endedBy.isPresent()) {
            bytes.release();
            return;
        }
        lastHeardNs = System.nanoTime();
        answered(waiting.first(), bytes);
    }

    private <T extends ApiMessage> void answered(PeerRequest<T> request, ByteBuf bytes) {
        T answer;
        try {
            answer = request.decode(bytes);
        } catch (MalformedMessageException e) {
            throw new MalformedMessageException(
                    "an answer that is none to " + request.key().apiName() + ": " + e.getMessage());
        }
        waiting.removeFirst();
        request.complete(answer);
    }

    /** Looks at the time. */
    private void look() {
        long now = System.nanoTime();
        Optional<PeerRequest<?>> urgent = waiting.mostUrgent();
        if (!connected && now - connectDeadlineNs >= 0) {
            end(exception("no connection within " + times.connectMs() + " ms"));
        } else if (urgent.isPresent() && now - urgent.get().deadlineNs() >= 0) {
            end(exception("no answer to " + urgent.get().key().apiName() + " within "
                    + urgent.get().timeoutMs() + " ms"));
        } else {
            if (connected && urgent.isEmpty() && now - pingDueNs() >= 0) {
                ping();
            }
            urgent.ifPresent(request -> timer.runBy(request.deadlineNs()));
            timer.runBy(connected ? pingDueNs() : connectDeadlineNs);
        }
    }

    private long pingDueNs() {
        return lastHeardNs + TimeUnit.MILLISECONDS.toNanos(times.pingMs());
    }

    private void ping() {
        lastHeardNs = System.nanoTime(); // else it would be due again at once
        ApiVersionsRequest ping = ApiVersionsRequest.builder().build();
        ask(ApiKey.API_VERSIONS, PING_VERSION, ping, ApiVersionsResponse.class, times.pingAnswerMs());
    }

    private void failed(Throwable cause) {
        if (endedBy.isPresent()) {
            return;
        }
        if (cause instanceof MalformedMessageException) {
            REFUSALS.warn("Closed the connection to " + name + ": it sent " + cause.getMessage());
            end(exception("it sent " + cause.getMessage(), cause));
        } else {
            if (!(cause instanceof IOException)) {
                LOG.error("The connection to {} failed and is closed", name, cause);
            }
            end(exception("the connection broke", cause));
        }
    }

    private void end(PeerException why) {
        if (endedBy.isPresent()) {
            return;
        }
        endedBy = Optional.of(why);
        timer.cancel();
        channel.ifPresent(Channel::close);
        end.complete(null);
        waiting.removeAll().forEach(request -> request.fail(why));
    }

    private PeerException exception(String what) {
        return new PeerException(name + ": " + what);
    }

    private PeerException exception(String what, Throwable cause) {
        return new PeerException(name + ": " + what + ": " + cause.getMessage(), cause);
    }

    /**
     * What the socket is made of.
     *
     * <pre>
     * socket -> PeerFrames (chooses read buffers, cuts answers) -> Events
     * socket <------------- buffers ------------------------------
     * </pre>
     */
    private final class Pipeline extends ChannelInitializer<Channel> {
        @Override
        protected void initChannel(Channel made) {
            PeerFrames frames = new PeerFrames(waiting::isDue);
            made.config().setRecvByteBufAllocator(frames);
            made.pipeline().addLast(frames).addLast(new Events());
        }
    }

    /** What happens on the socket. */
    private final class Events extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            answered((ByteBuf) message);
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            end(exception("the connection was closed"));
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            failed(cause);
        }
    }
}
