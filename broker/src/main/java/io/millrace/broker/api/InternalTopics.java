package io.millrace.broker.api;

import java.util.Set;

/** The topics that the broker keeps its own state in. */
public final class InternalTopics {
    /** Groups and their committed offsets. */
    public static final String OFFSETS = "__consumer_offsets";

    private static final Set<String> NAMES = Set.of(OFFSETS, "__transaction_state", "__share_group_state");

    private InternalTopics() {}

    public static boolean contains(String topic) {
        return NAMES.contains(topic);
    }
}
