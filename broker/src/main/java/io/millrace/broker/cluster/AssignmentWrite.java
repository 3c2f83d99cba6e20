package io.millrace.broker.cluster;

import java.util.Optional;

/** What became of a versioned write of a topic's assignment. */
public sealed interface AssignmentWrite {

    /**
     * It is the truth now.
     *
     * @param topic with the assignment as written and its new version; the partition states are those that the caller saw
     */
    record Written(TopicState topic) implements AssignmentWrite {}

    /**
     * Nothing was written: somebody else was there first.
     *
     * @param current the topic as it is now; empty if it is gone, or is another of the same name
     */
    record Conflict(Optional<TopicState> current) implements AssignmentWrite {}
}
