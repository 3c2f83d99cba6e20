package io.millrace.tools.mirror;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Knows where a topic's records come from, by its {@code mirror.source} or by what mirrors have noted, and so what must not be
 * copied back: without a look at any record. Two mirrors, one for each direction, may so be told to copy everything.
 */
record LoopGuard(String sourceCluster, String targetCluster) {
    static final String SETTING = "mirror.source";

    /**
     * Why a topic of the source must not be copied; empty if it may.
     *
     * @param name its name
     * @param setting its own mirror.source, empty if it has none
     * @param noted what else it has records of, as the setting would say it
     */
    Optional<String> refusal(String name, String setting, List<String> noted) {
        return Stream.concat(Stream.of(setting), noted.stream())
                .filter(source -> source.startsWith(targetCluster + ":"))
                .findFirst()
                .map(source -> name + " is itself a mirror of the target's " + source.split(":", -1)[1]);
    }

    /** What the mirror.source of a topic's copy is. */
    String settingOf(CopiedTopic topic) {
        return sourceCluster + ":" + topic.source() + ":" + topic.sourceId();
    }
}
