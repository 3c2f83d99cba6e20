package io.millrace.broker.sim;

import io.millrace.broker.cluster.BrokerRegistration;
import io.millrace.broker.cluster.ClusterStore;
import io.millrace.broker.cluster.ClusterView;
import io.millrace.broker.cluster.InMemoryClusterStore;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The one truth that the stores of all brokers look at, as an ensemble keeps it: every write at once and whole, in one
 * order. What the operations mean is {@link InMemoryClusterStore}'s business; here is who hears of them, and when.
 *
 * <p>Threading: the world's thread.
 */
final class SimTruth {
    /** The ensemble's place in the network. */
    static final int NODE = 0;

    private static final int NOBODY = -1;

    private final SimNetwork network;
    private final InMemoryClusterStore server;
    private final List<SimStore> stores = new ArrayList<>();
    private final List<Consumer<ClusterView>> observers = new ArrayList<>();
    private long revision;
    private long epochs = 100;
    private boolean available = true;
    private int writer = NOBODY;

    SimTruth(SimNetwork network) {
        this.network = network;
        this.server = new InMemoryClusterStore(new InMemoryClusterStore.Truth("simulated"), new AtOnce());
        server.subscribe(change -> {
            revision++;
            observers.forEach(observer -> observer.accept(change.after()));
            List.copyOf(stores).forEach(SimStore::changed);
        });
    }

    /** Runs everything at once, and one after the other. */
    private static final class AtOnce implements Executor {
        private final Deque<Runnable> queue = new ArrayDeque<>();
        private boolean running;

        @Override
        public void execute(Runnable task) {
            queue.add(task);
            if (!running) {
                running = true;
                try {
                    while (!queue.isEmpty()) {
                        queue.poll().run();
                    }
                } finally {
                    running = false;
                }
            }
        }
    }

    ClusterView view() {
        return server.view();
    }

    /** Counts views. */
    long revision() {
        return revision;
    }

    /** The operations, done at once. */
    ClusterStore server() {
        return server;
    }

    /** Does a broker's operation. */
    <T> T by(int broker, Function<ClusterStore, T> operation) {
        writer = broker;
        try {
            return operation.apply(server);
        } finally {
            writer = NOBODY;
        }
    }

    /** Whose operation is being done; -1 if none of a broker. */
    int writer() {
        return writer;
    }

    SimNetwork network() {
        return network;
    }

    /** Is told of every new view at once: for those who check. */
    void observe(Consumer<ClusterView> observer) {
        observers.add(observer);
    }

    void opened(SimStore store) {
        stores.add(store);
    }

    void closed(SimStore store) {
        stores.remove(store);
    }

    /** Whether a majority of the ensemble is up. */
    boolean isAvailable() {
        return available;
    }

    void available(boolean now) {
        if (available != now) {
            available = now;
            network.trace().note("store", now ? "has a majority again" : "has lost its majority");
        }
    }

    /** In place of what an earlier life of the broker has left. */
    BrokerRegistration put(BrokerRegistration wanted) {
        BrokerRegistration registration = wanted.withEpoch(epochs++);
        network.trace().note("store", "broker %s is registered, epoch %s", wanted.id(), registration.epoch());
        server.tamper(edit -> edit.putBroker(registration));
        return registration;
    }

    /** Changes what a broker says of itself. */
    void update(BrokerRegistration next) {
        server.tamper(edit -> edit.putBroker(next));
    }

    /** Takes a registration away, if it is still this one. */
    void remove(int id, long epoch, String why) {
        Optional<BrokerRegistration> now = view().broker(id);
        if (now.isPresent() && now.get().epoch() == epoch) {
            network.trace().note("store", "the registration of broker %s goes: %s", id, why);
            server.tamper(edit -> edit.removeBroker(id));
        }
    }
}
