package io.millrace.broker.group;

import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.message.GroupMetadataValue;

/** What a partition of the offsets topic says. */
sealed interface GroupRecord {

    /** The group that it is about. */
    String groupId();

    /** A group has got so far. */
    record OffsetStored(String groupId, TopicPartition partition, CommittedOffset offset) implements GroupRecord {}

    /** A group's offset is forgotten. */
    record OffsetRemoved(String groupId, TopicPartition partition) implements GroupRecord {}

    /** A classic group has a generation with assignments, or no members. */
    record GroupStored(String groupId, GroupMetadataValue value) implements GroupRecord {}

    /** A classic group is forgotten. */
    record GroupRemoved(String groupId) implements GroupRecord {}
}
