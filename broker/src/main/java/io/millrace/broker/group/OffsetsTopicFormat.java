package io.millrace.broker.group;

import io.millrace.broker.coordinator.RecordFormat;
import io.millrace.broker.group.GroupRecord.GroupStored;
import io.millrace.broker.group.GroupRecord.OffsetRemoved;
import io.millrace.broker.group.GroupRecord.OffsetStored;
import io.millrace.protocol.wire.Reader;
import java.nio.ByteBuffer;
import java.util.Optional;

/** The records of the offsets topic, by the type that their keys begin with. */
final class OffsetsTopicFormat implements RecordFormat<GroupRecord> {

    @Override
    public ByteBuffer key(GroupRecord record) {
        if (record instanceof OffsetStored stored) {
            return OffsetRecords.key(stored.groupId(), stored.partition());
        }
        if (record instanceof OffsetRemoved removed) {
            return OffsetRecords.key(removed.groupId(), removed.partition());
        }
        return GroupRecords.key(record.groupId());
    }

    @Override
    public Optional<ByteBuffer> value(GroupRecord record) {
        if (record instanceof OffsetStored stored) {
            return Optional.of(OffsetRecords.value(stored.offset()));
        }
        if (record instanceof GroupStored stored) {
            return Optional.of(GroupRecords.value(stored.value()));
        }
        return Optional.empty();
    }

    @Override
    public Optional<GroupRecord> read(ByteBuffer key, Optional<ByteBuffer> value) {
        Reader in = new Reader(key);
        short type = in.i16();
        return switch (type) {
            case OffsetRecords.OLDEST_TYPE, OffsetRecords.TYPE -> OffsetRecords.read(type, in, value);
            case GroupRecords.TYPE -> GroupRecords.read(in, value);
            default -> Optional.empty();
        };
    }
}
