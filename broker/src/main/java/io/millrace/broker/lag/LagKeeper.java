package io.millrace.broker.lag;

import io.millrace.broker.cluster.ClusterStore;
import io.millrace.broker.group.CommittedOffset;
import io.millrace.broker.group.GroupCoordinator;
import io.millrace.broker.group.GroupPositions;
import io.millrace.broker.replica.Partitions;
import io.millrace.broker.replica.PeerClient;
import io.millrace.protocol.TopicPartition;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
 * <p>Bounds: {@link #MOST_TRACKED} partitions of groups have a history; what is beyond has its lag told and no verdict.
 *
 * <p>Threading: looks on a background thread, one look at a time; the report is read by any thread.
 */
public final class LagKeeper implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LagKeeper.class);
    private static final int MOST_TRACKED = 50_000;

    private final GroupCoordinator groups;
    private final PartitionEnds ends;
    private final LagConfig config;
    private final LongSupplier nowMs;
    private final ScheduledExecutorService background;
    private final Executor lane;
    private final Map<Key, Progress> progress = new HashMap<>(); // these two: one look at a time
    private final Map<TopicPartition, EndHistory> histories = new HashMap<>();
    private volatile LagReport report = LagReport.NONE;
    private volatile boolean closed;

    private record Key(String group, TopicPartition partition) {}

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
        groups.positions()
                .thenComposeAsync(all -> ends.of(partitionsOf(all)).thenApply(found -> new Found(all, found)), lane)
                .whenCompleteAsync(
                        (found, failure) -> {
                            if (failure == null) {
                                report = report(found);
                            } else {
                                LOG.debug("Lag cannot be told", failure);
                            }
                            later();
                        },
                        lane);
    }

    private record Found(List<GroupPositions> groups, Map<TopicPartition, Long> ends) {}

    private static Set<TopicPartition> partitionsOf(List<GroupPositions> all) {
        Set<TopicPartition> ids = new HashSet<>();
        all.forEach(group -> ids.addAll(group.offsets().keySet()));
        return ids;
    }

    private LagReport report(Found found) {
        long now = nowMs.getAsLong();
        histories.keySet().retainAll(found.ends().keySet());
        found.ends().forEach((id, end) -> {
            if (histories.size() < MOST_TRACKED || histories.containsKey(id)) {
                histories.computeIfAbsent(id, key -> new EndHistory()).add(now, end);
            }
        });
        Set<Key> seen = new HashSet<>();
        List<LagReport.OfGroup> all = new ArrayList<>();
        for (GroupPositions group : found.groups()) {
            List<LagReport.OfPartition> parts = new ArrayList<>();
            Verdict worst = Verdict.OK;
            for (Map.Entry<TopicPartition, CommittedOffset> offset :
                    group.offsets().entrySet()) {
                Key key = new Key(group.groupId(), offset.getKey());
                seen.add(key);
                LagReport.OfPartition part =
                        part(key, offset.getValue(), found.ends().getOrDefault(offset.getKey(), -1L), now);
                parts.add(part);
                worst = worst.orWorse(part.verdict());
            }
            all.add(new LagReport.OfGroup(group.groupId(), group.state(), group.members(), worst, List.copyOf(parts)));
        }
        progress.keySet().retainAll(seen);
        return new LagReport(now, List.copyOf(all));
    }

    private LagReport.OfPartition part(Key key, CommittedOffset offset, long end, long now) {
        long committed = offset.offset();
        if (end < 0) {
            return new LagReport.OfPartition(key.group(), key.partition(), committed, end, 0, 0, Verdict.OK);
        }
        long records = Math.max(0, end - committed);
        Verdict verdict = Verdict.OK;
        if (progress.size() < MOST_TRACKED || progress.containsKey(key)) {
            verdict = progress.computeIfAbsent(key, made -> new Progress(config.windowMs()))
                    .look(now, committed, offset.commitTimestampMs(), records);
        }
        EndHistory history = histories.get(key.partition());
        long ageMs = history == null ? 0 : history.ageMs(committed, now);
        return new LagReport.OfPartition(key.group(), key.partition(), committed, end, records, ageMs, verdict);
    }

    @Override
    public void close() {
        closed = true;
    }
}
