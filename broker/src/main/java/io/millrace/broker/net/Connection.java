package io.millrace.broker.net;

import io.millrace.broker.api.CloseConnection;
import io.millrace.broker.api.Handlers;
import io.millrace.broker.api.NoAnswer;
import io.millrace.broker.api.RequestContext;
import io.millrace.broker.api.RequestHandler;
import io.millrace.protocol.ApiMessage;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.message.ApiKey;
import io.millrace.protocol.message.ApiVersionsRequest;
import io.millrace.protocol.message.ApiVersionsResponse;
import io.millrace.protocol.message.RequestHeader;
import io.millrace.protocol.wire.MalformedMessageException;
import io.millrace.protocol.wire.Reader;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client's connection: takes frames, has them handled, and sends the answers in the order of the requests.
 *
 * <p>Threading: all fields belong to the connection's event loop. A small request whose handler need not wait for anything
 * is handled right there; all others on a request worker, and then those behind them, too, until it has caught up. Answers
 * are encoded on whichever thread has them, and come back to the event loop.
 */
final class Connection extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(Connection.class);
    private static final RateLimitedLog REFUSALS = new RateLimitedLog(LOG);

    /** Requests that may wait for their answer; past them the socket is not read. */
    private static final int MAX_IN_FLIGHT = 100;

    /** Largest request whose content is copied to the heap, that is any but Produce, in bytes. */
    private static final int MAX_DECODED_BYTES = 16 << 20;

    /** Largest request that is handled on the event loop, in bytes: what is copied in about a millisecond. */
    private static final int MAX_PROMPT_BYTES = 2 << 20;

    private final String listener;
    private final Handlers handlers;
    private final RequestQueue requests;
    private final ReadGate gate;
    private final ArrayDeque<Answer> answers = new ArrayDeque<>(1); // grows; most connections are idle
    private InetSocketAddress remote;
    private InetSocketAddress local;
    private String clientHost = "";
    private Optional<Runnable> onIdle = Optional.empty();
    private Optional<Mute> mute = Optional.empty();
    private boolean closed;
    private boolean reading;
    private boolean flushDue;

    /** When a request came or an answer went; written on the event loop, read by {@link IdleSweep}. */
    private volatile long lastActiveNs = System.nanoTime();

    /** A place in the order of answers; filled when the answer is there. */
    private static final class Answer {
        private Optional<EncodedResponse> response = Optional.empty();
        private Optional<CompletionStage<?>> waiting = Optional.empty();
        private int throttleMs;
        private boolean ready;
    }

    Connection(String listener, Handlers handlers, Executor workers, ReadGate gate) {
        this.gate = gate;
        this.listener = listener;
        this.handlers = handlers;
        this.requests = new RequestQueue(workers);
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        remote = (InetSocketAddress) context.channel().remoteAddress();
        local = (InetSocketAddress) context.channel().localAddress();
        clientHost = "/" + remote.getAddress().getHostAddress();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        Frame frame = (Frame) message;
        reading = true;
        lastActiveNs = System.nanoTime();
        try {
            if (closed) {
                frame.release();
            } else {
                accept(context, frame);
            }
        } catch (MalformedMessageException e) {
            frame.release();
            refuse(context, e.getMessage());
        }
    }

    private void accept(ChannelHandlerContext context, Frame frame) {
        Reader in = new Reader(frame.bytes().nioBuffer());
        int id = frame.bytes().readableBytes() < 4
                ? -1
                : frame.bytes().getShort(frame.bytes().readerIndex());
        int version = id < 0 ? -1 : frame.bytes().getShort(frame.bytes().readerIndex() + 2);
        ApiKey key = ApiKey.of(id);
        Optional<RequestHandler<ApiMessage, ApiMessage>> handler = key == null ? Optional.empty() : handlers.find(key);
        if (handler.isEmpty()) {
            throw new MalformedMessageException("API key " + id + " is not served");
        }
        if (!key.serves(version)) {
            if (key != ApiKey.API_VERSIONS || version < 0) {
                throw new MalformedMessageException(key.apiName() + " version " + version + " is not served");
            }
            RequestHeader header = RequestHeader.read(in, (short) 1);
            Answer answer = expectAnswer();
            requests.add(() -> tellVersions(context, frame, header.correlationId(), handler.get(), answer));
            return;
        }
        if (key != ApiKey.PRODUCE && in.remaining() > MAX_DECODED_BYTES) {
            throw new MalformedMessageException(key.apiName() + " of " + in.remaining() + " bytes");
        }
        RequestHeader header = RequestHeader.read(in, key.requestHeaderVersion(version));
        if (in.remaining() <= MAX_PROMPT_BYTES && handler.get().isOftenPrompt() && requests.isIdle()) {
            handleHere(context, frame, key, header, in, handler.get());
        } else {
            Answer answer = expectAnswer();
            requests.add(() -> handle(context, frame, key, header, in, handler.get(), answer));
        }
    }

    private void handleHere(
            ChannelHandlerContext context,
            Frame frame,
            ApiKey key,
            RequestHeader header,
            Reader in,
            RequestHandler<ApiMessage, ApiMessage> handler) {
        ApiMessage request = decode(frame, key, header, in);
        Answer answer = expectAnswer();
        try {
            Optional<CompletionStage<ApiMessage>> begun = handler.tryHandle(requestContext(context, header), request);
            if (begun.isEmpty()) {
                requests.add(() -> handle(context, frame, key, header, request, handler, answer));
                return;
            }
            send(context, frame, key, header, begun.get(), answer);
            if (key == ApiKey.FETCH && !answer.ready) {
                answer.waiting = Optional.of(begun.get());
            }
        } catch (RuntimeException e) {
            failed(context, frame, key, e);
        }
    }

    private static ApiMessage decode(Frame frame, ApiKey key, RequestHeader header, Reader in) {
        try {
            ApiMessage request = key.readRequest(in, header.requestApiVersion());
            in.expectEnd();
            if (key != ApiKey.PRODUCE) {
                frame.release(); // only records stay slices of the frame
            }
            return request;
        } catch (MalformedMessageException e) {
            throw new MalformedMessageException(key.apiName() + ": " + e.getMessage());
        }
    }

    private Answer expectAnswer() {
        Answer answer = new Answer();
        answers.add(answer);
        if (answers.size() >= MAX_IN_FLIGHT) {
            gate.hold(ReadGate.Reason.ANSWERS_PENDING);
        }
        return answer;
    }

    // ---- on a request worker

    private void handle(
            ChannelHandlerContext context,
            Frame frame,
            ApiKey key,
            RequestHeader header,
            Reader in,
            RequestHandler<ApiMessage, ApiMessage> handler,
            Answer answer) {
        ApiMessage request;
        try {
            request = decode(frame, key, header, in);
        } catch (MalformedMessageException e) {
            frame.release();
            context.executor().execute(() -> refuse(context, e.getMessage()));
            return;
        } catch (RuntimeException e) {
            failed(context, frame, key, e);
            return;
        }
        handle(context, frame, key, header, request, handler, answer);
    }

    private void handle(
            ChannelHandlerContext context,
            Frame frame,
            ApiKey key,
            RequestHeader header,
            ApiMessage request,
            RequestHandler<ApiMessage, ApiMessage> handler,
            Answer answer) {
        try {
            send(context, frame, key, header, handler.handle(requestContext(context, header), request), answer);
        } catch (RuntimeException e) {
            failed(context, frame, key, e);
        }
    }

    private void send(
            ChannelHandlerContext context,
            Frame frame,
            ApiKey key,
            RequestHeader header,
            CompletionStage<ApiMessage> response,
            Answer answer) {
        response.whenComplete((message, failure) -> {
            if (failure == null) {
                answered(context, frame, key, header, message, answer);
            } else {
                failed(context, frame, key, failure);
            }
        });
    }

    /** The answer to a version of ApiVersions that we lack: what there is, in the oldest form, which any client reads. */
    private void tellVersions(
            ChannelHandlerContext context,
            Frame frame,
            int correlationId,
            RequestHandler<ApiMessage, ApiMessage> handler,
            Answer answer) {
        RequestHeader oldest = new RequestHeader(ApiKey.API_VERSIONS.id(), (short) 0, correlationId, null);
        handler.handle(
                        requestContext(context, oldest),
                        ApiVersionsRequest.builder().build())
                .whenComplete((versions, failure) -> {
                    if (failure != null) {
                        failed(context, frame, ApiKey.API_VERSIONS, failure);
                        return;
                    }
                    ApiVersionsResponse refusal = ApiVersionsResponse.builder()
                            .errorCode(ErrorCode.UNSUPPORTED_VERSION)
                            .apiKeys(((ApiVersionsResponse) versions).apiKeys())
                            .build();
                    answered(context, frame, ApiKey.API_VERSIONS, oldest, refusal, answer);
                });
    }

    private RequestContext requestContext(ChannelHandlerContext context, RequestHeader header) {
        return new RequestContext(
                header.requestApiVersion(),
                header.clientId() == null ? "" : header.clientId(),
                clientHost,
                listener,
                local,
                context.executor());
    }

    private void failed(ChannelHandlerContext context, Frame frame, ApiKey key, Throwable failure) {
        frame.release();
        if (failure instanceof CancellationException) {
            return; // the client is gone
        }
        if (failure instanceof CloseConnection) {
            context.executor().execute(() -> refuse(context, failure.getMessage()));
            return;
        }
        LOG.error("{} from {} failed; its connection is closed", key.apiName(), remote, failure);
        context.executor().execute(context::close);
    }

    // ---- on the thread that has the answer

    private void answered(
            ChannelHandlerContext context,
            Frame frame,
            ApiKey key,
            RequestHeader header,
            ApiMessage response,
            Answer answer) {
        Optional<EncodedResponse> encoded;
        try {
            encoded = response instanceof NoAnswer
                    ? Optional.empty()
                    : Optional.of(EncodedResponse.encode(
                            context.alloc(), key, header.requestApiVersion(), header.correlationId(), response));
        } catch (RuntimeException | Error e) { // Netty tells of used up memory by an error
            failed(context, frame, key, e);
            return;
        }
        frame.release();
        if (context.executor().inEventLoop()) {
            ready(context, answer, encoded, response.throttleTimeMs());
            return;
        }
        try {
            context.executor().execute(() -> ready(context, answer, encoded, response.throttleTimeMs()));
        } catch (RejectedExecutionException e) { // the event loop has stopped, and the connection with it
            encoded.ifPresent(EncodedResponse::discard);
        }
    }

    // ---- on the event loop

    private void ready(
            ChannelHandlerContext context, Answer answer, Optional<EncodedResponse> encoded, int throttleMs) {
        answer.response = encoded;
        answer.throttleMs = throttleMs;
        answer.ready = true;
        answer.waiting = Optional.empty();
        sendReady(context);
    }

    private void sendReady(ChannelHandlerContext context) {
        if (closed) {
            discardReady();
            return;
        }
        boolean wrote = false;
        while (!answers.isEmpty() && answers.peek().ready) {
            Answer next = answers.poll();
            Optional<EncodedResponse> response = next.response;
            if (next.throttleMs > 0) {
                mute(context, next.throttleMs);
            }
            if (response.isPresent()) {
                response.get().writeTo(context);
                wrote = true;
            }
        }
        if (wrote) {
            lastActiveNs = System.nanoTime();
        }
        if (wrote && reading) {
            flushDue = true; // one system call for the answers to all that has come at once
        } else if (wrote) {
            context.flush();
        }
        callIfIdle(context);
        resumeIfDrained(context);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        reading = false;
        if (flushDue) {
            flushDue = false;
            context.flush();
        }
    }

    private void mute(ChannelHandlerContext context, int throttleMs) {
        if (mute.isEmpty()) {
            mute = Optional.of(new Mute(gate, context.executor()));
        }
        mute.get().keep(throttleMs);
    }

    private void resumeIfDrained(ChannelHandlerContext context) {
        if (answers.size() < MAX_IN_FLIGHT / 2 && context.channel().isWritable()) {
            gate.lift(ReadGate.Reason.ANSWERS_PENDING);
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        lastActiveNs = System.nanoTime();
        if (!context.channel().isWritable()) {
            gate.hold(ReadGate.Reason.ANSWERS_PENDING);
        } else {
            resumeIfDrained(context);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof FrameReader.BadFrame bad) {
            refuse(context, "a request of " + bad.size() + " bytes");
        } else if (event instanceof FrameReader.StalledFrame stalled) {
            refuse(
                    context,
                    "a request stopped after " + stalled.received() + " of " + stalled.size()
                            + " bytes while others wait for memory");
        }
    }

    long lastActiveNs() {
        return lastActiveNs;
    }

    /** Closes the connection if nothing came or went for so long and no answer is owed. Event loop only. */
    void closeIfSilent(ChannelHandlerContext context, long maxIdleNs) {
        if (answers.isEmpty() && System.nanoTime() - lastActiveNs > maxIdleNs) {
            context.close();
        }
    }

    private void refuse(ChannelHandlerContext context, String why) {
        if (!closed) {
            closed = true; // what came behind it may already be here, and is not taken any more
            REFUSALS.warn("Closed the connection from " + remote + ": " + why);
            context.close();
        }
    }

    /** Reads no more requests; calls back once all answers are with the system. Event loop only. */
    void stop(ChannelHandlerContext context, Runnable whenIdle) {
        gate.hold(ReadGate.Reason.STOPPING);
        onIdle = Optional.of(whenIdle);
        callIfIdle(context);
    }

    private void callIfIdle(ChannelHandlerContext context) {
        if (answers.isEmpty() && onIdle.isPresent()) {
            Runnable idle = onIdle.get();
            onIdle = Optional.empty();
            // An empty buffer goes out behind everything that was written: a close would drop what is still here.
            context.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(sent -> idle.run());
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        closed = true;
        for (Answer answer : answers) {
            answer.waiting.ifPresent(stage -> stage.toCompletableFuture().cancel(false));
        }
        mute.ifPresent(Mute::end);
        discardReady();
    }

    private void discardReady() {
        for (Answer answer : answers) {
            if (answer.ready) {
                answer.response.ifPresent(EncodedResponse::discard);
                answer.response = Optional.empty();
            }
        }
        answers.removeIf(answer -> answer.ready);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (!(cause instanceof java.io.IOException)) {
            LOG.error("The connection from {} failed and is closed", remote, cause);
        }
        context.close();
    }
}
