package io.millrace.broker.sim;

import io.millrace.broker.replica.PeerClient.Reach;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * Who reaches whom, and how fast: delays, one-way partitions, hosts that are gone without a word.
 *
 * <p>What is sent into a partition waits, as TCP sends it again, until the partition heals or the connection is given up.
 * A message that is lost is a connection that breaks.
 *
 * <p>Threading: the world's thread.
 */
final class SimNetwork {
    /** So long a connection lives on whose packets do not arrive. */
    static final long GIVE_UP_US = 15_000_000;

    private static final long DIAL_US = 1_000_000;

    private final SimProcess wires;
    private final Trace trace;
    private final Rng rng;
    private final long fastestUs;
    private final long spreadUs;
    private final Map<Integer, SimServer> servers = new HashMap<>();
    private final Set<Integer> silent = new TreeSet<>();
    private final Set<List<Integer>> blocked = new LinkedHashSet<>();
    private final List<SimConnection> connections = new ArrayList<>();
    private int lossPerMyriad;

    SimNetwork(SimProcess wires, Trace trace) {
        this.wires = wires;
        this.trace = trace;
        this.rng = wires.stream("network");
        this.fastestUs = rng.between(30, 500);
        this.spreadUs = rng.between(50, 3_000);
    }

    SimProcess wires() {
        return wires;
    }

    Trace trace() {
        return trace;
    }

    /** Of ten thousand messages, so many break their connection. */
    void lose(int perMyriad) {
        lossPerMyriad = perMyriad;
    }

    // ---- who is there

    void listen(int node, SimServer server) {
        servers.put(node, server);
        silent.remove(node);
    }

    /** Takes no more connections; those that there are stay. */
    void stopListening(int node) {
        servers.remove(node);
    }

    /**
     * The process at a node is gone.
     *
     * @param withoutAWord whether its host is gone too: then nobody is told, and nobody refuses
     */
    void died(int node, SimProcess process, boolean withoutAWord) {
        servers.remove(node);
        if (withoutAWord) {
            silent.add(node);
        }
        for (SimConnection connection : List.copyOf(connections)) {
            connection.died(process, withoutAWord);
        }
    }

    /** The host is there again, if its process is not yet. */
    void hostIsBack(int node) {
        silent.remove(node);
    }

    // ---- who reaches whom

    void block(int from, int to) {
        if (blocked.add(List.of(from, to))) {
            trace.note("network", "%s no longer reaches %s", from, to);
        }
    }

    void unblock(int from, int to) {
        if (blocked.remove(List.of(from, to))) {
            trace.note("network", "%s reaches %s again", from, to);
            List.copyOf(connections).forEach(SimConnection::flow);
        }
    }

    void healAll() {
        for (List<Integer> way : List.copyOf(blocked)) {
            unblock(way.get(0), way.get(1));
        }
        silent.clear();
    }

    boolean isBlocked(int from, int to) {
        return blocked.contains(List.of(from, to));
    }

    boolean isSilent(int node) {
        return silent.contains(node);
    }

    /** How long the next message takes. */
    long delayUs(Rng stream) {
        long delay = fastestUs + stream.below(spreadUs);
        return stream.oneIn(200) ? delay + stream.below(60_000) : delay;
    }

    boolean losesNext(Rng stream) {
        return lossPerMyriad > 0 && stream.below(10_000) < lossPerMyriad;
    }

    // ---- connecting

    /** Tries to connect; tells in a lane what came of it, and the server where somebody answers. */
    void dial(int from, int to, SimLane lane, Rng stream, Consumer<Answer> told) {
        long there = delayUs(stream);
        long back = delayUs(stream);
        boolean[] done = new boolean[1];
        lane.afterUs(DIAL_US, () -> {
            if (!done[0]) {
                done[0] = true;
                told.accept(new Answer(Reach.SILENT, null));
            }
        });
        after(there, stream, () -> {
            if (isBlocked(from, to) || isBlocked(to, from) || isSilent(to)) {
                return;
            }
            SimServer server = servers.get(to);
            after(
                    back,
                    stream,
                    () -> lane.execute(() -> {
                        if (!done[0]) {
                            done[0] = true;
                            told.accept(new Answer(server == null ? Reach.REFUSED : Reach.ANSWERS, server));
                        }
                    }));
        });
    }

    /** @param server who answers; null where nobody does */
    record Answer(Reach reach, SimServer server) {}

    void after(long delayUs, Rng stream, Runnable task) {
        wires.scheduler().add(wires.scheduler().nowUs() + delayUs, stream.nextLong(), 0, wires, task);
    }

    void opened(SimConnection connection) {
        connections.add(connection);
    }

    void closed(SimConnection connection) {
        connections.remove(connection);
    }
}
