package io.millrace.broker.group;

import io.millrace.broker.group.GroupRecord.OffsetRemoved;
import io.millrace.broker.group.GroupRecord.OffsetStored;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.message.OffsetCommitKey;
import io.millrace.protocol.message.OffsetCommitValue;
import io.millrace.protocol.wire.Reader;
import java.nio.ByteBuffer;
import java.util.Optional;

/** Committed offsets as records: key type 1, or 0 as the oldest brokers wrote it. */
final class OffsetRecords {
    static final short OLDEST_TYPE = 0;
    static final short TYPE = 1;

    private static final short WITH_EXPIRY = 1;
    private static final short WITH_EPOCH = 3;
    private static final short WITH_TOPIC_ID = 4;
    private static final short NEWEST = 4;

    private OffsetRecords() {}

    static ByteBuffer key(String groupId, TopicPartition partition) {
        return VersionedBytes.of(TYPE, new OffsetCommitKey(groupId, partition.topic(), partition.partition()));
    }

    /** In the oldest form that says everything, so that brokers before ours can read it too. */
    static ByteBuffer value(CommittedOffset offset) {
        OffsetCommitValue value = new OffsetCommitValue(
                offset.offset(),
                offset.leaderEpoch(),
                offset.metadata(),
                offset.commitTimestampMs(),
                offset.expireTimestampMs(),
                offset.topicId());
        short version = WITH_EPOCH;
        if (offset.expireTimestampMs() != CommittedOffset.NO_TIMESTAMP) {
            version = WITH_EXPIRY;
        } else if (!offset.topicId().isZero()) {
            version = WITH_TOPIC_ID;
        }
        return VersionedBytes.of(version, value);
    }

    /** Empty for a version that is not known. */
    static Optional<GroupRecord> read(short type, Reader keyFields, Optional<ByteBuffer> valueBytes) {
        OffsetCommitKey key = VersionedBytes.fields(keyFields, type, OffsetCommitKey::read);
        TopicPartition partition = new TopicPartition(key.topic(), key.partition());
        if (valueBytes.isEmpty()) {
            return Optional.of(new OffsetRemoved(key.group(), partition));
        }
        Reader in = new Reader(valueBytes.get());
        short version = in.i16();
        if (version < 0 || version > NEWEST) {
            return Optional.empty();
        }
        OffsetCommitValue value = VersionedBytes.fields(in, version, OffsetCommitValue::read);
        CommittedOffset offset = new CommittedOffset(
                value.offset(),
                value.leaderEpoch(),
                value.metadata(),
                value.commitTimestamp(),
                value.expireTimestamp(),
                value.topicId());
        return Optional.of(new OffsetStored(key.group(), partition, offset));
    }
}
