package io.millrace.broker.group;

import io.millrace.broker.coordinator.Decision;
import io.millrace.broker.coordinator.Reply;
import io.millrace.broker.group.Committing.Position;
import io.millrace.broker.group.GroupRecord.OffsetStored;
import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.Uuid;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Stores offsets, and reads them back.
 *
 * <p>Threading: in turns of its shard; {@link #check} on any thread.
 */
final class OffsetCommits {
    private final Groups groups;
    private final Sessions sessions;
    private final Topics topics;
    private final Clock clock;

    OffsetCommits(Groups groups, Sessions sessions, Topics topics, Clock clock) {
        this.groups = groups;
        this.sessions = sessions;
        this.topics = topics;
        this.clock = clock;
    }

    /** What is wrong with a position whoever commits it; NONE if nothing. */
    static ErrorCode check(Position position, Topics topics, GroupConfig config) {
        TopicPartition at = position.partition();
        if (at.partition() < 0 || at.partition() >= topics.partitions(at.topic())) {
            return ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
        }
        return position.metadata().length() > config.offsetMetadataMaxBytes()
                ? ErrorCode.OFFSET_METADATA_TOO_LARGE
                : ErrorCode.NONE;
    }

    /**
     * Stores those positions that nothing is wrong with.
     *
     * @param errors what {@link #check} said of each; the answer too, once the others are stored
     */
    Decision<GroupRecord> commit(
            Committing committing, Map<TopicPartition, ErrorCode> errors, Reply<Map<TopicPartition, ErrorCode>> reply) {
        Optional<ClassicGroup> group = groups.find(committing.groupId());
        Optional<ClassicMember> member = MemberCheck.committing(group, committing.member(), committing.generation());
        List<GroupRecord> records = records(committing, errors);
        long newBytes = newBytes(records);
        if (newBytes > 0 && !groups.memory().hasRoomFor(newBytes)) {
            throw new ApiException(
                    ErrorCode.COORDINATOR_NOT_AVAILABLE, "offsets hold as much memory as this broker lets them");
        }
        member.ifPresent(sessions::touch);
        return Decision.write(records, () -> reply.answer(errors));
    }

    private List<GroupRecord> records(Committing committing, Map<TopicPartition, ErrorCode> errors) {
        long now = clock.millis();
        long expiry =
                committing.retentionMs() < 0 ? CommittedOffset.NO_TIMESTAMP : expiry(now, committing.retentionMs());
        Map<TopicPartition, GroupRecord> records = new LinkedHashMap<>(); // named twice: the last one counts
        for (Position position : committing.positions()) {
            TopicPartition partition = position.partition();
            if (errors.get(partition) == ErrorCode.NONE) {
                Uuid topicId = topics.id(partition.topic()).orElse(Uuid.ZERO);
                CommittedOffset offset = new CommittedOffset(
                        position.offset(), position.leaderEpoch(), position.metadata(), now, expiry, topicId);
                records.put(partition, new OffsetStored(committing.groupId(), partition, offset));
            }
        }
        return List.copyOf(records.values());
    }

    private static long expiry(long now, long retentionMs) {
        return retentionMs > Long.MAX_VALUE - now ? Long.MAX_VALUE : now + retentionMs;
    }

    /** What the records take that is not there yet: nothing for offsets that only move on. */
    private long newBytes(List<GroupRecord> records) {
        long bytes = 0;
        for (GroupRecord record : records) {
            if (record instanceof OffsetStored stored
                    && groups.offsets()
                            .find(stored.groupId(), stored.partition())
                            .isEmpty()) {
                bytes += CommittedOffsets.weight(stored.offset());
            }
        }
        return bytes;
    }

    /** The offsets of a group: of these partitions, or of all. Partitions without one are left out. */
    Map<TopicPartition, CommittedOffset> fetch(String groupId, Optional<List<TopicPartition>> partitions) {
        Map<TopicPartition, CommittedOffset> found = new LinkedHashMap<>();
        if (partitions.isEmpty()) {
            groups.offsets().of(groupId).forEach((partition, offset) -> {
                if (isOfThisTopic(partition, offset)) {
                    found.put(partition, offset);
                }
            });
            return found;
        }
        for (TopicPartition partition : partitions.get()) {
            groups.offsets()
                    .find(groupId, partition)
                    .filter(offset -> isOfThisTopic(partition, offset))
                    .ifPresent(offset -> found.put(partition, offset));
        }
        return found;
    }

    /** Offsets of a topic that was deleted and made anew under its name mean nothing there. */
    private boolean isOfThisTopic(TopicPartition partition, CommittedOffset offset) {
        return offset.topicId().isZero()
                || topics.id(partition.topic()).map(offset.topicId()::equals).orElse(true);
    }

    /** Which offsets of a group are of a topic that has been made anew since. */
    List<TopicPartition> outlived(String groupId) {
        List<TopicPartition> outlived = new ArrayList<>();
        groups.offsets().of(groupId).forEach((partition, offset) -> {
            if (!isOfThisTopic(partition, offset)) {
                outlived.add(partition);
            }
        });
        return outlived;
    }
}
