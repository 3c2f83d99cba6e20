package io.millrace.client.consumer;

import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.message.ConsumerProtocolSubscription;
import io.millrace.protocol.message.ConsumerProtocolSubscription.OwnedPartition;
import io.millrace.protocol.wire.BufferWriter;
import io.millrace.protocol.wire.Bytes;
import io.millrace.protocol.wire.MalformedMessageException;
import io.millrace.protocol.wire.Reader;
import io.millrace.protocol.wire.SizeCounter;
import io.millrace.protocol.wire.Writer;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * What members of a group tell each other, in the bytes that brokers pass on unread: protocol type "consumer".
 *
 * <pre>
 * subscription: i16 version | fields of ConsumerProtocolSubscription
 * assignment:   i16 version | array { string topic | array i32 partitions } | bytes userData
 * sticky data:  array { string topic | array i32 partitions } | i32 generation
 * </pre>
 *
 * <p>A newer version begins with the fields of the older ones. Pure functions.
 */
final class MemberMessages {
    private static final short SUBSCRIPTION_VERSION = 3;
    private static final short ASSIGNMENT_VERSION = 0;

    private MemberMessages() {}

    /** What a member wants and has. */
    record Subscription(List<String> topics, List<TopicPartition> owned, int generation) {}

    static Bytes subscription(
            Assignor assignor, List<String> topics, Collection<TopicPartition> owned, int generation, String rack) {
        ConsumerProtocolSubscription subscription = ConsumerProtocolSubscription.builder()
                .topics(topics)
                .userData(assignor == Assignor.STICKY ? stickyData(owned, generation) : null)
                .ownedPartitions(assignor.isCooperative() ? byTopic(owned) : List.of())
                .generationId(generation)
                .rackId(rack.isEmpty() ? null : rack)
                .build();
        return written(out -> {
            out.i16(SUBSCRIPTION_VERSION);
            subscription.write(out, SUBSCRIPTION_VERSION);
        });
    }

    /** @throws MalformedMessageException where the bytes are no subscription */
    static Subscription subscription(Assignor assignor, Bytes bytes) {
        Reader in = new Reader(ByteBuffer.wrap(bytes.toArray()));
        short version = in.i16();
        ConsumerProtocolSubscription read =
                ConsumerProtocolSubscription.read(in, (short) Math.min(version, SUBSCRIPTION_VERSION));
        if (assignor == Assignor.STICKY
                && read.userData() != null
                && read.userData().length() > 0) {
            return sticky(read);
        }
        return new Subscription(read.topics(), flat(read.ownedPartitions()), read.generationId());
    }

    private static Subscription sticky(ConsumerProtocolSubscription read) {
        Reader in = new Reader(ByteBuffer.wrap(read.userData().toArray()));
        List<OwnedPartition> owned = in.array(false, (short) 0, OwnedPartition::read);
        int generation = -1;
        try {
            generation = in.i32();
        } catch (MalformedMessageException olderThanGenerations) {
            // version 0 ends here
        }
        return new Subscription(read.topics(), flat(owned), generation);
    }

    private static Bytes stickyData(Collection<TopicPartition> owned, int generation) {
        return written(out -> {
            writePartitions(out, owned);
            out.i32(generation);
        });
    }

    static Bytes assignment(Collection<TopicPartition> partitions) {
        return written(out -> {
            out.i16(ASSIGNMENT_VERSION);
            writePartitions(out, partitions);
            out.bytes(null, false, true);
        });
    }

    /** @throws MalformedMessageException where the bytes are no assignment */
    static List<TopicPartition> assignment(Bytes bytes) {
        if (bytes.length() == 0) {
            return List.of(); // a leader that has left this member out
        }
        Reader in = new Reader(ByteBuffer.wrap(bytes.toArray()));
        in.i16();
        return flat(in.array(false, (short) 0, OwnedPartition::read));
    }

    private static void writePartitions(Writer out, Collection<TopicPartition> partitions) {
        out.array(byTopic(partitions), false, false, (short) 0, (topic, to, version) -> topic.write(to, version));
    }

    private static List<OwnedPartition> byTopic(Collection<TopicPartition> partitions) {
        TreeMap<String, OwnedPartition> topics = new TreeMap<>();
        for (TopicPartition partition : partitions) {
            topics.computeIfAbsent(partition.topic(), name -> new OwnedPartition(name, new ArrayList<>()))
                    .partitions()
                    .add(partition.partition());
        }
        return List.copyOf(topics.values());
    }

    private static List<TopicPartition> flat(List<OwnedPartition> topics) {
        List<TopicPartition> flat = new ArrayList<>();
        topics.forEach(topic -> topic.partitions().forEach(id -> flat.add(new TopicPartition(topic.topic(), id))));
        return flat;
    }

    private static Bytes written(Consumer<Writer> content) {
        SizeCounter size = new SizeCounter();
        content.accept(size);
        ByteBuffer bytes = ByteBuffer.allocate(size.total());
        content.accept(new BufferWriter(bytes));
        return Bytes.of(bytes.array());
    }
}
