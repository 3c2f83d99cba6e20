package io.millrace.broker.cluster.zk;

import io.millrace.broker.cluster.BrokerRegistration;
import io.millrace.broker.cluster.ClusterView;
import io.millrace.broker.cluster.Endpoint;
import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.ZooDefs.Ids;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps this broker's ephemeral znode in place, in one session after another.
 *
 * <p>A znode of another session stands in the way of a broker that comes back faster than its old session ends, and of a
 * second broker that was given the same id by mistake. They are told apart by who answers at the registered address: an
 * address of our own can be nobody else's, since we hold its port; one that refuses connections has no broker; one that
 * accepts them has. Where nothing answers at all, the session's end is waited for.
 *
 * <p>Threading: event thread.
 */
final class Registration implements ZkConnection.Listener {
    private static final Logger LOG = LoggerFactory.getLogger(Registration.class);
    private static final long ASK_AGAIN_MS = 500;

    private final ZkConnection zk;
    private final EventThread events;
    private final Dialer dialer;
    private final Clock clock;
    private final long patienceNanos;
    private final CompletableFuture<BrokerRegistration> first = new CompletableFuture<>();
    private final Set<Long> ownSessions = new HashSet<>();
    private final List<CompletableFuture<Void>> updates = new ArrayList<>(); // wait until the znode says what is wanted
    private BrokerRegistration wanted;
    private byte[] data;
    private boolean ended;
    private boolean busy;
    private long busySinceNanos;
    private Optional<Long> epoch = Optional.empty();

    Registration(
            ZkConnection zk,
            EventThread events,
            Dialer dialer,
            BrokerRegistration wanted,
            Clock clock,
            int sessionTimeoutMs) {
        this.zk = zk;
        this.events = events;
        this.dialer = dialer;
        this.clock = clock;
        this.wanted = wanted;
        this.data = BrokerNode.encode(wanted, clock);
        this.patienceNanos = TimeUnit.MILLISECONDS.toNanos(2L * sessionTimeoutMs); // servers round up
    }

    /** Completes when this broker is known for the first time. */
    CompletableFuture<BrokerRegistration> first() {
        return first;
    }

    /** Has the znode say something else, in this session and later ones. Completes when it does. */
    CompletableFuture<Void> update(BrokerRegistration next) {
        if (epoch.isEmpty() || next.id() != wanted.id()) {
            return CompletableFuture.failedFuture(
                    new IllegalStateException("Broker " + next.id() + " is not registered here"));
        }
        wanted = next;
        data = BrokerNode.encode(next, clock);
        CompletableFuture<Void> updated = new CompletableFuture<>();
        updates.add(updated);
        begin();
        return updated;
    }

    @Override
    public void connected(long sessionId) {
        ownSessions.add(sessionId);
        begin();
    }

    /** Puts the znode back if somebody else has taken it away. */
    void seen(ClusterView view) {
        if (!epoch.equals(view.broker(wanted.id()).map(BrokerRegistration::epoch))) {
            begin();
        }
    }

    /** The broker leaves: its znode goes with the session. */
    void end() {
        ended = true;
    }

    /** As {@link #end}, and the znode goes now. Completes when it is gone. */
    CompletableFuture<Void> leave() {
        end();
        String path = BrokerNode.path(wanted.id());
        return zk.read(path).thenCompose(found -> found.filter(node -> node.owner() == zk.sessionId())
                .map(own -> zk.commit(List.of(Op.delete(path, own.version()))).<Void>thenApply(outcome -> null))
                .orElseGet(() -> CompletableFuture.completedFuture(null)));
    }

    private void begin() {
        if (!busy && !ended && !first.isCompletedExceptionally()) {
            busy = true;
            busySinceNanos = System.nanoTime();
            attempt();
        }
    }

    private void attempt() {
        String path = BrokerNode.path(wanted.id());
        onwards(zk.read(path), found -> {
            long session = zk.sessionId();
            if (ended || session == ZkConnection.NO_SESSION) {
                busy = false; // the next session begins again
            } else if (found.isEmpty()) {
                commit(List.of(create(path)));
            } else if (found.get().owner() == session) {
                owned(found.get());
            } else {
                judge(found.get());
            }
        });
    }

