package io.millrace.broker.replica;

import io.millrace.broker.config.Setting;
import io.millrace.broker.config.Settings;
import io.millrace.broker.log.TopicSettings;
import java.util.List;

/**
 * How replicas follow and lead.
 *
 * @param lagTimeMaxMs a follower that has not caught up for so long is not in sync any more
 * @param fetchWaitMs for which a leader holds a follower's fetch back while there is nothing new
 * @param fetchBytes most bytes that a fetch brings of one partition, and of all
 * @param fetchBackoffMs before a follower asks again for what went wrong
 * @param uncleanLeaderElection whether a replica that is not in sync may lead where no other is left; topics may say else
 * @param handOverMs for which a stopping broker waits for its partitions to be taken over
 * @param returnWaitMs for which a broker that was stopped uncleanly waits for others that may have more records
 * @param balance when leadership goes back to the preferred replica
 */
public record ReplicaConfig(
        int lagTimeMaxMs,
        int fetchWaitMs,
        FetchBytes fetchBytes,
        int fetchBackoffMs,
        boolean uncleanLeaderElection,
        int handOverMs,
        int returnWaitMs,
        Balance balance) {

    /** Whether by itself, and how often that is looked at. */
    public record Balance(boolean automatic, long intervalMs) {}

    /** Bounds of a follower's fetch; a single batch may be larger than either. */
    public record FetchBytes(int perPartition, int perAnswer) {}

    public static final Setting<Integer> LAG_TIME_MAX_MS = Setting.ofInt(
            "replica.lag.time.max.ms",
            30_000,
            100,
            Integer.MAX_VALUE,
            "Time in ms after which a follower that has not caught up is not in sync any more.");
    public static final Setting<Integer> FETCH_WAIT_MS = Setting.ofInt(
            "replica.fetch.wait.max.ms",
            500,
            1,
            60_000,
            "Longest time in ms for which a follower's fetch waits at the leader for new records.");
    public static final Setting<Integer> FETCH_MAX_BYTES = Setting.ofInt(
            "replica.fetch.max.bytes",
            1_048_576,
            1024,
            64 << 20,
            "Most bytes of one partition that a follower fetches at a time.");
    public static final Setting<Integer> FETCH_RESPONSE_MAX_BYTES = Setting.ofInt(
            "replica.fetch.response.max.bytes",
            10_485_760,
            1024,
            64 << 20,
            "Most bytes of all partitions that a follower fetches at a time.");
    public static final Setting<Integer> FETCH_BACKOFF_MS = Setting.ofInt(
            "replica.fetch.backoff.ms",
            200,
            1,
            60_000,
            "Time in ms before a follower tries again what its leader refused or could not answer.");
    public static final Setting<Integer> HAND_OVER_MS = Setting.ofInt(
            "controlled.shutdown.wait.ms",
            5_000,
            0,
            600_000,
            "Longest time in ms for which a broker that stops waits until others lead what it led.");
    public static final Setting<Integer> RETURN_WAIT_MS = Setting.ofInt(
            "unclean.return.wait.ms",
            10_000,
            0,
            600_000,
            "After an unclean stop, time in ms for which a broker waits for others that may have more records than it,"
                    + " where nobody leads.");

    public static final Setting<Boolean> AUTO_REBALANCE = Setting.ofBoolean(
                    "auto.leader.rebalance.enable",
                    true,
                    "Whether the preferred replica gets the leadership back once it is in sync and has stayed for a while.")
            .changeable();
    public static final Setting<Integer> IMBALANCE_CHECK_SECONDS = Setting.ofInt(
            "leader.imbalance.check.interval.seconds",
            30,
            1,
            86_400,
            "Seconds between two looks at which partitions the preferred replica should lead; it must have stayed for as"
                    + " long.");

    /** The settings of this room. */
    public static final List<Setting<?>> SETTINGS = List.of(
            LAG_TIME_MAX_MS,
            FETCH_WAIT_MS,
            FETCH_MAX_BYTES,
            FETCH_RESPONSE_MAX_BYTES,
            FETCH_BACKOFF_MS,
            HAND_OVER_MS,
            RETURN_WAIT_MS,
            AUTO_REBALANCE,
            IMBALANCE_CHECK_SECONDS);

    public static ReplicaConfig from(Settings settings) {
        return new ReplicaConfig(
                settings.get(LAG_TIME_MAX_MS),
                settings.get(FETCH_WAIT_MS),
                new FetchBytes(settings.get(FETCH_MAX_BYTES), settings.get(FETCH_RESPONSE_MAX_BYTES)),
                settings.get(FETCH_BACKOFF_MS),
                TopicSettings.UNCLEAN_LEADER_ELECTION.defaultFrom(settings),
                settings.get(HAND_OVER_MS),
                settings.get(RETURN_WAIT_MS),
                new Balance(settings.get(AUTO_REBALANCE), settings.get(IMBALANCE_CHECK_SECONDS) * 1000L));
    }
}
