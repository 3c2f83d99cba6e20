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
            "mirror.promoted",
            "follower.replication.throttled.replicas",
            "leader.replication.throttled.replicas",
            "min.insync.replicas",
            "unclean.leader.election.enable");

    private TopicSettings() {}

    /** What was set for the topic itself, and is copied. */
    static Map<String, String> own(Map<String, ConfigEntry> all) {
        Map<String, String> own = new TreeMap<>();
        all.forEach((key, entry) -> {
            if (entry.source() == ConfigEntry.Source.DYNAMIC_TOPIC && !EACH_ITS_OWN.contains(key)) {
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
