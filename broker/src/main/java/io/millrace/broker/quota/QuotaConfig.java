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

    private static final Setting<Integer> REPLICATION_WINDOWS = Setting.ofInt(
            "replication.quota.window.num",
            11,
            1,
            1000,
            "Over how many windows of time the rate of replication is measured where it is throttled.");
    private static final Setting<Integer> REPLICATION_WINDOW_SECONDS =
            Setting.ofInt("replication.quota.window.size.seconds", 1, 1, 3600, "Length of such a window, in seconds.");

    private static final Setting<Integer> MOVE_WINDOWS = Setting.ofInt(
            "alter.log.dirs.replication.quota.window.num",
            11,
            1,
            1000,
            "Over how many windows of time the rate is measured at which replicas move between log directories.");
    private static final Setting<Integer> MOVE_WINDOW_SECONDS = Setting.ofInt(
            "alter.log.dirs.replication.quota.window.size.seconds", 1, 1, 3600, "Length of such a window, in seconds.");

    /** All settings of quotas. */
    public static final List<Setting<?>> SETTINGS = List.of(
            WINDOWS,
            WINDOW_SECONDS,
            REPLICATION_WINDOWS,
            REPLICATION_WINDOW_SECONDS,
            MOVE_WINDOWS,
            MOVE_WINDOW_SECONDS);

    /** How much throttled replicas may give together where this broker leads. */
    public static final Setting<Long> LEADER_RATE = rate(
            "leader.replication.throttled.rate",
            "Bytes a second that go to the throttled replicas of what this broker leads, as far as they are not in sync.");

    /** How much throttled replicas may take together where this broker follows. */
    public static final Setting<Long> FOLLOWER_RATE = rate(
            "follower.replication.throttled.rate",
            "Bytes a second that this broker fetches for its throttled replicas, as far as they are behind.");

    /** How much moves between log directories may copy together. */
    public static final Setting<Long> MOVE_RATE = rate(
            "replica.alter.log.dirs.io.max.bytes.per.second",
            "Bytes a second that this broker copies from one log directory to another.");

    /** Those that are set while brokers run, and only then. */
    public static final List<Setting<?>> DYNAMIC = List.of(LEADER_RATE, FOLLOWER_RATE, MOVE_RATE);

    private static Setting<Long> rate(String name, String doc) {
        return Setting.ofLong(name, ReplicationThrottle.UNLIMITED, 0, Long.MAX_VALUE, doc)
                .changeable();
    }

    /** Of clients. */
    public static QuotaConfig from(Settings settings) {
        return new QuotaConfig(settings.get(WINDOWS), settings.get(WINDOW_SECONDS));
    }

    /** Of moves between log directories. */
    public static QuotaConfig ofMoves(Settings settings) {
        return new QuotaConfig(settings.get(MOVE_WINDOWS), settings.get(MOVE_WINDOW_SECONDS));
    }

    /** Of replication. */
    public static QuotaConfig ofReplication(Settings settings) {
        return new QuotaConfig(settings.get(REPLICATION_WINDOWS), settings.get(REPLICATION_WINDOW_SECONDS));
    }
}
