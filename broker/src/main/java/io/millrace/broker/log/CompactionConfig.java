package io.millrace.broker.log;

import io.millrace.broker.config.Settings;
import java.util.List;
import java.util.Map;

/**
 * How one log is compacted. Times in ms.
 *
 * @param isCompacting whether the last record of each key is kept and those before it go
 * @param deleteRetentionMs so long after its first compaction a tombstone can still be read
 * @param minLagMs a record is not compacted before it is so old
 * @param maxLagMs a record is compacted soon after it is so old
 * @param minDirtyRatio share of the log that has to be new before it is worth a run
 */
public record CompactionConfig(
        boolean isCompacting, long deleteRetentionMs, long minLagMs, long maxLagMs, double minDirtyRatio) {

    /** A batch that holds more, decompressed, is not opened for compaction; none gets into a compacted topic. */
    public static final int MAX_OPENED_BYTES = 16 << 20;

    static CompactionConfig from(Settings broker) {
        return new CompactionConfig(
                isCompacting(TopicSettings.CLEANUP_POLICY.defaultFrom(broker)),
                TopicSettings.DELETE_RETENTION_MS.defaultFrom(broker),
                TopicSettings.MIN_COMPACTION_LAG_MS.defaultFrom(broker),
                TopicSettings.MAX_COMPACTION_LAG_MS.defaultFrom(broker),
                TopicSettings.MIN_CLEANABLE_DIRTY_RATIO.defaultFrom(broker));
    }

    CompactionConfig withTopicOverrides(Map<String, String> own) {
        return new CompactionConfig(
                own.containsKey(TopicSettings.CLEANUP_POLICY.name())
                        ? isCompacting(TopicSettings.CLEANUP_POLICY.in(own, List.of()))
                        : isCompacting,
                TopicSettings.DELETE_RETENTION_MS.in(own, deleteRetentionMs),
                TopicSettings.MIN_COMPACTION_LAG_MS.in(own, minLagMs),
                TopicSettings.MAX_COMPACTION_LAG_MS.in(own, maxLagMs),
                TopicSettings.MIN_CLEANABLE_DIRTY_RATIO.in(own, minDirtyRatio));
    }

    private static boolean isCompacting(List<String> policy) {
        return policy.contains("compact");
    }
}
