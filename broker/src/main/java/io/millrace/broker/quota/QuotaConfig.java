package io.millrace.broker.quota;

import io.millrace.broker.config.Setting;
import io.millrace.broker.config.Settings;
import java.util.List;

/**
 * How rates are measured.
 *
 * @param windows how many windows count, the present one included
 * @param windowSeconds length of one
 */
public record QuotaConfig(int windows, int windowSeconds) {
    static final Setting<Integer> WINDOWS = Setting.ofInt(
            "quota.window.num",
            11,
            1,
            1000,
            "Over how many windows of time the rate of a client is measured that has a quota.");
    static final Setting<Integer> WINDOW_SECONDS =
            Setting.ofInt("quota.window.size.seconds", 1, 1, 3600, "Length of such a window, in seconds.");

    /** All settings of quotas. */
    public static final List<Setting<?>> SETTINGS = List.of(WINDOWS, WINDOW_SECONDS);

    public static QuotaConfig from(Settings settings) {
        return new QuotaConfig(settings.get(WINDOWS), settings.get(WINDOW_SECONDS));
    }
}
