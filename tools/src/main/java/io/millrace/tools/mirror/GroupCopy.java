package io.millrace.tools.mirror;

import io.millrace.client.admin.Admin;
import io.millrace.client.admin.CommittedOffset;
import io.millrace.client.admin.GroupDescription;
import io.millrace.client.admin.GroupListing;
import io.millrace.client.admin.ItemResult;
import io.millrace.protocol.TopicPartition;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries positions of consumer groups over, so that a group that moves to the target goes on at the very next record:
 * where offsets are others in the target, each is translated exactly, by the copy's {@link OffsetPairs}.
 *
 * <p>A group is not touched while it has members in the target. A position there that is not the one last written here was
 * committed by the group itself, or by somebody for it: that one only moves forward. None goes beyond what the target has.
 * Leader epochs are left out, since they are each cluster's own.
 *
 * <p>Threading: one thread's, which waits.
 */
final class GroupCopy {
    private static final Logger LOG = LoggerFactory.getLogger(GroupCopy.class);

    private final Admin source;
    private final Admin target;
    private final MirrorConfig config;

    /** What was written last, by group. */
    private final Map<String, Map<TopicPartition, Long>> written = new HashMap<>();

    /** How long it took from reading a position to writing it, in ms. */
    private final Map<Moved, Window> latencies = new HashMap<>();

    GroupCopy(Admin source, Admin target, MirrorConfig config) {
        this.source = source;
        this.target = target;
        this.config = config;
    }

    /** A position that was carried over, by partition of the target. */
    record Moved(String group, TopicPartition partition) {}

    Map<Moved, Window> latencies() {
        return latencies;
    }

    /**
     * Carries over what has moved.
     *
     * @param copies what is mirrored, by partition of the source
     * @return how many positions were written
     */
    int run(Map<TopicPartition, PartitionCopy> copies) throws InterruptedException {
        int moved = 0;
        for (GroupListing group : Calls.await(source.listGroups()).get().groups()) {
            boolean isOfConsumers =
                    group.protocolType().isEmpty() || group.protocolType().equals("consumer");
            if (isOfConsumers
                    && !group.id().equals(config.group())
                    && config.groups().accepts(group.id())) {
                moved += copy(group.id(), copies);
            }
        }
        return moved;
    }

    private int copy(String group, Map<TopicPartition, PartitionCopy> copies) throws InterruptedException {
        long readNs = System.nanoTime();
        Map<TopicPartition, CommittedOffset> wanted = wanted(group, copies);
        Map<TopicPartition, Long> before = written.getOrDefault(group, Map.of());
        boolean isAllThere = wanted.entrySet().stream()
                .allMatch(entry -> Long.valueOf(entry.getValue().offset()).equals(before.get(entry.getKey())));
        if (isAllThere || hasMembers(group)) {
            return 0;
        }
        Map<TopicPartition, CommittedOffset> present =
                Calls.await(target.listGroupOffsets(group)).get();
        Map<TopicPartition, CommittedOffset> due = new LinkedHashMap<>();
        wanted.forEach((partition, position) -> {
            Optional<Long> now = Optional.ofNullable(present.get(partition)).map(CommittedOffset::offset);
            boolean isOurs = now.isEmpty() || now.get().equals(before.get(partition));
            boolean differs = now.isEmpty() || now.get() != position.offset();
            if (differs && (isOurs || now.get() < position.offset())) {
                due.put(partition, position);
            }
        });
        return due.isEmpty() ? 0 : write(group, due, readNs);
    }

    private Map<TopicPartition, CommittedOffset> wanted(String group, Map<TopicPartition, PartitionCopy> copies)
            throws InterruptedException {
        Map<TopicPartition, CommittedOffset> wanted = new LinkedHashMap<>();
        Calls.await(source.listGroupOffsets(group)).get().forEach((partition, position) -> {
            PartitionCopy copy = copies.get(partition);
            if (copy != null && copy.targetEnd() != PartitionCopy.UNKNOWN && position.offset() >= 0) {
                long translated = copy.translate(position.offset());
                if (translated >= 0) {
                    wanted.put(
                            copy.target(), new CommittedOffset(translated, OptionalInt.empty(), position.metadata()));
                }
            }
        });
        return wanted;
    }

    private boolean hasMembers(String group) throws InterruptedException {
        ItemResult<GroupDescription> described = Calls.await(target.describeGroup(group));
        return described.value().filter(its -> !its.members().isEmpty()).isPresent();
    }

    private int write(String group, Map<TopicPartition, CommittedOffset> due, long readNs) throws InterruptedException {
        int moved = 0;
        Map<TopicPartition, Long> known = written.computeIfAbsent(group, id -> new HashMap<>());
        for (Map.Entry<TopicPartition, ItemResult<io.millrace.client.admin.Done>> result :
                Calls.await(target.alterGroupOffsets(group, due)).entrySet()) {
            if (result.getValue().isSuccess()) {
                known.put(result.getKey(), due.get(result.getKey()).offset());
                latencies
                        .computeIfAbsent(new Moved(group, result.getKey()), key -> new Window())
                        .add((System.nanoTime() - readNs) / 1e6);
                moved++;
            } else { // most likely members have come
                LOG.info(
                        "The position of group {} in {} was not carried over: {}",
                        group,
                        result.getKey(),
                        result.getValue().failure().orElseThrow().getMessage());
            }
        }
        return moved;
    }
}
