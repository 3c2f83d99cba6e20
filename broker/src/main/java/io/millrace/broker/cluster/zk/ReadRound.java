package io.millrace.broker.cluster.zk;

import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a set of znodes, many at a time, and keeps what it found until all have answered.
 *
 * <p>Threading: event thread.
 */
final class ReadRound {
    private static final Logger LOG = LoggerFactory.getLogger(ReadRound.class);
    private static final int WINDOW = 1000; // at about as many ZooKeeper stops reading from a client

    private final ZkConnection zk;
    private final Iterator<Watched> left;
    private final Consumer<Map<Watched, Optional<Znode>>> whenDone;
    private final Runnable whenLost;
    private final Map<Watched, Optional<Znode>> found = new LinkedHashMap<>(); // in the order of the answers
    private int inFlight;
    private boolean over;

    /** Calls one of the two at its end, and neither after {@link #abandon}. */
    ReadRound(
            ZkConnection zk,
            Collection<Watched> wanted,
            Consumer<Map<Watched, Optional<Znode>>> whenDone,
            Runnable whenLost) {
        this.zk = zk;
        this.left = List.copyOf(wanted).iterator();
        this.whenDone = whenDone;
        this.whenLost = whenLost;
    }

    void begin() {
        while (inFlight < WINDOW && left.hasNext()) {
            Watched watched = left.next();
            inFlight++;
            EventThread.whenDone(zk.readOnce(watched.path()), (node, failure) -> answered(watched, node, failure));
        }
        if (inFlight == 0 && !over) {
            over = true;
            whenDone.accept(found);
        }
    }

    /** What has been found for this one is out of date: its newer value is known already. */
    void supersede(Watched watched) {
        found.remove(watched);
    }

    void abandon() {
        over = true;
    }

    private void answered(Watched watched, Optional<Znode> node, Throwable failure) {
        if (over) {
            return;
        }
        inFlight--;
        if (failure == null) {
            found.put(watched, node);
        } else if (ZkConnection.isLost(failure)) {
            over = true;
            whenLost.run();
            return;
        } else {
            LOG.warn(
                    "Znode {} cannot be read, so its last known value stays: {}", watched.path(), failure.getMessage());
        }
        begin();
    }
}
