package io.millrace.broker.log;

import io.millrace.broker.config.Setting;
import io.millrace.broker.config.Settings;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * How fast and how often everything that is stored is read again.
 *
 * @param bytesPerSecond 0 for never
 * @param intervalMs between the begins of two rounds, if a round does not take longer
 */
public record ScrubConfig(long bytesPerSecond, long intervalMs) {
    private static final Setting<Long> BYTES_PER_SECOND = Setting.ofLong(
            "log.scrub.bytes.per.second",
            4L << 20,
            0,
            Long.MAX_VALUE,
            "How fast stored segments are read again to find what the disk has damaged; 0 for never");
    private static final Setting<Long> INTERVAL_MS = Setting.ofLong(
            "log.scrub.interval.ms",
            TimeUnit.DAYS.toMillis(7),
            1,
            Long.MAX_VALUE,
            "Between the begins of two such rounds");

    static List<Setting<?>> settings() {
        return List.of(BYTES_PER_SECOND, INTERVAL_MS);
    }

    static ScrubConfig from(Settings broker) {
        return new ScrubConfig(broker.get(BYTES_PER_SECOND), broker.get(INTERVAL_MS));
    }
}
