package io.millrace.client.consumer;

import io.millrace.client.MillraceException;
import io.millrace.client.net.ClusterClient;
import io.millrace.protocol.TopicPartition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A group's member on the side of the application: takes and gives partitions inside of polls, tells the listener, and
 * commits by itself where that is wanted.
 *
 * <p>Threading: the application's thread.
 */
final class Rebalancing implements Membership.Application {
    private static final Logger LOG = LoggerFactory.getLogger(Rebalancing.class);

    /** How long letting go waits for a commit. */
    private static final Duration COMMIT_WAIT = Duration.ofSeconds(5);

    private final ClusterClient cluster;
    private final GroupConfig group;
    private final Assignment assignment;
    private final Commits commits;
    private final CommittedStarts starts;
    private final Membership membership;
    private final Runnable kick;
    private List<String> topics = List.of();
    private RebalanceListener listener = RebalanceListener.NONE;

    /** What the group gave last; it stays known after it was let go of. */
    private List<TopicPartition> had = List.of();

    private long autoCommitAtNs;

    Rebalancing(
            ClusterClient cluster,
            TopicInterest interest,
            ConsumerConfig config,
            Assignment assignment,
            PollQueue queue,
            PollWatch watch,
            Runnable kick) {
        this.cluster = cluster;
        this.group = config.group();
        this.assignment = assignment;
        this.kick = kick;
        Coordinator coordinator = new Coordinator(cluster, group.groupId());
        this.membership = new Membership(cluster, interest, config, coordinator, queue, watch, this);
        this.commits = new Commits(cluster, coordinator, membership::identity);
        this.starts = new CommittedStarts(assignment, commits, config, queue, kick);
        this.autoCommitAtNs = System.nanoTime() + group.autoCommitInterval().toNanos();
    }

    /** Wants these topics; with none the member leaves, and lets go of everything. */
    void subscribe(Collection<String> wanted, RebalanceListener told) {
        if (wanted.isEmpty()) {
            letGo(List.copyOf(assignment.partitions()));
        }
        topics = List.copyOf(Set.copyOf(wanted));
        listener = told;
        List<String> now = topics;
        cluster.thread().execute(() -> membership.subscribe(now));
    }

    boolean isSubscribed() {
        return !topics.isEmpty();
    }

    /** Partitions that were assigned by hand begin where the group has committed. */
    void findStarts() {
        starts.find();
    }

    @Override
    public void prepare() {
        List<TopicPartition> owned = List.copyOf(assignment.partitions());
        List<TopicPartition> gone = owned.stream()
                .filter(partition -> !group.isCooperative() || !topics.contains(partition.topic()))
                .toList();
        letGo(gone);
        Membership.Holdings holdings = new Membership.Holdings(List.copyOf(assignment.partitions()), had);
        cluster.thread().execute(() -> membership.join(holdings));
    }

    @Override
    public void take(List<TopicPartition> given) {
        if (!isSubscribed()) {
            return; // it has left meanwhile
        }
        Set<TopicPartition> owned = assignment.partitions();
        List<TopicPartition> gone =
                owned.stream().filter(partition -> !given.contains(partition)).toList();
        List<TopicPartition> added =
                given.stream().filter(partition -> !owned.contains(partition)).toList();
        letGo(gone);
        assignment.become(given, Optional.empty());
        had = given;
        try {
            listener.assigned(added);
        } finally {
            starts.find();
            kick.run();
            if (!gone.isEmpty()) { // now that they are free the leader can give them to others
                List<String> same = topics;
                cluster.thread().execute(() -> membership.subscribe(same));
            }
        }
    }

    @Override
    public void lose() {
        List<TopicPartition> gone = List.copyOf(assignment.partitions());
        assignment.become(List.of(), Optional.empty());
        had = List.of();
        kick.run();
        if (!gone.isEmpty()) {
            listener.lost(gone);
        }
    }

    private void letGo(List<TopicPartition> gone) {
        if (gone.isEmpty()) {
            return;
        }
        try {
            if (group.autoCommit()) {
                commitQuietly(COMMIT_WAIT);
            }
            listener.revoked(gone);
        } finally {
            List<TopicPartition> left = new ArrayList<>(assignment.partitions());
            left.removeAll(gone);
            assignment.become(left, Optional.empty());
            kick.run();
        }
    }

    private void commitQuietly(Duration atMost) {
        try {
            Waiting.join(cluster.thread(), commit(positions()), atMost, "a commit");
        } catch (MillraceException e) {
            LOG.warn(
                    "Group '{}' has no answer for positions; records may be read again: {}",
                    group.groupId(),
                    e.getMessage());
        }
    }

    /** Where all partitions are that have a position. */
    Map<TopicPartition, Commits.Committed> positions() {
        Map<TopicPartition, Commits.Committed> positions = new LinkedHashMap<>();
        assignment.states().forEach((partition, state) -> state.position()
                .ifPresent(offset -> positions.put(partition, new Commits.Committed(offset, state.epoch()))));
        return positions;
    }

    CompletionStage<Void> commit(Map<TopicPartition, Commits.Committed> positions) {
        return commits.commit(positions);
    }

    CompletionStage<Map<TopicPartition, Commits.Committed>> committed(Collection<TopicPartition> partitions) {
        return commits.committed(partitions);
    }

    /** Commits what earlier polls returned, if it is time for that. */
    void autoCommit() {
        long now = System.nanoTime();
        if (group.autoCommit() && now - autoCommitAtNs >= 0) {
            autoCommitAtNs = now + group.autoCommitInterval().toNanos();
            commit(positions()).whenComplete((done, failure) -> {
                if (failure != null) {
                    LOG.debug("Group '{}': a commit failed, the next one may not", group.groupId(), failure);
                }
            });
        }
    }

    /** Commits, lets go, and leaves; within the time given. */
    void close(Duration atMost) {
        long deadlineNs = System.nanoTime() + atMost.toNanos();
        List<TopicPartition> gone = List.copyOf(assignment.partitions());
        if (group.autoCommit() && !gone.isEmpty()) {
            commitQuietly(atMost);
        }
        try {
            if (!gone.isEmpty() && isSubscribed()) {
                listener.revoked(gone);
            }
        } finally {
            CompletableFuture<Void> left = new CompletableFuture<>();
            boolean runs =
                    cluster.thread().run(() -> membership.close().whenComplete((done, failure) -> left.complete(null)));
            if (runs) {
                Duration rest = Duration.ofNanos(Math.max(0, deadlineNs - System.nanoTime()));
                Waiting.quietly(left, rest);
            }
        }
    }
}
