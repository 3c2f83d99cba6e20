package io.millrace.client.net;

import io.millrace.client.BrokerAddress;
import io.millrace.client.ClientConfig;
import io.millrace.client.MillraceException;
import io.millrace.protocol.ApiMessage;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.message.ApiVersionsResponse;
import io.millrace.protocol.wire.MalformedMessageException;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way to one broker: made when it is needed, made again after it broke, and given up when it was idle for long.
 *
 * <pre>
 * IDLE -> CONNECTING -> NEGOTIATING -> READY        each of them -> AWAY (broken) -> CONNECTING, once its wait is over
 * </pre>
 *
 * <p>Requests are pipelined, and each answer must be that of the oldest request that waits for one. One that is not
 * answered in time costs the connection, since what comes behind it could not be told apart. While it is AWAY requests
 * fail at once, so that nothing piles up behind a broker that is gone.
 *
 * <p>Threading: the I/O thread.
 */
final class Connection {
    private static final Logger LOG = LoggerFactory.getLogger(Connection.class);

    enum State {
        IDLE,
        CONNECTING,
        NEGOTIATING,
        READY,
        AWAY,
        CLOSED
    }

    private final ClientRuntime runtime;
    private final IoThread thread;
    private final ClientConfig config;
    private final BrokerAddress address;
    private String name;
    private final Runnable onChange;
    private final RequestWriter writer;
    private final PendingRequests pending = new PendingRequests();
    private final IoTimer timer;
    private final Wait reconnect;

    private State state = State.IDLE;
    private Optional<Channel> channel = Optional.empty();
    private Optional<Versions> versions = Optional.empty();

    /** Why it is AWAY, for those who ask meanwhile. */
    private String lastFailure = "";

    private long connectDeadlineNs;
    private long retryAtNs;
    private long lastUsedNs;
    private long throttledUntilNs = System.nanoTime();

    /**
     * @param name of the broker, for messages
     * @param onChange runs when it has become READY or AWAY
     */
    Connection(
            ClientRuntime runtime,
            IoThread thread,
            ClientConfig config,
            BrokerAddress address,
            String name,
            Runnable onChange) {
        this.runtime = runtime;
        this.thread = thread;
        this.config = config;
        this.address = address;
        isTo(name);
        this.onChange = onChange;
        this.writer = new RequestWriter(config.clientId());
        this.timer = thread.timer(this::look);
        this.reconnect = new Wait(config.reconnectBackoff());
    }

    /** Who is at the other end, for messages. */
    void isTo(String broker) {
        name = broker + " at " + address;
    }

    BrokerAddress address() {
        return address;
    }

    State state() {
        return state;
    }

    /** Requests that are under way or wait to be sent. */
    int load() {
        return pending.size();
    }

    Optional<Versions> versions() {
        return versions;
    }

    /** Whether an attempt to connect may be made now, or need not be made. */
    boolean isWorthTrying() {
        return state != State.CLOSED && (state != State.AWAY || System.nanoTime() - retryAtNs >= 0);
    }

    /** Whether it broke, or could not be made, and has not been READY since. */
    boolean isInTrouble() {
        return state != State.READY && reconnect.attempts() > 0;
    }

    /** Whether a request would go out at once. Begins to connect if not, where that may be done. */
    boolean prepare() {
        if (state == State.IDLE || (state == State.AWAY && isWorthTrying())) {
            connect();
        }
        return state == State.READY && !isThrottled();
    }

    /** How long until a prepare can help, in nanoseconds: while the broker is AWAY or has asked for silence. */
    long waitNs() {
        long now = System.nanoTime();
        long away = state == State.AWAY ? retryAtNs - now : 0;
        return Math.max(0, Math.max(away, throttledUntilNs - now));
    }

    /** Sends a request, now or as soon as the connection is made; it fails if that cannot be. */
    void send(PendingRequest<?> request) {
        if (state == State.CLOSED) {
            giveUp(request, MillraceException.closed(name + ": the client was closed"));
        } else if (!isWorthTrying()) {
            giveUp(
                    request,
                    MillraceException.unreachable(name + " cannot be reached: " + lastFailure
                            + "; the next attempt is in " + TimeUnit.NANOSECONDS.toMillis(waitNs()) + " ms"));
        } else if (pending.isFull()) {
            giveUp(
                    request,
                    MillraceException.bufferFull(PendingRequests.MAX + " requests to " + name + " wait already"));
        } else {
            lastUsedNs = System.nanoTime();
            pending.add(request);
            if (prepare()) {
                write(request);
            }
            timer.runBy(request.deadlineNs());
        }
    }

