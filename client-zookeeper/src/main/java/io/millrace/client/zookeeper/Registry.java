package io.millrace.client.zookeeper;

import io.millrace.client.BrokerAddress;
import io.millrace.client.MillraceException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.apache.zookeeper.KeeperException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The brokers that are registered in ZooKeeper at one moment.
 *
 * <p>Threading: the caller's thread, which waits.
 */
final class Registry {
    private static final Logger LOG = LoggerFactory.getLogger(Registry.class);
    private static final String BROKERS = "/brokers/ids";

    private final String connect;
    private final Optional<String> listener;
    private final Duration timeout;

    /**
     * The registry of one cluster.
     *
     * @param connect host:port with commas between, and perhaps a path behind
     * @param listener the name of the listener that clients use, or empty for any that needs neither TLS nor SASL
     * @param timeout for all that a look-up asks
     */
    Registry(String connect, Optional<String> listener, Duration timeout) {
        this.connect = connect;
        this.listener = listener;
        this.timeout = timeout;
    }

    /** Looks once, in a session of its own. Tells what it found, or why nothing, before it ends the session. */
    void look(CompletableFuture<List<BrokerAddress>> found) {
        try (Session session = new Session(connect, timeout)) {
            tell(session, found);
        } catch (IOException e) {
            found.completeExceptionally(MillraceException.unreachable("No session with ZooKeeper at " + connect, e));
        }
    }

    private void tell(Session session, CompletableFuture<List<BrokerAddress>> found) {
        try {
            found.complete(read(session));
        } catch (MillraceException e) {
            found.completeExceptionally(e);
        } catch (TimeoutException e) {
            found.completeExceptionally(MillraceException.unreachable("No ZooKeeper of " + connect + " answered within "
                    + timeout.toMillis() + " ms; check the list, the network and that ZooKeeper runs"));
        } catch (KeeperException e) {
            found.completeExceptionally(MillraceException.unreachable("ZooKeeper at " + connect + " refused", e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            found.completeExceptionally(MillraceException.closed("Interrupted while asking ZooKeeper at " + connect));
        }
    }

    private List<BrokerAddress> read(Session session) throws KeeperException, InterruptedException, TimeoutException {
        while (true) {
            session.awaitConnected();
            try {
                return readOnce(session);
            } catch (KeeperException.ConnectionLossException e) {
                LOG.debug("Lost the ZooKeeper server while reading, and try the next", e); // until the deadline
            }
        }
    }

    private List<BrokerAddress> readOnce(Session session)
            throws KeeperException, InterruptedException, TimeoutException {
        Map<String, CompletableFuture<byte[]>> asked = new LinkedHashMap<>();
        for (String id : ids(session)) {
            asked.put(id, session.data(BROKERS + "/" + id)); // all at once, and one answer after the other
        }
        List<BrokerAddress> addresses = new ArrayList<>();
        for (Map.Entry<String, CompletableFuture<byte[]>> broker : asked.entrySet()) {
            try {
                address(broker.getKey(), session.await(broker.getValue())).ifPresent(addresses::add);
            } catch (KeeperException.NoNodeException e) {
                LOG.debug("Broker {} went while the list was read", broker.getKey(), e);
            }
        }
        if (addresses.isEmpty()) {
            throw MillraceException.unreachable("Of " + asked.size() + " brokers registered in ZooKeeper at " + connect
                    + " none can be used"
                    + listener.map(name -> "; they have no listener " + name).orElse("")
                    + "; the warnings above say why");
        }
        Collections.shuffle(addresses); // a fleet spreads over all
        return List.copyOf(addresses);
    }

    private List<String> ids(Session session) throws KeeperException, InterruptedException, TimeoutException {
        List<String> ids;
        try {
            ids = session.await(session.children(BROKERS));
        } catch (KeeperException.NoNodeException e) {
            throw MillraceException.unreachable("ZooKeeper at " + connect + " has no " + BROKERS
                    + "; is this the cluster's ZooKeeper, and the path behind its address that of zookeeper.connect?");
        }
        if (ids.isEmpty()) {
            throw MillraceException.unreachable(
                    "No broker is registered in ZooKeeper at " + connect + "; start one, or wait until it is up");
        }
        return ids;
    }

    private Optional<BrokerAddress> address(String id, byte[] data) {
        try {
            Optional<BrokerAddress> address = Registration.parse(data).address(listener);
            if (address.isEmpty()) {
                LOG.warn("Passed over broker {}: it has no listener {}", id, listener.orElse("without TLS and SASL"));
            }
            return address;
        } catch (IOException e) {
            LOG.warn("Passed over {}/{} in ZooKeeper, which cannot be read: {}", BROKERS, id, e.getMessage());
            return Optional.empty();
        }
    }
}
