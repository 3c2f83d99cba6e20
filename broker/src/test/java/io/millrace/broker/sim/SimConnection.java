package io.millrace.broker.sim;

import io.millrace.broker.replica.PeerException;
import io.millrace.protocol.ApiMessage;
import io.millrace.protocol.message.ApiKey;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;

/**
 * One connection, both ends of it: requests go one way and answers the other, in order, until it breaks. Either end may
 * know that later than the other.
 *
 * <p>Threading: the world's thread; the client's end in the client's lane.
 */
final class SimConnection {
    private final SimNetwork network;
    private final int clientNode;
    private final SimLane client;
    private final SimServer server;
    private final ServerEnd serverEnd;
    private final Rng rng;
    private final Way there;
    private final Way back;
    private final Deque<Asked> asked = new ArrayDeque<>();
    private final CompletableFuture<Void> lost = new CompletableFuture<>();
    private boolean clientOpen = true;
    private boolean registered = true;

    private record Asked(ApiKey key, short version, CompletableFuture<ApiMessage> answer) {}

    SimConnection(SimNetwork network, int clientNode, SimLane client, SimServer server) {
        this.network = network;
        this.clientNode = clientNode;
        this.client = client;
        this.server = server;
        this.rng = client.process().stream("connection");
        this.there = new Way(clientNode, server.node(), client.process().stream("requests"));
        this.back = new Way(server.node(), clientNode, server.process().stream("answers"));
        this.serverEnd = new ServerEnd(
                this, (clientNode < Simulation.FIRST_CLIENT ? "broker-" : "client-") + clientNode, server);
        network.opened(this);
        if (server.process().isDead()) {
            died(server.process(), false);
        }
    }

    boolean isOpen() {
        return clientOpen;
    }

    int server() {
        return server.node();
    }

    int outstanding() {
        return asked.size();
    }

    /** Completes in the client's lane when the client knows that the connection is no more. */
    CompletableFuture<Void> lost() {
        return lost;
    }

    // ---- the client's end, in its lane

    /** Asks. Fails with PeerException once the connection is no more; no answer is ever told for NoAnswer requests. */
    CompletableFuture<ApiMessage> ask(ApiKey key, short version, ApiMessage request, boolean answered) {
        CompletableFuture<ApiMessage> answer = new CompletableFuture<>();
        if (!clientOpen) {
            answer.completeExceptionally(new PeerException("the connection is closed"));
            return answer;
        }
        ByteBuffer bytes = SimWire.encode(request, version);
        if (answered) {
            asked.add(new Asked(key, version, answer));
        } else {
            answer.complete(null);
        }
        there.send(() -> serverEnd.arrived(key, version, bytes));
        return answer;
    }

    /** The client gives it up: what waits fails, and the server learns of it. */
    void close(String why) {
        if (clientOpen) {
            clientGone(why);
            there.send(serverEnd::gone);
        }
    }

    private void clientGone(String why) {
        if (!clientOpen) {
            return;
        }
        clientOpen = false;
        while (!asked.isEmpty()) {
            asked.poll().answer().completeExceptionally(new PeerException(why));
        }
        lost.complete(null);
        forget();
    }

    private void forget() {
        if (registered && !clientOpen && !serverEnd.isOpen()) {
            registered = false;
            network.closed(this);
        }
    }

    // ---- the server's end

    void answer(ByteBuffer bytes) {
        back.send(() -> client.execute(() -> {
            Asked next = clientOpen ? asked.poll() : null;
            if (next != null) {
                next.answer().complete(SimWire.response(next.key(), bytes, next.version()));
            }
        }));
    }

    /** The server's process has closed it, or is no more. */
    void serverClosed(String why) {
        back.send(() -> client.execute(() -> clientGone(why)));
        forget();
    }

    // ---- what happens to it

    void died(SimProcess process, boolean withoutAWord) {
        if (process == server.process() && serverEnd.isOpen()) {
            serverEnd.vanished();
            if (withoutAWord) {
                network.after(SimNetwork.GIVE_UP_US, rng, () -> client.execute(() -> clientGone("no sign of life")));
            } else {
                serverClosed("reset");
            }
        }
        if (process == client.process() && clientOpen) {
            clientOpen = false;
            asked.clear();
            if (withoutAWord) {
                network.after(SimNetwork.GIVE_UP_US, rng, serverEnd::gone);
            } else {
                there.send(serverEnd::gone);
            }
        }
        forget();
    }

    /** A message was lost for good: both ends find out, each in its time. */
    private void breakApart() {
        network.trace().note("network", "the connection of %s to %s breaks", clientNode, server.node());
        network.after(rng.below(300_000), rng, () -> client.execute(() -> clientGone("reset")));
        network.after(rng.below(300_000), rng, serverEnd::gone);
    }

    /** A partition has healed: what waited is on its way again. */
    void flow() {
        there.flow();
        back.flow();
    }

    void serverEndGone() {
        forget();
    }

    /** One direction: in order. */
    private final class Way {
        private final int from;
        private final int to;
        private final Deque<Runnable> waiting = new ArrayDeque<>();
        private long lastUs;
        private final Rng rng;
        private boolean broken;

        Way(int from, int to, Rng rng) {
            this.from = from;
            this.to = to;
            this.rng = rng;
        }

        void send(Runnable arrival) {
            if (broken) {
                return;
            }
            if (network.losesNext(rng)) {
                broken = true;
                breakApart();
                return;
            }
            lastUs = Math.max(lastUs + 1, network.wires().scheduler().nowUs() + network.delayUs(rng));
            network.after(lastUs - network.wires().scheduler().nowUs(), rng, () -> arrive(arrival));
        }

        private void arrive(Runnable arrival) {
            if (network.isSilent(to) || network.isSilent(from)) {
                return;
            }
            if (waiting.isEmpty() && !network.isBlocked(from, to)) {
                arrival.run();
                return;
            }
            if (waiting.isEmpty()) {
                network.after(SimNetwork.GIVE_UP_US, rng, () -> {
                    if (!waiting.isEmpty()) {
                        broken = true;
                        waiting.clear();
                        breakApart();
                    }
                });
            }
            waiting.add(arrival);
        }

        void flow() {
            if (!waiting.isEmpty() && !network.isBlocked(from, to)) {
                network.after(
                        rng.below(400_000),
                        rng,
                        () -> { // TCP's next try
                            while (!waiting.isEmpty() && !network.isBlocked(from, to)) {
                                waiting.poll().run();
                            }
                        });
            }
        }
    }
}
