package io.millrace.broker.replica;

import io.millrace.broker.cluster.BrokerRegistration;
import io.millrace.broker.cluster.ClusterView;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who is gone: a broker whose registration is gone, or whose connection broke and whose address refuses another one. The
 * second is what makes a failover fast; it needs no more proof, since a claim that it leads to is fenced by the epoch.
 *
 * <p>To hear at once of a process that died, a connection to each other broker is kept. A host that is lost without a
 * word is left to the session in ZooKeeper.
 *
 * <p>Threading: {@link #isGone} from any thread, all else in the lane that it was given.
 */
final class Liveness {
    private static final Logger LOG = LoggerFactory.getLogger(Liveness.class);
    private static final long ASK_AGAIN_MS = 250;
    private static final long WATCH_AGAIN_MS = 4;

    private final int self;
    private final PeerClient peers;
    private final ReplicaRuntime.Lane lane;
    private final ReplicaRuntime runtime;
    private final IntConsumer onGone;
    private final Map<Integer, Long> watched = new HashMap<>(); // by id, the epoch of the registration
    private final Map<Integer, Integer> brokenInARow = new HashMap<>(); // connections that had hardly been made
    private final Map<Integer, Refused> refused = new ConcurrentHashMap<>();

    /** That life of a broker is over. */
    private record Refused(long epoch, long sinceMs) {}

    /** @param onGone told in the lane of a broker that is registered still, and gone */
    Liveness(int self, PeerClient peers, ReplicaRuntime runtime, ReplicaRuntime.Lane lane, IntConsumer onGone) {
        this.self = self;
        this.peers = peers;
        this.runtime = runtime;
        this.lane = lane;
        this.onGone = onGone;
    }

    /** Whether a broker is gone, as far as this broker knows. */
    boolean isGone(ClusterView view, int broker) {
        if (broker == self) {
            return false;
        }
        return view.broker(broker).filter(registered -> !isRefused(registered)).isEmpty();
    }

    /** Whether a broker has been gone for a moment only, as far as this broker knows; its registration is there still. */
    boolean isJustGone(ClusterView view, int broker, long withinMs) {
        return view.broker(broker)
                .filter(this::isRefused)
                .map(registered -> refused.get(broker))
                .filter(gone -> runtime.ticksMs() - gone.sinceMs() < withinMs)
                .isPresent();
    }

    private boolean isRefused(BrokerRegistration registered) {
        Refused gone = refused.get(registered.id());
        return gone != null && gone.epoch() == registered.epoch();
    }

    /** Keeps a connection to every broker that the view has. */
    void update(ClusterView view) {
        watched.keySet().retainAll(view.brokers().keySet());
        refused.keySet().retainAll(view.brokers().keySet());
        brokenInARow.keySet().retainAll(view.brokers().keySet());
        for (BrokerRegistration broker : view.brokers().values()) {
            Long known = watched.get(broker.id());
            if (broker.id() != self && (known == null || known != broker.epoch())) {
                watched.put(broker.id(), broker.epoch());
                watch(broker);
            }
        }
    }

    private boolean isCurrent(BrokerRegistration broker) {
        Long epoch = watched.get(broker.id());
        return epoch != null && epoch == broker.epoch();
    }

    private void watch(BrokerRegistration broker) {
        long sinceMs = runtime.ticksMs();
        peers.lost(broker)
                .whenComplete((lost, failure) -> lane.execute(() -> {
                    if (runtime.ticksMs() - sinceMs > ASK_AGAIN_MS) {
                        brokenInARow.remove(broker.id());
                    }
                    suspect(broker);
                }));
    }

    /** Something about a broker's connection went wrong: is it still there? */
    private void suspect(BrokerRegistration broker) {
        if (isCurrent(broker)) {
            peers.dial(broker).thenAccept(reach -> lane.execute(() -> dialled(broker, reach)));
        }
    }

    private void dialled(BrokerRegistration broker, PeerClient.Reach reach) {
        if (!isCurrent(broker)) {
            return;
        }
        switch (reach) {
            case REFUSED -> {
                if (!isRefused(broker)) {
                    refused.put(broker.id(), new Refused(broker.epoch(), runtime.ticksMs()));
                    LOG.info("Broker {} is gone: its connection broke and its address refuses others", broker.id());
                    onGone.accept(broker.id());
                }
                lane.after(ASK_AGAIN_MS, () -> suspect(broker)); // it may have been an error, and it be there again
            }
            case ANSWERS -> {
                if (refused.remove(broker.id()) != null) {
                    LOG.info("Broker {} answers again", broker.id());
                }
                lane.after(untilWatched(broker), () -> {
                    if (isCurrent(broker)) {
                        watch(broker);
                    }
                });
            }
            case SILENT -> lane.after(ASK_AGAIN_MS, () -> suspect(broker));
        }
    }

    /**
     * A process that dies may lose its connections a moment before its port: another one is kept soon, and breaks if that
     * is what it was.
     */
    private long untilWatched(BrokerRegistration broker) {
        int before = brokenInARow.merge(broker.id(), 1, Integer::sum) - 1;
        return Math.min(ASK_AGAIN_MS, WATCH_AGAIN_MS << Math.min(before, Byte.SIZE));
    }
}