    private void owned(Znode node) {
        if (Arrays.equals(node.data(), data)) {
            registered(node.createdZxid());
        } else {
            commit(List.of(Op.setData(BrokerNode.path(wanted.id()), data, node.version())));
        }
    }

    private void commit(List<Op> ops) {
        // Whatever the outcome, reading again tells who is there now.
        onwards(zk.commit(ops), outcome -> attempt());
    }

    private <T> void onwards(CompletableFuture<T> step, Consumer<T> next) {
        EventThread.whenDone(step, (value, failure) -> {
            if (failure == null) {
                next.accept(value);
            } else {
                failed(failure);
            }
        });
    }

    private void judge(Znode node) {
        Optional<BrokerRegistration> other = decode(node);
        boolean sameAddress = other.isPresent() && sharesAddress(other.get());
        if (ownSessions.contains(node.owner()) || (sameAddress && epoch.isEmpty())) {
            replace(node);
        } else if (other.isEmpty() || sameAddress) {
            waitOrRefuse(other);
        } else {
            CompletableFuture<Dialer.Answer> answer = dialer.dial(other.get().endpoints());
            onwards(answer.thenApplyAsync(heard -> heard, events), heard -> {
                switch (heard) {
                    case REFUSED -> replace(node);
                    case ACCEPTED -> refuse(other);
                    case SILENT -> waitOrRefuse(other);
                }
            });
        }
    }

    private void replace(Znode stale) {
        String path = BrokerNode.path(wanted.id());
        LOG.info("Replacing the registration that an earlier life of broker {} has left", wanted.id());
        commit(List.of(Op.delete(path, stale.version()), create(path)));
    }

    private void waitOrRefuse(Optional<BrokerRegistration> other) {
        if (System.nanoTime() - busySinceNanos < patienceNanos) {
            events.after(ASK_AGAIN_MS, this::attempt);
        } else {
            refuse(other);
        }
    }

    private void refuse(Optional<BrokerRegistration> other) {
        String where = other.map(broker -> " at " + broker.endpoints()).orElse("");
        String message = "Broker id " + wanted.id() + " is in use by another living broker" + where
                + ": give every broker an id of its own";
        busy = false;
        if (epoch.isEmpty()) {
            first.completeExceptionally(new ApiException(ErrorCode.DUPLICATE_BROKER_REGISTRATION, message));
        } else {
            LOG.error(message);
            events.after(TimeUnit.NANOSECONDS.toMillis(patienceNanos), this::begin);
        }
    }

    private void registered(long newEpoch) {
        busy = false;
        epoch = Optional.of(newEpoch);
        first.complete(wanted.withEpoch(newEpoch));
        takeUpdates().forEach(update -> update.complete(null));
    }

    private List<CompletableFuture<Void>> takeUpdates() {
        List<CompletableFuture<Void>> taken = List.copyOf(updates);
        updates.clear();
        return taken;
    }

    private void failed(Throwable failure) {
        busy = false;
        takeUpdates().forEach(update -> update.completeExceptionally(EventThread.cause(failure)));
        if (epoch.isEmpty()) {
            first.completeExceptionally(failure);
        } else if (!ended) {
            LOG.warn("Registering broker {} failed, and is tried again: {}", wanted.id(), failure.getMessage());
            events.after(ASK_AGAIN_MS, this::begin);
        }
    }

    private boolean sharesAddress(BrokerRegistration other) {
        return wanted.endpoints().stream()
                .anyMatch(ours -> other.endpoints().stream().anyMatch((Endpoint theirs) -> theirs.sameAddress(ours)));
    }

    private Optional<BrokerRegistration> decode(Znode node) {
        try {
            return Optional.of(BrokerNode.decode(wanted.id(), node));
        } catch (CorruptNodeException e) {
            LOG.warn("Znode {} {}", BrokerNode.path(wanted.id()), e.getMessage());
            return Optional.empty();
        }
    }

    private Op create(String path) {
        return Op.create(path, data, Ids.OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL);
    }
}
