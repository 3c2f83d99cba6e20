package io.millrace.tools.inspect;

import io.millrace.protocol.message.GroupMetadataKey;
import io.millrace.protocol.message.GroupMetadataValue;
import io.millrace.protocol.message.OffsetCommitKey;
import io.millrace.protocol.message.OffsetCommitValue;
import io.millrace.protocol.record.Record;
import io.millrace.protocol.wire.Reader;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What the records of {@code __consumer_offsets} mean: positions of groups, and groups.
 *
 * <p>Key: i16 type (0 and 1 a position, 2 a group), then fields; value: i16 version, then fields.
 */
final class OffsetsTopic {
    static final String NAME = "__consumer_offsets";
    private static final short OLD_POSITION = 0;
    private static final short POSITION = 1;
    private static final short GROUP = 2;

    private OffsetsTopic() {}

    /** Fields by name; empty for a type or version that is not known. */
    static Optional<Map<String, Object>> read(Record record) {
        try {
            return record.key().isEmpty() ? Optional.empty() : read(record.key().get(), record.value());
        } catch (RuntimeException e) { // whatever bytes may do to a parser
            return Optional.empty();
        }
    }

    private static Optional<Map<String, Object>> read(ByteBuffer key, Optional<ByteBuffer> value) {
        Reader in = new Reader(key);
        short type = in.i16();
        return switch (type) {
            case OLD_POSITION, POSITION -> Optional.of(position(OffsetCommitKey.read(in, type), value));
            case GROUP -> Optional.of(group(GroupMetadataKey.read(in, type), value));
            default -> Optional.empty();
        };
    }

    private static Map<String, Object> position(OffsetCommitKey key, Optional<ByteBuffer> bytes) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("kind", bytes.isEmpty() ? "position removed" : "position");
        fields.put("group", key.group());
        fields.put("topic", key.topic());
        fields.put("partition", key.partition());
        if (bytes.isPresent()) {
            Reader in = new Reader(bytes.get());
            OffsetCommitValue value = OffsetCommitValue.read(in, in.i16());
            fields.put("offset", value.offset());
            fields.put("leaderEpoch", value.leaderEpoch());
            fields.put("metadata", said(value.metadata()));
            fields.put("committed", Instant.ofEpochMilli(value.commitTimestamp()));
        }
        return fields;
    }

    private static Map<String, Object> group(GroupMetadataKey key, Optional<ByteBuffer> bytes) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("kind", bytes.isEmpty() ? "group removed" : "group");
        fields.put("group", key.group());
        if (bytes.isPresent()) {
            Reader in = new Reader(bytes.get());
            GroupMetadataValue value = GroupMetadataValue.read(in, in.i16());
            fields.put("generation", value.generation());
            fields.put("protocol", said(value.protocol()));
            fields.put("leader", said(value.leader()));
            fields.put(
                    "members",
                    value.members().stream()
                            .map(member -> member.memberId() + member.clientHost())
                            .toList());
        }
        return fields;
    }

    /** A nullable field of the protocol. */
    private static String said(String field) {
        return field == null ? "" : field;
    }
}