    private static void giveUp(PendingRequest<?> request, MillraceException why) {
        request.releaseRecords();
        request.fail(why);
    }

    private void connect() {
        state = State.CONNECTING;
        lastUsedNs = System.nanoTime();
        connectDeadlineNs = lastUsedNs + config.connectTimeout().toNanos();
        timer.runBy(connectDeadlineNs); // beside the timer of the socket, since looking up the name takes time, too
        ChannelFuture attempt = runtime.connect(thread, address, config.connectTimeout(), new Pipeline());
        channel = Optional.of(attempt.channel());
        attempt.addListener(done -> connected(attempt));
    }

    private boolean isCurrent(Channel asking) {
        return channel.isPresent() && channel.get().equals(asking);
    }

    private void connected(ChannelFuture attempt) {
        Channel made = attempt.channel();
        if (!isCurrent(made)) {
            made.close();
        } else if (!attempt.isSuccess()) {
            broke(MillraceException.unreachable(name + ": no connection", attempt.cause()));
        } else if (made.localAddress() != null && made.localAddress().equals(made.remoteAddress())) {
            // a port that nobody listens at may be given to the very socket that wants to connect to it
            broke(MillraceException.unreachable(name + ": nobody listens there, and the connection met itself"));
        } else {
            state = State.NEGOTIATING;
            negotiate(Handshake.begin(config.requestTimeout().toMillis()));
        }
    }

    private void negotiate(Handshake handshake) {
        pending.addFirst(handshake.request());
        writer.write(channel.orElseThrow(), handshake.request(), handshake.version());
        timer.runBy(handshake.request().deadlineNs());
        handshake.request().answer().whenComplete((answer, failure) -> {
            if (failure == null) {
                negotiated(handshake, answer);
            }
        });
    }

    private void negotiated(Handshake handshake, ApiVersionsResponse answer) {
        ErrorCode error = ErrorCode.of(answer.errorCode());
        if (error == ErrorCode.UNSUPPORTED_VERSION && handshake.version() > 0) {
            negotiate(handshake.again(answer));
        } else if (error != ErrorCode.NONE) {
            broke(MillraceException.refused(error, name + " refused to tell its versions"));
        } else {
            versions = Optional.of(new Versions(answer));
            state = State.READY;
            reconnect.reset();
            sendUnsent();
            timer.runBy(idleDueNs());
            onChange.run();
        }
    }

    private void sendUnsent() {
        if (state == State.READY && !isThrottled()) {
            pending.unsent().forEach(this::write);
        }
    }

    private boolean isThrottled() {
        return throttledUntilNs - System.nanoTime() > 0;
    }

    private void write(PendingRequest<?> request) {
        Versions theirs = versions.orElseThrow();
        short version = theirs.usable(request.key(), request.maxVersion());
        if (version == Versions.NONE) {
            pending.remove(request);
            giveUp(
                    request,
                    MillraceException.refused(
                            ErrorCode.UNSUPPORTED_VERSION,
                            name + " serves "
                                    + theirs.describe(request.key()) + " of "
                                    + request.key().apiName()
                                    + ", and this client needs another version"));
            return;
        }
        if (!request.isAnswered()) {
            pending.remove(request);
        }
        try {
            writer.write(channel.orElseThrow(), request, version);
        } catch (IllegalArgumentException e) {
            pending.remove(request);
            giveUp(
                    request,
                    MillraceException.refused(
                            ErrorCode.UNSUPPORTED_VERSION,
                            name + " serves " + request.key().apiName() + " up to version " + version + " only: "
                                    + e.getMessage()));
        }
    }

    private void answered(ByteBuf bytes) {
        answer(pending.removeFirst(), bytes);
    }

