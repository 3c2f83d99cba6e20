package io.millrace.broker.log;

import io.millrace.broker.config.Setting;
import io.millrace.broker.config.Settings;
import io.millrace.broker.quota.QuotaConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How all logs of a broker are kept.
 *
 * @param directories in which partitions lie, each thought of as a disk of its own
 * @param recoveryThreads per directory, at start and stop
 * @param retentionCheckMs between two looks for segments that may go
 * @param flushCheckpointMs between two writes of the recovery points
 * @param highWatermarkCheckpointMs between two writes of the high watermarks
 * @param producerExpirationMs after so long without a write a producer id is forgotten
 * @param flushCheckMs between two looks for logs that {@code flush.ms} wants flushed
 * @param minFreeBytes producers are refused while less is free in a directory; -1: as {@link DiskWatch} sees fit
 * @param cleaner what compaction may cost
 * @param defaults of a topic that says nothing
 * @param moves how the rate of moves between directories is measured
 * @param scrub how stored segments are read again
 */
public record LogsConfig(
        List<Path> directories,
        int recoveryThreads,
        long retentionCheckMs,
        long flushCheckpointMs,
        long highWatermarkCheckpointMs,
        long producerExpirationMs,
        long flushCheckMs,
        long minFreeBytes,
        CleanerConfig cleaner,
        LogConfig defaults,
        QuotaConfig moves,
        ScrubConfig scrub) {

    /** Kafka's default is never to check, which would leave a topic's {@code flush.ms} without effect. */
    private static final long LONGEST_FLUSH_CHECK_MS = 1000;

    private static final Setting<List<String>> LOG_DIRS =
            Setting.ofList("log.dirs", List.of(), "Directories of the logs; without it log.dir");
    private static final Setting<String> LOG_DIR =
            Setting.ofString("log.dir", "/tmp/kafka-logs", "Directory of the logs");
    private static final Setting<Integer> RECOVERY_THREADS = Setting.ofInt(
            "num.recovery.threads.per.data.dir", 2, 1, 1024, "Threads per directory that open and close logs");
    private static final Setting<Long> RETENTION_CHECK_MS = Setting.ofLong(
            "log.retention.check.interval.ms", 300_000, 1, Long.MAX_VALUE, "Between two checks for old segments");
    private static final Setting<Integer> FLUSH_CHECKPOINT_MS = Setting.ofInt(
            "log.flush.offset.checkpoint.interval.ms", 60_000, 1, Integer.MAX_VALUE, "Between two recovery points");
    private static final Setting<Long> HIGH_WATERMARK_CHECKPOINT_MS = Setting.ofLong(
            "replica.high.watermark.checkpoint.interval.ms", 5_000, 1, Long.MAX_VALUE, "Between two checkpoints");
    private static final Setting<Integer> PRODUCER_EXPIRATION_MS = Setting.ofInt(
            "producer.id.expiration.ms", 86_400_000, 1, Integer.MAX_VALUE, "How long idle producer ids are known");

    private static final Setting<Long> MIN_FREE_BYTES = Setting.ofLong(
            "log.dir.min.free.bytes",
            -1,
            -1,
            Long.MAX_VALUE,
            "Producers are refused while less is free; -1: 256 MiB, at most a twentieth of the volume");

    /** The settings of this room that no topic has. */
    public static List<Setting<?>> settings() {
        List<Setting<?>> own = List.of(
                LOG_DIRS,
                LOG_DIR,
                RECOVERY_THREADS,
                RETENTION_CHECK_MS,
                FLUSH_CHECKPOINT_MS,
                HIGH_WATERMARK_CHECKPOINT_MS,
                PRODUCER_EXPIRATION_MS,
                MIN_FREE_BYTES);
        return Stream.of(own, CleanerConfig.settings(), ScrubConfig.settings())
                .flatMap(List::stream)
                .toList();
    }

    /** Throws InvalidSettingException for a value that cannot be used. */
    public static LogsConfig from(Settings broker) {
        return new LogsConfig(
                directories(broker),
                broker.get(RECOVERY_THREADS),
                broker.get(RETENTION_CHECK_MS),
                broker.get(FLUSH_CHECKPOINT_MS),
                broker.get(HIGH_WATERMARK_CHECKPOINT_MS),
                broker.get(PRODUCER_EXPIRATION_MS),
                Math.min(broker.get(TopicSettings.FLUSH_CHECK_MS), LONGEST_FLUSH_CHECK_MS),
                broker.get(MIN_FREE_BYTES),
                CleanerConfig.from(broker),
                LogConfig.from(broker),
                QuotaConfig.ofMoves(broker),
                ScrubConfig.from(broker));
    }

    private static List<Path> directories(Settings broker) {
        Stream<String> given = Optional.of(broker.get(LOG_DIRS))
                .filter(dirs -> !dirs.isEmpty())
                .map(List::stream)
                .orElseGet(() -> Stream.of(broker.get(LOG_DIR)));
        return given.map(dir -> Path.of(dir).toAbsolutePath().normalize())
                .distinct()
                .toList();
    }
}
