package io.millrace.broker.sim;

import io.millrace.broker.api.NoAnswer;
import io.millrace.broker.api.RequestContext;
import io.millrace.protocol.ApiMessage;
import io.millrace.protocol.message.ApiKey;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The server's end of a connection: has requests handled in their order, and answers in that order.
 *
 * <p>Threading: the world's thread; everything in the lane of the connection, which is its event loop.
 */
final class ServerEnd {
    private final SimConnection connection;
    private final String clientId;
    private final SimServer server;
    private final SimLane home;
    private final SimExecutor executor;
    private final Deque<Pending> pending = new ArrayDeque<>();
    private boolean open = true;

    private record Pending(short version, CompletableFuture<? extends ApiMessage> answer) {}

    ServerEnd(SimConnection connection, String clientId, SimServer server) {
        this.clientId = clientId;
        this.connection = connection;
        this.server = server;
        this.home = server.process().lane("connection");
        this.executor = SimExecutor.on(home);
    }

    boolean isOpen() {
        return open;
    }

    void arrived(ApiKey key, short version, ByteBuffer bytes) {
        home.execute(() -> handle(key, version, bytes));
    }

    private void handle(ApiKey key, short version, ByteBuffer bytes) {
        if (!open) {
            return;
        }
        RequestContext context = new RequestContext(
                version,
                clientId,
                InetAddress.getLoopbackAddress(),
                SimBroker.LISTENER,
                InetSocketAddress.createUnresolved("127.0.0.1", 9092),
                executor);
        CompletionStage<? extends ApiMessage> stage =
                server.handlers().handle(context, key, SimWire.request(key, bytes, version));
        Pending next = new Pending(version, stage.toCompletableFuture());
        pending.add(next);
        next.answer().whenComplete((answer, failure) -> home.execute(this::answerDone));
    }

    private void answerDone() {
        while (open && !pending.isEmpty() && pending.peek().answer().isDone()) {
            Pending done = pending.poll();
            if (done.answer().isCompletedExceptionally()) {
                closeAfterFailure();
                return;
            }
            ApiMessage answer = done.answer().join();
            if (!(answer instanceof NoAnswer)) {
                connection.answer(SimWire.encode(answer, done.version()));
            }
        }
    }

    private void closeAfterFailure() {
        leave();
        connection.serverClosed("closed by the server");
    }

    /** The client is gone, and this end is told. */
    void gone() {
        home.execute(() -> {
            if (open) {
                leave();
                connection.serverEndGone();
            }
        });
    }

    private void leave() {
        open = false;
        for (Pending waiting : pending) {
            if (waiting.answer().isDone() && !waiting.answer().isCompletedExceptionally()) {
                SimWire.release(waiting.answer().join());
            } else {
                waiting.answer().cancel(false);
            }
        }
        pending.clear();
    }

    /** The process is dead: nothing of it runs any more. */
    void vanished() {
        open = false;
    }
}
