package io.millrace.broker.lag;

import io.millrace.broker.config.Setting;
import io.millrace.broker.config.Settings;
import java.util.List;

/**
 * Settings of lag.
 *
 * @param intervalMs how often it is looked at
 * @param windowMs over which a verdict is given
 */
public record LagConfig(long intervalMs, long windowMs) {
    static final Setting<Long> INTERVAL = Setting.ofLong(
            "lag.interval.ms", 10_000, 50, Long.MAX_VALUE, "How often the lag of consumer groups is looked at.");
    static final Setting<Long> WINDOW = Setting.ofLong(
            "lag.window.ms",
            300_000,
            100,
            Long.MAX_VALUE,
            "Over which time the verdict on a group's lag is given; longer than its members wait between commits.");

    /** All settings of this room. */
    public static final List<Setting<?>> SETTINGS = List.of(INTERVAL, WINDOW);

    public static LagConfig from(Settings settings) {
        return new LagConfig(settings.get(INTERVAL), settings.get(WINDOW));
    }
}
