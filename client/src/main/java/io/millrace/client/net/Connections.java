package io.millrace.client.net;

import io.millrace.client.BrokerAddress;
import io.millrace.client.ClientConfig;
import io.millrace.client.MillraceException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * All connections of one client: one for each broker and lane, made when first used, gone when the cluster has no such
 * broker any more.
 *
 * <p>Before anything is known of the cluster, and when no broker of it can be reached, there are the bootstrap addresses,
 * under negative ids.
 *
 * <p>Threading: the I/O thread.
 */
public final class Connections {
    private final ClientRuntime runtime;
    private final IoThread thread;
    private final ClientConfig config;
    private final Map<Target, Connection> connections = new HashMap<>();
    private final List<Runnable> listeners = new ArrayList<>();
    private Map<Integer, BrokerAddress> brokers = Map.of();
    private Map<Integer, BrokerAddress> seeds = Map.of();

    /** Where the search for a broker begins, so that failures do not always meet the same one first. */
    private int turn;

    /** The cluster's brokers, if any are known, could not be reached: bootstrap addresses are tried with them. */
    private boolean beginsAnew;

    private boolean closed;

    Connections(ClientRuntime runtime, IoThread thread, ClientConfig config) {
        this.runtime = runtime;
        this.thread = thread;
        this.config = config;
    }

    /** Has a task run on the I/O thread whenever some connection has become ready or was lost. */
    public void onChange(Runnable listener) {
        listeners.add(listener);
    }

    private void changed() {
        List.copyOf(listeners).forEach(Runnable::run);
    }

    /** Whether a request to a broker would go out at once; begins to connect if not. */
    public boolean prepare(Target target) {
        return find(target).map(Connection::prepare).orElse(false);
    }

    /** Whether a broker is known and no attempt to reach it has just failed. */
    public boolean isWorthTrying(Target target) {
        return find(target).map(Connection::isWorthTrying).orElse(false);
    }

    /** Whether a broker is not known, or could not be reached lately and was not since. */
    public boolean isInTrouble(Target target) {
        return find(target).map(Connection::isInTrouble).orElse(true);
    }

    /** How long until it makes sense to {@link #prepare} again, in nanoseconds; 0 if that is up to events. */
    public long waitNs(Target target) {
        return find(target).map(Connection::waitNs).orElse(0L);
    }

    /** What the broker serves, while there is a connection to it. */
    public Optional<Versions> versions(Target target) {
        return find(target).flatMap(Connection::versions);
    }

    void send(Target target, PendingRequest<?> request) {
        Optional<Connection> connection = target.nodeId() == Target.ANY_NODE ? any() : find(target);
        if (connection.isPresent()) {
            connection.get().send(request);
        } else {
            request.releaseRecords();
            request.fail(whyNone(target));
        }
    }

    private MillraceException whyNone(Target target) {
        if (closed) {
            return MillraceException.closed("The client was closed");
        }
        return target.nodeId() == Target.ANY_NODE
                ? MillraceException.unreachable("No broker of " + (brokers.isEmpty() ? seeds : brokers).values()
                        + " can be reached; check bootstrap.servers, the network and that brokers run")
                : MillraceException.unreachable("Broker " + target.nodeId() + " is not known to the cluster now");
    }

    /** Connected with the least to do; else one that may be tried. Empty if each was tried and failed just now. */
    private Optional<Connection> any() {
        Optional<Connection> best = Optional.empty();
        for (Map.Entry<Target, Connection> entry : connections.entrySet()) {
            Connection connection = entry.getValue();
            if (entry.getKey().lane() == Lane.MAIN
                    && connection.state() == Connection.State.READY
                    && (best.isEmpty() || connection.load() < best.get().load())) {
                best = Optional.of(connection);
            }
        }
        return best.or(this::nextWorthTrying);
    }

    /** The next in turn, of the bootstrap addresses, too, once the cluster's brokers were tried in vain. */
    private Optional<Connection> nextWorthTrying() {
        List<Integer> ids = new ArrayList<>(brokers.keySet());
        if (beginsAnew || ids.isEmpty()) {
            ids.addAll(seeds.keySet());
        }
        turn++;
        for (int i = 0; i < ids.size(); i++) {
            int id = ids.get(Math.floorMod(turn + i, ids.size()));
            Optional<Connection> connection = find(Target.broker(id)).filter(Connection::isWorthTrying);
            if (connection.isPresent()) {
                return connection;
            }
        }
        return Optional.empty();
    }

    private Optional<Connection> find(Target target) {
        Connection connection = connections.get(target);
        BrokerAddress address = target.nodeId() < 0 ? seeds.get(target.nodeId()) : brokers.get(target.nodeId());
        if (address == null || closed) {
            return Optional.empty();
        }
        if (connection == null) {
            String name = target.nodeId() < 0 ? "the bootstrap broker" : "broker " + target.nodeId();
            connection = new Connection(runtime, thread, config, address, name, this::changed);
            connections.put(target, connection);
        }
        return Optional.of(connection);
    }

    /** The cluster has these brokers now. Connections to others, and to old addresses, end. */
    void brokersAre(Map<Integer, BrokerAddress> now) {
        beginsAnew = false;
        brokers = Map.copyOf(now);
        endUnknown();
        brokers.forEach(this::adopt);
    }

    /** A bootstrap address that turns out to be a broker's: its connection is that broker's from now on, and one is enough. */
    private void adopt(int broker, BrokerAddress address) {
        if (connections.containsKey(Target.broker(broker))) {
            return;
        }
        for (int seed : seeds.keySet()) {
            Connection connection = connections.get(Target.broker(seed));
            if (connection != null
                    && connection.address().equals(address)
                    && connection.state() == Connection.State.READY) {
                connections.remove(Target.broker(seed));
                connections.put(Target.broker(broker), connection);
                connection.isTo("broker " + broker);
                return;
            }
        }
    }

    /** These addresses are where to begin, at first or again. */
    void seedsAre(List<BrokerAddress> addresses) {
        beginsAnew = true;
        Map<Integer, BrokerAddress> numbered = new HashMap<>();
        Set<BrokerAddress> distinct = new HashSet<>();
        for (BrokerAddress address : addresses) {
            if (distinct.add(address)) {
                numbered.put(-1 - numbered.size(), address);
            }
        }
        seeds = Map.copyOf(numbered);
        endUnknown();
    }

    private void endUnknown() {
        for (Target target : List.copyOf(connections.keySet())) {
            Connection connection = connections.get(target);
            BrokerAddress address = target.nodeId() < 0 ? seeds.get(target.nodeId()) : brokers.get(target.nodeId());
            if (!connection.address().equals(address)) {
                connections.remove(target);
                connection.close();
            }
        }
    }

    /** How many brokers there are to be tried before it makes sense to begin anew. */
    int known() {
        return brokers.size();
    }

    void close() {
        closed = true;
        List<Connection> all = new ArrayList<>(connections.values());
        connections.clear();
        listeners.clear();
        all.forEach(Connection::close);
    }
}
