package io.millrace.broker.replica;

import io.millrace.broker.cluster.PartitionState;
import io.millrace.broker.cluster.Replicas;
import io.millrace.broker.log.Log;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Predicate;

/**
 * A leader's account of its partition's replicas, for one leader epoch: how far each has come, who is in sync, and so how
 * far the high watermark may move.
 *
 * <p>While a change of the in-sync set is under way its outcome is unknown: until it is known, nothing counts as
 * committed that is not on every member of both sets, the old one and the wanted one.
 *
 * <p>Threading: guarded by itself. Event loops call it, so that nothing in here waits; it calls nobody but the log's high
 * watermark.
 */
final class InSync {
    private final int self;
    private final Map<Integer, Progress> progress = new HashMap<>(); // of the other replicas
    private List<Integer> replicas;
    private PartitionState state;
    private Set<Integer> pending = Set.of();
    private int pendingOn; // the version that the change under way is to replace
    private boolean ended;

    /** How far one replica has come. */
    private static final class Progress {
        private static final long UNKNOWN = -1;

        long offset = UNKNOWN; // it has everything below
        long caughtUpAtMs; // when it last had everything that the leader had then
        long lastFetchAtMs;
        long leaderEndAtLastFetch;
        long brokerEpoch = UNKNOWN;

        Progress(long nowMs) {
            caughtUpAtMs = nowMs;
            lastFetchAtMs = nowMs;
        }

        void fetched(long from, long leaderEnd, long nowMs, long epoch) {
            if (from >= leaderEnd) {
                caughtUpAtMs = nowMs;
            } else if (offset != UNKNOWN && from >= leaderEndAtLastFetch) {
                caughtUpAtMs = lastFetchAtMs;
            }
            offset = from;
            lastFetchAtMs = nowMs;
            leaderEndAtLastFetch = leaderEnd;
            brokerEpoch = epoch;
        }
    }

    /**
     * @param state by which this broker leads
     * @param nowMs ticks; those in the set have caught up for all that is known
     */
    InSync(int self, List<Integer> replicas, PartitionState state, long nowMs) {
        this.self = self;
        this.replicas = replicas;
        this.state = state;
        follow(replicas, nowMs);
    }

    private void follow(List<Integer> now, long nowMs) {
        replicas = now;
        progress.keySet().retainAll(now);
        for (int replica : now) {
            if (replica != self) {
                progress.computeIfAbsent(replica, id -> new Progress(nowMs));
            }
        }
    }

    /** The state as last written, by whomever. */
    synchronized PartitionState state() {
        return state;
    }

    /** The same epoch with another set, or other replicas. What this broker wanted to write is void by that. */
    synchronized void update(List<Integer> nowReplicas, PartitionState now, long nowMs) {
        if (now.version() > state.version()) {
            state = now;
            pending = Set.of();
        }
        follow(nowReplicas, nowMs);
    }

    /** From now on the high watermark moves no more. */
    synchronized void end() {
        ended = true;
    }

    synchronized boolean isReplica(int broker) {
        return progress.containsKey(broker);
    }

    /**
     * Notes that a replica asks for what follows an offset, which says that it has everything before.
     *
     * @param brokerEpoch of its registration, -1 if it does not tell
     */
    synchronized void fetched(int replica, long offset, long leaderEnd, long nowMs, long brokerEpoch) {
        Progress its = progress.get(replica);
        if (its != null && !ended && brokerEpoch >= its.brokerEpoch) { // not a fetch that waited since an earlier life
            its.fetched(offset, leaderEnd, nowMs, brokerEpoch);
        }
    }

    /** Everything below is on this replica; none if it has not asked yet. */
    synchronized OptionalLong progressOf(int replica) {
        Progress its = progress.get(replica);
        return its == null || its.offset == Progress.UNKNOWN ? OptionalLong.empty() : OptionalLong.of(its.offset);
    }

    /** Whether one of these has fetched at this leader epoch. */
    synchronized boolean hasHeardOf(Collection<Integer> some) {
        return some.stream().anyMatch(replica -> progressOf(replica).isPresent());
    }

    /** For how many milliseconds a replica has asked for nothing; none for one that is no replica. */
    synchronized long silentMs(int replica, long nowMs) {
        Progress its = progress.get(replica);
        return its == null ? 0 : nowMs - its.lastFetchAtMs;
    }

