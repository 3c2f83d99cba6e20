package io.millrace.broker.group;

import io.millrace.broker.group.GroupRecord.GroupRemoved;
import io.millrace.broker.group.GroupRecord.GroupStored;
import io.millrace.protocol.message.GroupMetadataKey;
import io.millrace.protocol.message.GroupMetadataValue;
import io.millrace.protocol.wire.Reader;
import java.nio.ByteBuffer;
import java.util.Optional;

/** Classic groups as records: key type 2. */
final class GroupRecords {
    static final short TYPE = 2;

    /** Every broker since static members reads it; what version 4 adds is only room for tags. */
    private static final short WRITTEN = 3;

    private static final short NEWEST = 4;

    private GroupRecords() {}

    static ByteBuffer key(String groupId) {
        return VersionedBytes.of(TYPE, new GroupMetadataKey(groupId));
    }

    static ByteBuffer value(GroupMetadataValue value) {
        return VersionedBytes.of(WRITTEN, value);
    }

    /** Empty for a version that is not known. */
    static Optional<GroupRecord> read(Reader keyFields, Optional<ByteBuffer> valueBytes) {
        GroupMetadataKey key = VersionedBytes.fields(keyFields, TYPE, GroupMetadataKey::read);
        if (valueBytes.isEmpty()) {
            return Optional.of(new GroupRemoved(key.group()));
        }
        Reader in = new Reader(valueBytes.get());
        short version = in.i16();
        if (version < 0 || version > NEWEST) {
            return Optional.empty();
        }
        return Optional.of(new GroupStored(key.group(), VersionedBytes.fields(in, version, GroupMetadataValue::read)));
    }
}
