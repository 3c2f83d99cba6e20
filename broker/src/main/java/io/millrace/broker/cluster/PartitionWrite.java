package io.millrace.broker.cluster;

import java.util.Optional;

/** What became of a versioned write of a partition's state. */
public sealed interface PartitionWrite {

    /**
     * It is the truth now.
     *
     * @param state as written, with its new version
     */
    record Written(PartitionState state) implements PartitionWrite {}

    /**
     * Nothing was written: somebody else was there first.
     *
     * @param current what stands there instead; empty if the topic is gone, or is another of the same name
     */
    record Conflict(Optional<PartitionState> current) implements PartitionWrite {}
}
