package io.millrace.broker.replica;

import io.millrace.protocol.Uuid;

/**
 * A partition that is followed at one leader epoch.
 *
 * @param topicId by which the leader is asked for it
 */
record Followed(Partition partition, Uuid topicId, int leaderEpoch) {
    Key key() {
        return new Key(topicId, partition.id().partition());
    }

    /** What a fetch calls a partition. */
    record Key(Uuid topicId, int partition) {}
}
