package io.millrace.tools.mirror;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Knows where a topic's records come from, by its {@code mirror.source} or by what mirrors have noted, and so what must not be
 * copied back: without a look at any record. Two mirrors, one for each direction, or a ring of
 * them may so be told to copy everything.
 */
record LoopGuard(String sourceCluster, String targetCluster) {
    static final String SETTING = "mirror.source";

    private static final int VIA = 3;

    /**
     * Why a topic of the source must not be copied; empty if it may.
     *
     * @param name its name
     * @param setting its own mirror.source, empty if it has none
     * @param noted what else it has records of, as the setting would say it
     */
    Optional<String> refusal(String name, String setting, List<String> noted) {
        return Stream.concat(Stream.of(setting), noted.stream())
                .filter(source -> clusters(source).contains(targetCluster))
                .findFirst()
                .map(source -> source.startsWith(targetCluster + ":")
                        ? name + " is itself a mirror of the target's " + source.split(":", -1)[1]
                        : name + " has records that have come from the target by other clusters: " + source);
    }

    /** The clusters that the records of a topic with this mirror.source have come through. */
    private static Set<String> clusters(String source) {
        String[] parts = source.split(":", -1);
        Set<String> clusters = new TreeSet<>(Set.of(parts[0]));
        if (parts.length > VIA) {
            clusters.addAll(List.of(parts[VIA].split("\\+")));
        }
        clusters.remove("");
        return clusters;
    }

    /** As {@link CopiedTopic#via}, of a topic with these sources. */
    static String via(String setting, List<String> noted) {
        return Stream.concat(Stream.of(setting), noted.stream())
                .flatMap(source -> clusters(source).stream())
                .distinct()
                .sorted()
                .collect(Collectors.joining("+"));
    }

    /** What the mirror.source of a topic's copy is: source:topic:id, and the clusters that were before it, if any. */
    String settingOf(CopiedTopic topic) {
        String own = sourceCluster + ":" + topic.source() + ":" + topic.sourceId();
        return topic.via().isEmpty() ? own : own + ":" + topic.via();
    }

    /** Whether a topic with this mirror.source is the copy of that one. */
    boolean isCopy(String setting, CopiedTopic topic) {
        String[] parts = setting.split(":", -1);
        return parts.length >= 2
                && parts[0].equals(sourceCluster)
                && parts[1].equals(topic.source())
                && (parts.length == 2 || parts[2].equals(topic.sourceId().toString()));
    }
}
