package io.millrace.broker.sim;

import io.millrace.broker.cluster.BrokerRegistration;
import io.millrace.broker.replica.PeerClient;
import io.millrace.broker.replica.PeerException;
import io.millrace.protocol.ApiMessage;
import io.millrace.protocol.message.ApiKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * The network as one life of a broker, or of a client, uses it: a connection per peer and purpose, made when needed.
 *
 * <p>Threading: the world's thread; stages complete in a lane of its own.
 */
final class SimPeerClient implements PeerClient {
    private final SimNetwork network;
    private final int self;
    private final SimLane lane;
    private final Rng rng;
    private final Map<String, Connecting> connections = new HashMap<>();
    private boolean closed;

    /** A connection that there is, or will be, and what waits for it. */
    private static final class Connecting {
        private final List<Consumer<SimConnection>> waiting = new ArrayList<>();
        private SimConnection connection;
    }

    SimPeerClient(SimNetwork network, int self, SimProcess process) {
        this.network = network;
        this.self = self;
        this.lane = process.lane("peers");
        this.rng = process.stream("peers");
    }

    @Override
    public <T extends ApiMessage> CompletionStage<T> ask(
            BrokerRegistration peer,
            Purpose purpose,
            ApiKey key,
            short version,
            ApiMessage request,
            Class<T> answer,
            long timeoutMs) {
        return ask(peer.id(), purpose.name(), key, version, request, true, timeoutMs)
                .thenApply(answer::cast);
    }

    /** As {@link PeerClient#ask}, by node and any purpose. */
    CompletableFuture<ApiMessage> ask(
            int node, String purpose, ApiKey key, short version, ApiMessage request, boolean answered, long timeoutMs) {
        CompletableFuture<ApiMessage> result = new CompletableFuture<>();
        lane.execute(() -> {
            SimConnection[] used = new SimConnection[1];
            Runnable cancelTimer = lane.after(timeoutMs, () -> {
                if (!result.isDone()) {
                    if (used[0] != null) {
                        used[0].close("no answer in time");
                    }
                    result.completeExceptionally(new PeerException("no answer in " + timeoutMs + " ms"));
                }
            });
            connect(node, purpose, connection -> {
                used[0] = connection;
                if (connection == null) {
                    cancelTimer.run();
                    result.completeExceptionally(new PeerException("cannot connect to " + node));
                } else if (!result.isDone()) {
                    connection.ask(key, version, request, answered).whenComplete((value, failure) -> {
                        cancelTimer.run();
                        if (failure == null) {
                            if (!result.complete(value) && value != null) {
                                SimWire.release(value);
                            }
                        } else {
                            result.completeExceptionally(failure);
                        }
                    });
                }
            });
        });
        return result;
    }

    /** Gives the connection, or null if there can be none. In the lane. */
    private void connect(int node, String purpose, Consumer<SimConnection> use) {
        String name = node + purpose;
        Connecting known = connections.get(name);
        if (closed) {
            use.accept(null);
            return;
        }
        if (known != null && known.connection != null && known.connection.isOpen()) {
            use.accept(known.connection);
            return;
        }
        if (known != null && known.connection == null) {
            known.waiting.add(use);
            return;
        }
        Connecting made = new Connecting();
        made.waiting.add(use);
        connections.put(name, made);
        network.dial(self, node, lane, rng, answer -> {
            if (answer.server() == null || closed) {
                connections.remove(name, made);
            } else {
                made.connection = new SimConnection(network, self, lane, answer.server());
            }
            List<Consumer<SimConnection>> waiting = List.copyOf(made.waiting);
            made.waiting.clear();
            waiting.forEach(one -> one.accept(made.connection));
        });
    }

    @Override
    public CompletionStage<Void> lost(BrokerRegistration peer) {
        CompletableFuture<Void> lost = new CompletableFuture<>();
        lane.execute(() -> connect(peer.id(), Purpose.CONTROL.name(), connection -> {
            if (connection == null) {
                lost.complete(null);
            } else {
                connection.lost().thenRun(() -> lost.complete(null));
            }
        }));
        return lost;
    }

    @Override
    public CompletionStage<Reach> dial(BrokerRegistration peer) {
        CompletableFuture<Reach> reach = new CompletableFuture<>();
        network.dial(self, peer.id(), lane, rng, answer -> reach.complete(answer.reach()));
        return reach;
    }

    @Override
    public void close() {
        closed = true;
        List.copyOf(connections.values()).forEach(known -> {
            if (known.connection != null) {
                known.connection.close("this broker stops");
            }
        });
    }
}
