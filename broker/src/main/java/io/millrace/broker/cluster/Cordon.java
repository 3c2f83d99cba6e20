package io.millrace.broker.cluster;

import io.millrace.broker.config.Setting;
import java.util.Locale;
import java.util.Map;

/** The setting of one broker that keeps new replicas away from it, as a first step to emptying it. */
public final class Cordon {
    /** Set for one broker, while it runs or not: every broker that places replicas reads it. */
    public static final Setting<Boolean> CORDONED = Setting.ofBoolean(
                    "broker.cordoned", false, "Whether this broker takes no new replicas; those that it has stay")
            .changeable();

    private Cordon() {}

    /** What is set for a broker; a value that cannot be read cordons nothing. */
    static boolean isSet(Map<String, String> config) {
        return config.getOrDefault(CORDONED.name(), "")
                .trim()
                .toLowerCase(Locale.ROOT)
                .equals("true");
    }
}