    private <R extends ApiMessage> void answer(PendingRequest<R> request, ByteBuf bytes) {
        R answer;
        try {
            answer = Handshake.isAnswerTo(request)
                    ? request.decode(Handshake.readable(request, bytes))
                    : request.decode(bytes);
        } catch (MalformedMessageException e) {
            pending.addFirst(request); // so that it fails with the others
            throw e;
        }
        lastUsedNs = System.nanoTime();
        if (answer.throttleTimeMs() > 0) {
            throttledUntilNs = lastUsedNs + TimeUnit.MILLISECONDS.toNanos(answer.throttleTimeMs());
            timer.runBy(throttledUntilNs);
        }
        request.complete(answer);
    }

    private long idleDueNs() {
        return lastUsedNs + config.connectionsMaxIdle().toNanos();
    }

    /** Looks at the time. */
    private void look() {
        long now = System.nanoTime();
        Optional<PendingRequest<?>> urgent = pending.mostUrgent();
        if (state == State.CONNECTING && now - connectDeadlineNs >= 0) {
            broke(MillraceException.unreachable(
                    name + ": no connection within " + config.connectTimeout().toMillis() + " ms"));
        } else if (urgent.isPresent() && now - urgent.get().deadlineNs() >= 0) {
            broke(MillraceException.timedOut(name + ": no answer to "
                    + urgent.get().key().apiName() + " within " + urgent.get().timeoutMs() + " ms"));
        } else if (state == State.READY && urgent.isEmpty() && now - idleDueNs() >= 0) {
            end(State.IDLE, MillraceException.unreachable(name + ": the connection was idle"));
        } else {
            boolean wasThrottled =
                    state == State.READY && !isThrottled() && !pending.unsent().isEmpty();
            if (wasThrottled) {
                sendUnsent();
                onChange.run();
            }
            urgent.ifPresent(request -> timer.runBy(request.deadlineNs()));
            if (state == State.CONNECTING) {
                timer.runBy(connectDeadlineNs);
            } else if (state == State.READY) {
                timer.runBy(isThrottled() ? throttledUntilNs : idleDueNs());
            }
        }
    }

    private void failed(Channel of, Throwable cause) {
        if (!isCurrent(of)) {
            return;
        }
        if (cause instanceof MalformedMessageException) {
            LOG.warn("Closed the connection to {}: it sent {}", name, cause.getMessage());
            broke(MillraceException.unreachable(
                    name + " does not speak Kafka's protocol, or not on this port: it sent " + cause.getMessage()));
        } else {
            if (!(cause instanceof IOException)) {
                LOG.error("The connection to {} failed and is closed", name, cause);
            }
            broke(MillraceException.unreachable(name + ": the connection broke", cause));
        }
    }

    private void broke(MillraceException why) {
        retryAtNs = System.nanoTime() + reconnect.nextNs();
        lastFailure = why.getMessage();
        LOG.debug("{}", why.getMessage());
        end(State.AWAY, why);
    }

    /** Ends the connection and whatever waits for it, for good. */
    void close() {
        end(State.CLOSED, MillraceException.closed(name + ": the client was closed"));
    }

    private void end(State next, MillraceException why) {
        if (state == State.CLOSED) {
            return;
        }
        state = next;
        timer.cancel();
        Optional<Channel> old = channel;
        channel = Optional.empty();
        versions = Optional.empty();
        old.ifPresent(Channel::close);
        for (PendingRequest<?> request : pending.removeAll()) {
            if (!request.isSent()) {
                request.releaseRecords();
            }
            request.fail(why);
        }
        onChange.run();
    }

    /**
     * What the socket is made of.
     *
     * <pre>
     * socket -> Frames (chooses read buffers, cuts answers) -> Events
     * socket <--------- buffers ---------------------------
     * </pre>
     */
    private final class Pipeline extends ChannelInitializer<Channel> {
        @Override
        protected void initChannel(Channel made) {
            Frames frames = new Frames(pending::isDue, runtime.largeFrames());
            made.config().setRecvByteBufAllocator(frames);
            made.pipeline().addLast(frames).addLast(new Events());
        }
    }

    /** What happens on the socket. */
    private final class Events extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            if (isCurrent(context.channel())) {
                answered((ByteBuf) message);
            } else {
                ((ByteBuf) message).release();
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            if (isCurrent(context.channel())) {
                broke(MillraceException.unreachable(name + ": the broker closed the connection"));
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            failed(context.channel(), cause);
        }
    }
}
