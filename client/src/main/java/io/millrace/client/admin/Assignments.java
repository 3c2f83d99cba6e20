package io.millrace.client.admin;

import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.wire.MalformedMessageException;
import io.millrace.protocol.wire.Reader;
import java.nio.ByteBuffer;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Reads what the leader of a group of consumers has given to a member:
 *
 * <pre>
 * version i16 | topics i32 { name | partitions i32 { number i32 } } | user data
 * </pre>
 */
final class Assignments {
    private Assignments() {}

    /** The partitions; none where the bytes are nothing of this kind, since they are a matter of the members alone. */
    static Set<TopicPartition> read(byte[] bytes) {
        Set<TopicPartition> partitions = new LinkedHashSet<>();
        if (bytes.length == 0) {
            return Set.of();
        }
        try {
            Reader in = new Reader(ByteBuffer.wrap(bytes));
            short version = in.i16();
            in.array(false, version, (topics, v) -> {
                String topic = topics.string(false);
                return topics.array(false, v, (numbers, w) -> partitions.add(new TopicPartition(topic, numbers.i32())));
            });
        } catch (MalformedMessageException e) {
            return Set.of();
        }
        return Set.copyOf(partitions);
    }
}
