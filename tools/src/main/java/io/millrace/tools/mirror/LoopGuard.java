package io.millrace.tools.mirror;

import java.util.Optional;

/**
 * Knows where a topic's records come from, by its {@code mirror.source}, and so what must not be copied back: without a look
 * at any record. Two mirrors, one for each direction, may so be told to copy everything.
 */
record LoopGuard(String sourceCluster, String targetCluster) {
    static final String SETTING = "mirror.source";

    /**
     * Why a topic of the source must not be copied; empty if it may.
     *
     * @param provenance its own mirror.source, empty if it has none
     * @param name its name
     */
    Optional<String> refusal(String name, String provenance) {
        boolean isOfTarget = provenance.startsWith(targetCluster + ":");
        return isOfTarget
                ? Optional.of(name + " is itself a mirror of the target's "
                        + provenance.split(":", -1)[1])
                : Optional.empty();
    }

    /** What the mirror.source of a topic's copy is. */
    String settingOf(CopiedTopic topic) {
        return sourceCluster + ":" + topic.source() + ":" + topic.sourceId();
    }
}
