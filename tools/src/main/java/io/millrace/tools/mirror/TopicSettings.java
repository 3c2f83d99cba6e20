package io.millrace.tools.mirror;

import io.millrace.client.admin.ConfigChange;
import io.millrace.client.admin.ConfigEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Which settings of a topic its copy has, too: those that somebody has set for it, but for what is each cluster's own. */
final class TopicSettings {
    private static final Set<String> EACH_ITS_OWN = Set.of(
            LoopGuard.SETTING,
            "follower.replication.throttled.replicas",
            "leader.replication.throttled.replicas",
            "min.insync.replicas",
            "unclean.leader.election.enable");

    /** What decides for how long records are there is copied wherever it comes from: brokers may have other defaults. */
    private static final Set<String> IN_FORCE = Set.of("cleanup.policy", "retention.bytes", "retention.ms");

    private TopicSettings() {}

    /** What was set for a copy. */
    static Map<String, String> ofCopy(Map<String, ConfigEntry> all) {
        return chosen(all, false);
    }

    /** What its copy is to have. */
    static Map<String, String> ofSource(Map<String, ConfigEntry> all) {
        return chosen(all, true);
    }

    private static Map<String, String> chosen(Map<String, ConfigEntry> all, boolean withInForce) {
        Map<String, String> own = new TreeMap<>();
        all.forEach((key, entry) -> {
            boolean isSet = entry.source() == ConfigEntry.Source.DYNAMIC_TOPIC && !EACH_ITS_OWN.contains(key);
            if (isSet || (withInForce && IN_FORCE.contains(key))) {
                entry.value().ifPresent(value -> own.put(key, value));
            }
        });
        return own;
    }

    /** What has to change for the copy to have the same. */
    static List<ConfigChange> changes(Map<String, String> source, Map<String, String> target) {
        List<ConfigChange> changes = new ArrayList<>();
        source.forEach((key, value) -> {
            if (!value.equals(target.get(key))) {
                changes.add(ConfigChange.set(key, value));
            }
        });
        target.keySet().stream()
                .filter(key -> !source.containsKey(key))
                .forEach(key -> changes.add(ConfigChange.delete(key)));
        return changes;
    }

    /** A value as it is set, or empty. */
    static String value(Map<String, ConfigEntry> all, String key) {
        ConfigEntry entry = all.get(key);
        return entry == null ? "" : entry.value().orElse("");
    }
}
