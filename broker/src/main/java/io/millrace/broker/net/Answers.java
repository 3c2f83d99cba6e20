package io.millrace.broker.net;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * The answers that one connection owes: they go out in the order of the requests, as soon as those before them have, and
 * as few system calls as may be. Too many of them, or too many bytes that wait here or in the socket, and the connection
 * is not read until there are less.
 *
 * <p>Threading: the connection's event loop.
 */
final class Answers {

    /** Requests that may wait for their answer; past them the socket is not read. */
    private static final int MAX_IN_FLIGHT = 100;

    /** Weight of the answers that are there but wait for one before them; past it the socket is not read. */
    private static final long MAX_READY_BYTES = 1 << 20;

    private final ReadGate gate;
    private final Activity activity;
    private final SocketMeters meters;
    private final ArrayDeque<Exchange> owed = new ArrayDeque<>(1); // grows; most connections are idle
    private long readyBytes;
    private Optional<Runnable> onIdle = Optional.empty();
    private Optional<Mute> mute = Optional.empty();
    private boolean ended;
    private boolean reading;
    private boolean flushDue;
    private Exchange written; // the last one since the last flush, chained to those before; null if there is none

    Answers(ReadGate gate, Activity activity, SocketMeters meters) {
        this.meters = meters;
        this.gate = gate;
        this.activity = activity;
    }

    /** Gives a request its place in the order. */
    void expect(Exchange exchange) {
        owed.add(exchange);
        if (owed.size() >= MAX_IN_FLIGHT) {
            gate.hold(ReadGate.Reason.ANSWERS_PENDING);
        }
    }

    /** Has the wait for an answer cancelled if the client goes before it is there. */
    void cancelWithClient(Exchange exchange, CompletionStage<?> answer) {
        if (ended) {
            answer.toCompletableFuture().cancel(false);
        } else if (!exchange.isReady()) {
            exchange.cancelWithClient(answer);
        }
    }

    /** An answer is here; an empty one only makes way. */
    void ready(Exchange exchange, Optional<EncodedResponse> response, int throttleMs) {
        exchange.fill(response, throttleMs);
        if (ended) {
            discardReady();
            return;
        }
        if (owed.peek() != exchange) {
            readyBytes += exchange.weigh();
            if (readyBytes >= MAX_READY_BYTES) {
                gate.hold(ReadGate.Reason.ANSWERS_PENDING);
            }
            return;
        }
        sendReady(exchange.context());
    }

    private void sendReady(ChannelHandlerContext context) {
        boolean wrote = false;
        while (!owed.isEmpty() && owed.peek().isReady()) {
            Exchange next = owed.poll();
            readyBytes -= next.weight();
            if (next.throttleMs() > 0) {
                mute(context, next.throttleMs());
            }
            Optional<EncodedResponse> response = next.takeResponse();
            long now = System.nanoTime();
            next.written(now, written);
            written = next;
            if (response.isPresent()) {
                meters.response(response.get().sizeInBytes());
                response.get().writeTo(context);
                wrote = true;
            }
        }
        if (wrote) {
            activity.now();
            flushDue = true;
        }
        if (!reading) { // else one system call for the answers to all that has come at once
            flush(context);
        }
        callIfIdle(context);
        resumeIfDrained(context);
    }

    private void mute(ChannelHandlerContext context, int throttleMs) {
        if (mute.isEmpty()) {
            mute = Optional.of(new Mute(gate, context.executor()));
        }
        mute.get().keep(throttleMs);
    }

    /** Requests come, maybe several at once: their answers may wait for {@link #readComplete}. */
    void readBegins() {
        reading = true;
    }

    void readComplete(ChannelHandlerContext context) {
        reading = false;
        flush(context);
    }

    /** Sends what was written so far. */
    void flush(ChannelHandlerContext context) {
        if (flushDue) {
            flushDue = false;
            context.flush();
        }
        if (written != null) {
            Exchange.sent(written, System.nanoTime());
            written = null;
        }
    }

    void writabilityChanged(ChannelHandlerContext context) {
        if (!context.channel().isWritable()) {
            gate.hold(ReadGate.Reason.ANSWERS_PENDING);
        } else {
            resumeIfDrained(context);
        }
    }

    private void resumeIfDrained(ChannelHandlerContext context) {
        boolean drained = owed.size() < MAX_IN_FLIGHT / 2 && readyBytes < MAX_READY_BYTES;
        if (drained && context.channel().isWritable()) {
            gate.lift(ReadGate.Reason.ANSWERS_PENDING);
        }
    }

    boolean isEmpty() {
        return owed.isEmpty();
    }

    /** Calls back once nothing is owed and all answers are with the system. */
    void whenIdle(ChannelHandlerContext context, Runnable callback) {
        onIdle = Optional.of(callback);
        callIfIdle(context);
    }

    private void callIfIdle(ChannelHandlerContext context) {
        if (owed.isEmpty() && onIdle.isPresent()) {
            Runnable idle = onIdle.get();
            onIdle = Optional.empty();
            // An empty buffer goes out behind everything that was written: a close would drop what is still here.
            context.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(sent -> idle.run());
        }
    }

    /** Nobody is answered any more; what was not written is let go, now or when it comes. */
    void end() {
        ended = true;
        owed.forEach(Exchange::cancel);
        mute.ifPresent(Mute::end);
        discardReady();
    }

    boolean isEnded() {
        return ended;
    }

    private void discardReady() {
        for (Exchange exchange : owed) {
            if (exchange.isReady()) {
                exchange.takeResponse().ifPresent(EncodedResponse::discard);
            }
        }
        owed.removeIf(Exchange::isReady);
    }
}
