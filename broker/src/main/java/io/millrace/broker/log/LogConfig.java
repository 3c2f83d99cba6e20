package io.millrace.broker.log;

import io.millrace.broker.config.Settings;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How one log is kept. The names are those of the topic settings; -1 stands for "no bound" where the setting says so.
 *
 * @param minInsyncReplicas as somebody set it; {@link #minInsyncReplicas(int)} says what holds
 * @param flushMessages after so many records without one, a flush begins; 1: nothing is committed before it is flushed
 * @param flushMs so long after the last flush the next one begins, if there is something to flush
 * @param isLogAppendTime whether records have the time of their append
 * @param isDeleting whether retention by time and size applies
 * @param compression how batches are stored
 * @param compaction whether and how the log is compacted
 * @param mirrorSource the topic that this one is a mirror of, and takes records from only
 */
public record LogConfig(
        long retentionMs,
        long retentionBytes,
        int segmentBytes,
        long segmentMs,
        long segmentJitterMs,
        int segmentIndexBytes,
        int indexIntervalBytes,
        long fileDeleteDelayMs,
        int maxMessageBytes,
        boolean isLogAppendTime,
        long timestampBeforeMaxMs,
        long timestampAfterMaxMs,
        OptionalInt minInsyncReplicas,
        long flushMessages,
        long flushMs,
        boolean isDeleting,
        BatchCompression compression,
        CompactionConfig compaction,
        Optional<MirrorSource> mirrorSource) {

    /**
     * How many members the in-sync set must have for acks=all.
     *
     * @param copies of the partition
     */
    public int minInsyncReplicas(int copies) {
        return minInsyncReplicas.orElse(TopicSettings.minInsyncReplicas(copies));
    }

    /** Whether nothing may be acknowledged, or read by consumers, before it is on the disk for good. */
    public boolean isFlushedFirst() {
        return flushMessages == 1;
    }

    private static final String LOG_APPEND_TIME = "LogAppendTime";
    private static final String DELETE = "delete";

    /**
     * What topics have that say nothing.
     *
     * @throws io.millrace.broker.config.InvalidSettingException for a value that cannot be used, or that does not act
     */
    public static LogConfig from(Settings broker) {
        TopicSettings.acting().forEach(setting -> setting.defaultFrom(broker));
        return new LogConfig(
                TopicSettings.RETENTION_MS.defaultFrom(broker),
                TopicSettings.RETENTION_BYTES.defaultFrom(broker),
                TopicSettings.SEGMENT_BYTES.defaultFrom(broker),
                TopicSettings.SEGMENT_MS.defaultFrom(broker),
                TopicSettings.SEGMENT_JITTER_MS.defaultFrom(broker),
                TopicSettings.SEGMENT_INDEX_BYTES.defaultFrom(broker),
                TopicSettings.INDEX_INTERVAL_BYTES.defaultFrom(broker),
                TopicSettings.FILE_DELETE_DELAY_MS.defaultFrom(broker),
                TopicSettings.MAX_MESSAGE_BYTES.defaultFrom(broker),
                TopicSettings.MESSAGE_TIMESTAMP_TYPE.defaultFrom(broker).equals(LOG_APPEND_TIME),
                TopicSettings.TIMESTAMP_BEFORE_MAX_MS.defaultFrom(broker),
                TopicSettings.TIMESTAMP_AFTER_MAX_MS.defaultFrom(broker),
                TopicSettings.MIN_INSYNC_REPLICAS.givenBy(broker).isPresent()
                        ? OptionalInt.of(TopicSettings.MIN_INSYNC_REPLICAS.defaultFrom(broker))
                        : OptionalInt.empty(),
                TopicSettings.FLUSH_MESSAGES.defaultFrom(broker),
                TopicSettings.FLUSH_MS.defaultFrom(broker),
                TopicSettings.CLEANUP_POLICY.defaultFrom(broker).contains(DELETE),
                BatchCompression.from(broker),
                CompactionConfig.from(broker),
                Optional.empty());
    }

    /** When a segment is full of time: sooner where compaction must not wait for it, which never takes the active one. */
    long rollMs() {
        return compaction.isCompacting() ? Math.min(segmentMs, compaction.maxLagMs()) : segmentMs;
    }

    /**
     * The same with a topic's own settings, which {@link TopicSettings#validate} has let pass. What it does not know it
     * passes over, since what is stored may come from another version.
     */
    public LogConfig withTopicOverrides(Map<String, String> own) {
        return new LogConfig(
                TopicSettings.RETENTION_MS.in(own, retentionMs),
                TopicSettings.RETENTION_BYTES.in(own, retentionBytes),
                TopicSettings.SEGMENT_BYTES.in(own, segmentBytes),
                TopicSettings.SEGMENT_MS.in(own, segmentMs),
                TopicSettings.SEGMENT_JITTER_MS.in(own, segmentJitterMs),
                TopicSettings.SEGMENT_INDEX_BYTES.in(own, segmentIndexBytes),
                TopicSettings.INDEX_INTERVAL_BYTES.in(own, indexIntervalBytes),
                TopicSettings.FILE_DELETE_DELAY_MS.in(own, fileDeleteDelayMs),
                TopicSettings.MAX_MESSAGE_BYTES.in(own, maxMessageBytes),
                own.containsKey(TopicSettings.MESSAGE_TIMESTAMP_TYPE.name())
                        ? LOG_APPEND_TIME.equals(own.get(TopicSettings.MESSAGE_TIMESTAMP_TYPE.name()))
                        : isLogAppendTime,
                TopicSettings.TIMESTAMP_BEFORE_MAX_MS.in(own, timestampBeforeMaxMs),
                TopicSettings.TIMESTAMP_AFTER_MAX_MS.in(own, timestampAfterMaxMs),
                own.containsKey(TopicSettings.MIN_INSYNC_REPLICAS.name())
                        ? OptionalInt.of(TopicSettings.MIN_INSYNC_REPLICAS.in(own, 1))
                        : minInsyncReplicas,
                TopicSettings.FLUSH_MESSAGES.in(own, flushMessages),
                TopicSettings.FLUSH_MS.in(own, flushMs),
                own.containsKey(TopicSettings.CLEANUP_POLICY.name())
                        ? TopicSettings.CLEANUP_POLICY.in(own, List.of()).contains(DELETE)
                        : isDeleting,
                compression.withTopicOverrides(own),
                compaction.withTopicOverrides(own),
                MirrorSource.parse(TopicSettings.MIRROR_SOURCE.in(own, "")));
    }
}
