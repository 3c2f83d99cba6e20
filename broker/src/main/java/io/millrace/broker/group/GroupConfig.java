package io.millrace.broker.group;

import io.millrace.broker.config.Setting;
import io.millrace.broker.config.Settings;
import java.time.Duration;
import java.util.List;

/**
 * What an operator may set about groups.
 *
 * @param initialRebalanceDelayMs how long the first generation of an empty group waits for more members
 * @param minSessionTimeoutMs the shortest session a member may ask for
 * @param maxSessionTimeoutMs the longest
 * @param maxSize members of one group, those included that were given an id and have not come back with it yet
 * @param offsetMetadataMaxBytes of the text that goes with a committed offset
 * @param offsetsRetentionMs how long offsets of an empty group stay
 * @param offsetsRetentionCheckIntervalMs how often is looked for offsets to remove
 * @param commitTimeoutMs how long an answer waits until replicas have what it tells of
 * @param loadBufferBytes how much of a partition is read at a time while it is loaded
 * @param memoryMaxBytes what groups and offsets of this broker may hold on the heap, by estimate; past it members and
 *     offsets that are new are refused with COORDINATOR_NOT_AVAILABLE
 */
public record GroupConfig(
        int initialRebalanceDelayMs,
        int minSessionTimeoutMs,
        int maxSessionTimeoutMs,
        int maxSize,
        int offsetMetadataMaxBytes,
        long offsetsRetentionMs,
        long offsetsRetentionCheckIntervalMs,
        long commitTimeoutMs,
        int loadBufferBytes,
        long memoryMaxBytes) {

    public static final Setting<Integer> INITIAL_REBALANCE_DELAY_MS = Setting.ofInt(
            "group.initial.rebalance.delay.ms",
            3000,
            0,
            Integer.MAX_VALUE,
            "How long an empty group waits for more members after the first has joined, in milliseconds.");
    public static final Setting<Integer> MIN_SESSION_TIMEOUT_MS = Setting.ofInt(
            "group.min.session.timeout.ms",
            6000,
            0,
            Integer.MAX_VALUE,
            "The shortest session timeout that a group member may ask for, in milliseconds.");
    public static final Setting<Integer> MAX_SESSION_TIMEOUT_MS = Setting.ofInt(
            "group.max.session.timeout.ms",
            1_800_000,
            0,
            Integer.MAX_VALUE,
            "The longest session timeout that a group member may ask for, in milliseconds.");
    public static final Setting<Integer> MAX_SIZE = Setting.ofInt(
            "group.max.size", Integer.MAX_VALUE, 1, Integer.MAX_VALUE, "How many members a classic group may have.");
    public static final Setting<Integer> OFFSET_METADATA_MAX_BYTES = Setting.ofInt(
            "offset.metadata.max.bytes",
            4096,
            0,
            Integer.MAX_VALUE,
            "The longest text that may go with a committed offset.");
    public static final Setting<Integer> OFFSETS_RETENTION_MINUTES = Setting.ofInt(
            "offsets.retention.minutes",
            10_080,
            1,
            Integer.MAX_VALUE,
            "How long committed offsets stay after their group has lost its last member, in minutes.");
    public static final Setting<Long> OFFSETS_RETENTION_CHECK_INTERVAL_MS = Setting.ofLong(
            "offsets.retention.check.interval.ms",
            600_000,
            1,
            Long.MAX_VALUE,
            "How often committed offsets are looked through for those to remove, in milliseconds.");
    public static final Setting<Integer> OFFSETS_COMMIT_TIMEOUT_MS = Setting.ofInt(
            "offsets.commit.timeout.ms",
            5000,
            1,
            Integer.MAX_VALUE,
            "How long an answer waits until all in-sync replicas have what it tells of, in milliseconds.");
    public static final Setting<Integer> OFFSETS_LOAD_BUFFER_SIZE = Setting.ofInt(
            "offsets.load.buffer.size",
            5 << 20,
            1,
            Integer.MAX_VALUE,
            "How many bytes of __consumer_offsets are read at a time while groups are loaded.");
    public static final Setting<Long> MEMORY_MAX_BYTES = Setting.ofLong(
            "millrace.group.memory.max.bytes",
            0,
            0,
            Long.MAX_VALUE,
            "How much of the heap groups and committed offsets may hold, by estimate; 0 means a quarter of it.");

    /** All of the above. */
    public static final List<Setting<?>> SETTINGS = List.of(
            INITIAL_REBALANCE_DELAY_MS,
            MIN_SESSION_TIMEOUT_MS,
            MAX_SESSION_TIMEOUT_MS,
            MAX_SIZE,
            OFFSET_METADATA_MAX_BYTES,
            OFFSETS_RETENTION_MINUTES,
            OFFSETS_RETENTION_CHECK_INTERVAL_MS,
            OFFSETS_COMMIT_TIMEOUT_MS,
            OFFSETS_LOAD_BUFFER_SIZE,
            MEMORY_MAX_BYTES);

    /** Throws InvalidSettingException where a value cannot be used. */
    public static GroupConfig from(Settings settings) {
        long memory = settings.get(MEMORY_MAX_BYTES);
        return new GroupConfig(
                settings.get(INITIAL_REBALANCE_DELAY_MS),
                settings.get(MIN_SESSION_TIMEOUT_MS),
                settings.get(MAX_SESSION_TIMEOUT_MS),
                settings.get(MAX_SIZE),
                settings.get(OFFSET_METADATA_MAX_BYTES),
                Duration.ofMinutes(settings.get(OFFSETS_RETENTION_MINUTES)).toMillis(),
                settings.get(OFFSETS_RETENTION_CHECK_INTERVAL_MS),
                settings.get(OFFSETS_COMMIT_TIMEOUT_MS),
                settings.get(OFFSETS_LOAD_BUFFER_SIZE),
                memory > 0 ? memory : Runtime.getRuntime().maxMemory() / 4);
    }
}
