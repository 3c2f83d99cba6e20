package io.millrace.broker.cluster;

import io.millrace.broker.cluster.ClusterStore.Subscription;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds the latest view of a store and tells of each new one: listeners first, then those who wait for a condition.
 *
 * <p>Threading: {@link #publish} on the event thread only, the rest from any thread.
 */
public final class ViewPublisher {
    private static final Logger LOG = LoggerFactory.getLogger(ViewPublisher.class);

    private final Executor events;
    private final List<Listening> listeners = new CopyOnWriteArrayList<>();
    private final List<Waiting> waiting = new ArrayList<>(); // event thread only
    private volatile ClusterView view;

    /** {@code events} runs what it is given one after the other, on the cluster-event thread. */
    public ViewPublisher(Executor events, ClusterView first) {
        this.events = events;
        this.view = first;
    }

    public ClusterView view() {
        return view;
    }

    /** As {@link ClusterStore#subscribe}. */
    public Subscription subscribe(ClusterListener listener) {
        Listening listening = new Listening(listener);
        events.execute(() -> {
            listeners.add(listening);
            listening.tell(ClusterChange.toAllOf(view));
        });
        return listening;
    }

    /** As {@link ClusterStore#when}. */
    public CompletableFuture<ClusterView> when(Predicate<ClusterView> condition) {
        Waiting waiter = new Waiting(condition, new CompletableFuture<>());
        events.execute(() -> {
            if (!waiter.isDoneWith(view)) {
                waiting.add(waiter);
            }
        });
        return waiter.future;
    }

    /** Makes a new view the latest, and tells everybody. On the event thread. */
    public void publish(ClusterChange change) {
        view = change.after();
        listeners.forEach(listening -> listening.tell(change));
        // A waiter's continuation may wait for the next condition, so the list is not walked while they run.
        List<Waiting> asked = List.copyOf(waiting);
        waiting.clear();
        for (Waiting waiter : asked) {
            if (!waiter.isDoneWith(change.after())) {
                waiting.add(waiter);
            }
        }
    }

    /** Fails everybody who waits; on the event thread, as its last task. */
    public void close(RuntimeException reason) {
        List.copyOf(waiting).forEach(waiter -> waiter.future.completeExceptionally(reason));
        waiting.clear();
        listeners.clear();
    }

    private record Waiting(Predicate<ClusterView> condition, CompletableFuture<ClusterView> future) {
        /** Whether it need not be asked again. */
        boolean isDoneWith(ClusterView view) {
            if (future.isDone()) {
                return true;
            }
            try {
                return condition.test(view) && future.complete(view);
            } catch (RuntimeException e) {
                return future.completeExceptionally(e);
            }
        }
    }

    private final class Listening implements Subscription {
        private final ClusterListener listener;
        private volatile boolean open = true;

        Listening(ClusterListener listener) {
            this.listener = listener;
        }

        void tell(ClusterChange change) {
            if (!open) {
                return;
            }
            try {
                listener.onChange(change);
            } catch (RuntimeException e) { // one listener's defect must not keep the news from the others
                LOG.error("A listener failed on a change of the cluster's state", e);
            }
        }

        @Override
        public void close() {
            open = false;
            listeners.remove(this);
        }
    }
}
