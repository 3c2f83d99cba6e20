package io.millrace.broker.log;

import io.millrace.broker.config.Setting;
import io.millrace.broker.config.Settings;
import java.util.List;

/**
 * What compaction may cost this broker.
 *
 * @param enabled whether logs are compacted at all
 * @param bufferBytes the most that a run takes to remember keys; a log with more keys takes more runs
 * @param bytesPerSecond the most that is read and written together
 * @param backoffMs between two looks for a log to compact, once there was none
 */
record CleanerConfig(boolean enabled, long bufferBytes, double bytesPerSecond, long backoffMs) {
    private static final int MIB = 1 << 20;

    private static final Setting<Boolean> ENABLE =
            Setting.ofBoolean("log.cleaner.enable", true, "Whether compacted topics are compacted");
    private static final Setting<Long> BUFFER_BYTES = Setting.ofLong(
            "log.cleaner.dedupe.buffer.size",
            32L * MIB,
            MIB,
            1L << 34,
            "Memory of a compaction for keys, 32 bytes each; more keys take more runs");
    private static final Setting<Double> BYTES_PER_SECOND = Setting.ofDouble(
            "log.cleaner.io.max.bytes.per.second",
            64.0 * MIB,
            1,
            Double.MAX_VALUE,
            "The most that compaction reads and writes");
    private static final Setting<Long> BACKOFF_MS = Setting.ofLong(
            "log.cleaner.backoff.ms", 15_000, 0, Long.MAX_VALUE, "Between two looks for a log to compact");

    static List<Setting<?>> settings() {
        return List.of(ENABLE, BUFFER_BYTES, BYTES_PER_SECOND, BACKOFF_MS);
    }

    static CleanerConfig from(Settings broker) {
        return new CleanerConfig(
                broker.get(ENABLE), broker.get(BUFFER_BYTES), broker.get(BYTES_PER_SECOND), broker.get(BACKOFF_MS));
    }
}
