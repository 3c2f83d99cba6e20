package io.millrace.broker.lag;

import io.millrace.broker.group.CommittedOffset;
import io.millrace.broker.group.GroupPositions;
import io.millrace.protocol.TopicPartition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What was seen of groups and partitions so far, and what follows for their lag.
 *
 * <p>A leader that is away takes nothing out of the book: its partitions end, for all that is known, where they did, and
 * what is behind grows older meanwhile.
 *
 * <p>Bounds: {@link #MOST_TRACKED} partitions of groups have a history; what is beyond has its lag told and no verdict.
 *
 * <p>Threading: one thread at a time.
 */
final class LagBook {
    private static final int MOST_TRACKED = 50_000;
    private static final long UNKNOWN = -1;

    private final long windowMs;
    private final Map<Key, Progress> progress = new HashMap<>();
    private final Map<TopicPartition, EndHistory> histories = new HashMap<>();

    private record Key(String group, TopicPartition partition) {}

    LagBook(long windowMs) {
        this.windowMs = windowMs;
    }

    /**
     * Takes in how things stand, and says what that means.
     *
     * @param ends where partitions end whose leader has just told it
     */
    LagReport enter(long nowMs, List<GroupPositions> groups, Map<TopicPartition, Long> ends) {
        Set<Key> seen = new HashSet<>();
        Set<TopicPartition> consumed = new HashSet<>();
        for (GroupPositions group : groups) {
            for (TopicPartition id : group.offsets().keySet()) {
                seen.add(new Key(group.groupId(), id));
                consumed.add(id);
            }
        }
        progress.keySet().retainAll(seen);
        histories.keySet().retainAll(consumed);
        ends.forEach((id, end) -> {
            if (histories.size() < MOST_TRACKED || histories.containsKey(id)) {
                histories.computeIfAbsent(id, key -> new EndHistory()).add(nowMs, end);
            }
        });
        return new LagReport(
                nowMs, groups.stream().map(group -> report(group, ends, nowMs)).toList());
    }

    private LagReport.OfGroup report(GroupPositions group, Map<TopicPartition, Long> ends, long nowMs) {
        List<LagReport.OfPartition> parts = new ArrayList<>();
        Verdict worst = Verdict.OK;
        for (Map.Entry<TopicPartition, CommittedOffset> offset : group.offsets().entrySet()) {
            LagReport.OfPartition part = report(
                    new Key(group.groupId(), offset.getKey()), offset.getValue(), end(offset.getKey(), ends), nowMs);
            parts.add(part);
            worst = worst.orWorse(part.verdict());
        }
        return new LagReport.OfGroup(group.groupId(), group.state(), group.members(), worst, List.copyOf(parts));
    }

    private long end(TopicPartition id, Map<TopicPartition, Long> told) {
        EndHistory history = histories.get(id);
        return told.getOrDefault(id, history == null ? UNKNOWN : history.lastEnd());
    }

    private LagReport.OfPartition report(Key key, CommittedOffset offset, long end, long nowMs) {
        long committed = offset.offset();
        if (end == UNKNOWN) {
            return new LagReport.OfPartition(key.group(), key.partition(), committed, end, 0, 0, Verdict.OK);
        }
        long records = Math.max(0, end - committed);
        Verdict verdict = Verdict.OK;
        if (progress.size() < MOST_TRACKED || progress.containsKey(key)) {
            verdict = progress.computeIfAbsent(key, made -> new Progress(windowMs))
                    .look(nowMs, committed, offset.commitTimestampMs(), records);
        }
        EndHistory history = histories.get(key.partition());
        long ageMs = history == null ? 0 : history.ageMs(committed, nowMs);
        return new LagReport.OfPartition(key.group(), key.partition(), committed, end, records, ageMs, verdict);
    }
}
