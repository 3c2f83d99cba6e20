package io.millrace.broker.lag;

import io.millrace.broker.cluster.ClusterStore;
import io.millrace.broker.group.GroupCoordinator;
import io.millrace.broker.group.GroupPositions;
import io.millrace.broker.replica.Partitions;
import io.millrace.broker.replica.PeerClient;
import io.millrace.protocol.TopicPartition;
import java.time.Clock;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks again and again how far the groups of this broker are behind, and keeps the last report for whoever asks.
 *
 * <p>Threading: looks on a background thread, one look at a time; the report is read by any thread.
 */
public final class LagKeeper implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LagKeeper.class);

    private final GroupCoordinator groups;
    private final PartitionEnds ends;
    private final LagConfig config;
    private final LongSupplier nowMs;
    private final LagBook book;
    private final ScheduledExecutorService background;
    private final Executor lane;
    private volatile LagReport report = LagReport.NONE;
    private volatile boolean closed;

    /** @param background where it looks; must not be interrupted */
    public LagKeeper(
            LagConfig config,
            ClusterStore cluster,
            Partitions partitions,
            GroupCoordinator groups,
            PeerClient peers,
            Clock clock,
            ScheduledExecutorService background) {
        this.config = config;
        this.groups = groups;
        this.ends = new PartitionEnds(cluster, partitions, peers);
        this.nowMs = clock::millis;
        this.book = new LagBook(config.windowMs());
        this.background = background;
        this.lane = this::run;
    }

    /** Begins to look. */
    public void start() {
        later();
    }

    /** The last report. */
    public LagReport report() {
        return report;
    }

    private void later() {
        if (!closed) {
            try {
                background.schedule(this::look, config.intervalMs(), TimeUnit.MILLISECONDS);
            } catch (RejectedExecutionException e) {
                LOG.debug("The broker stops", e);
            }
        }
    }

    private void run(Runnable step) {
        try {
            background.execute(step);
        } catch (RejectedExecutionException e) {
            LOG.debug("The broker stops", e);
        }
    }

    private void look() {
        CompletableFuture.completedFuture(null)
                .thenCompose(begun -> groups.positions())
                .thenComposeAsync(this::found, lane)
                .thenAcceptAsync(found -> report = book.enter(nowMs.getAsLong(), found.groups(), found.ends()), lane)
                .whenCompleteAsync(
                        (done, failure) -> {
                            if (failure != null && !closed) {
                                LOG.warn("Lag cannot be told this time", failure);
                            }
                            later();
                        },
                        lane);
    }

    /** @param ends of those whose leader told this time */
    private record Found(List<GroupPositions> groups, Map<TopicPartition, Long> ends) {}

    private CompletionStage<Found> found(List<GroupPositions> all) {
        Set<TopicPartition> ids = new HashSet<>();
        all.forEach(group -> ids.addAll(group.offsets().keySet()));
        return ends.of(ids).thenApply(told -> new Found(all, told));
    }

    @Override
    public void close() {
        closed = true;
    }
}