    /** The other members of the set that have everything below an offset. */
    synchronized List<Integer> membersAt(long offset) {
        return state.isr().stream()
                .filter(member -> member != self && offsetOf(member, 0) >= offset)
                .toList();
    }

    /** Whether somebody who is not in the set has come so far that it may belong there. */
    synchronized boolean mayGrow(int replica, long highWatermark) {
        Progress its = progress.get(replica);
        return its != null
                && pending.isEmpty()
                && !ended
                && !state.isr().contains(replica)
                && its.offset >= highWatermark;
    }

    /**
     * Raises a log's high watermark to what all members have.
     *
     * @param ownEnd up to where this broker's own log counts
     * @return whether it moved
     */
    synchronized boolean commit(Log log, long ownEnd) {
        if (ended) {
            return false;
        }
        long common = ownEnd;
        for (int member : state.isr()) {
            common = Math.min(common, offsetOf(member, ownEnd));
        }
        for (int member : pending) {
            common = Math.min(common, offsetOf(member, ownEnd));
        }
        return common > log.highWatermark() && log.advanceHighWatermark(common);
    }

    private long offsetOf(int member, long ownEnd) {
        if (member == self) {
            return ownEnd;
        }
        Progress its = progress.get(member);
        return its == null ? Progress.UNKNOWN : its.offset;
    }

    /** How many replicas the partition has. */
    synchronized int replicaCount() {
        return replicas.size();
    }

    /** How many members the set has as it is written. */
    synchronized int size() {
        return state.isr().size();
    }

    /**
     * The change that is due, and begins by this: {@link #written}, {@link #abandon} or {@link #update} ends it.
     *
     * @param log whose high watermark is looked at under the lock that it moves under: who has less does not belong to
     *     the set, and from the moment that it is wanted there the high watermark waits for it
     * @param epochStart where this leader epoch begins: who has less may still have to go back
     * @param lagMs who was not caught up for so long is out
     * @param isGone tells of brokers that are not there any more
     * @param mayJoin tells of a broker, by id and epoch of registration, whether it may come into the set
     * @param held what a reassignment is to remove leaves the set as soon as it may, and does not come back; not before
     *     this broker leads for good, or it would take itself out
     * @return the state to write, on the version that it carries; empty if nothing is due, or something is under way
     */
    synchronized Optional<PartitionState> beginChange(
            Log log,
            long epochStart,
            long nowMs,
            long lagMs,
            Predicate<Integer> isGone,
            Joining mayJoin,
            Replicas held) {
        if (ended || !pending.isEmpty()) {
            return Optional.empty();
        }
        long highWatermark = log.highWatermark();
        long end = log.endOffset();
        Set<Integer> wanted = new LinkedHashSet<>();
        for (int member : state.isr()) {
            if (member == self || !(isGone.test(member) || isLagging(member, end, nowMs, lagMs))) {
                wanted.add(member);
            }
        }
        for (int replica : replicas) {
            Progress its = progress.get(replica);
            boolean isHeld = held.all().contains(replica); // the view may be ahead of what this broker has been told
            boolean caughtUp = isHeld && its != null && its.offset >= highWatermark && its.offset >= epochStart;
            if (caughtUp && !state.isr().contains(replica) && !isGone.test(replica)) {
                if (mayJoin.test(replica, its.brokerEpoch)) {
                    wanted.add(replica);
                }
            }
        }
        if (held.target().contains(self) && held.mayLetGo(wanted)) {
            wanted.removeAll(held.removing());
        }
        if (wanted.equals(new HashSet<>(state.isr()))) {
            return Optional.empty();
        }
        pending = wanted;
        pendingOn = state.version();
        return Optional.of(new PartitionState(
                self, state.leaderEpoch(), new ArrayList<>(wanted), state.leaderRecoveryState(), state.version()));
    }

    /** Whether a broker of an id, in the life that its registration's epoch names, may come into the set. */
    @FunctionalInterface
    interface Joining {
        boolean test(int broker, long brokerEpoch);
    }

    private boolean isLagging(int member, long end, long nowMs, long lagMs) {
        Progress its = progress.get(member);
        return its == null || (its.offset < end && nowMs - its.caughtUpAtMs > lagMs);
    }

    /** What {@link #beginChange} wanted is written. */
    synchronized void written(PartitionState now) {
        if (now.version() > state.version()) {
            state = now;
            pending = Set.of();
        }
    }

    /** What was to replace a version was not written, for sure. */
    synchronized void abandon(int version) {
        if (pendingOn == version) {
            pending = Set.of();
        }
    }
}
