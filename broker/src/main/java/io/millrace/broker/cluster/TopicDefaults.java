package io.millrace.broker.cluster;

import io.millrace.broker.config.Setting;
import io.millrace.broker.config.Settings;
import java.util.List;

/** What a topic gets where whoever creates it leaves the choice to the broker. */
public record TopicDefaults(int partitions, int replicationFactor) {
    public static final Setting<Integer> NUM_PARTITIONS = Setting.ofInt(
            "num.partitions",
            1,
            1,
            TopicRules.MAX_PARTITIONS,
            "Partitions of a topic that is created without saying how many");
    public static final Setting<Integer> DEFAULT_REPLICATION_FACTOR = Setting.ofInt(
            "default.replication.factor",
            1,
            1,
            Short.MAX_VALUE,
            "Copies of each partition of a topic that is created without saying how many");

    /** The settings of this room. */
    public static final List<Setting<?>> SETTINGS = List.of(NUM_PARTITIONS, DEFAULT_REPLICATION_FACTOR);

    public static TopicDefaults from(Settings settings) {
        return new TopicDefaults(settings.get(NUM_PARTITIONS), settings.get(DEFAULT_REPLICATION_FACTOR));
    }
}
