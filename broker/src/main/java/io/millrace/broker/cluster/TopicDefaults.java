package io.millrace.broker.cluster;

import io.millrace.broker.config.Setting;
import io.millrace.broker.config.Settings;
import java.util.List;
import java.util.OptionalInt;

/**
 * What a topic gets where whoever creates it leaves the choice to the broker.
 *
 * @param replicationFactor as the operator set it; empty to take {@link #COPIES}, or as many as there are brokers for
 */
public record TopicDefaults(int partitions, OptionalInt replicationFactor) {
    /** Copies that survive the loss of one broker, and of a second one while the first is away. */
    public static final int COPIES = 3;

    public static final Setting<Integer> NUM_PARTITIONS = Setting.ofInt(
            "num.partitions",
            1,
            1,
            TopicRules.MAX_PARTITIONS,
            "Partitions of a topic that is created without saying how many");
    public static final Setting<Integer> DEFAULT_REPLICATION_FACTOR = Setting.ofInt(
            "default.replication.factor",
            COPIES,
            1,
            Short.MAX_VALUE,
            "Copies of each partition of a topic that is created without saying how many; unset: fewer where there are"
                    + " fewer brokers");

    /** The settings of this room. */
    public static final List<Setting<?>> SETTINGS = List.of(NUM_PARTITIONS, DEFAULT_REPLICATION_FACTOR);

    public static TopicDefaults from(Settings settings) {
        return new TopicDefaults(
                settings.get(NUM_PARTITIONS),
                settings.find(DEFAULT_REPLICATION_FACTOR).map(OptionalInt::of).orElse(OptionalInt.empty()));
    }
}
