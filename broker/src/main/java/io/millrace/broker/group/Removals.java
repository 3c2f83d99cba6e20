package io.millrace.broker.group;

import io.millrace.broker.coordinator.Decision;
import io.millrace.broker.coordinator.Reply;
import io.millrace.broker.coordinator.ShardTimer;
import io.millrace.broker.group.GroupRecord.GroupRemoved;
import io.millrace.broker.group.GroupRecord.OffsetRemoved;
import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.TopicPartition;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Forgets groups and offsets: on request, with their topic, and when their time is over.
 *
 * <p>Threading: in turns of its shard.
 */
final class Removals {
    private static final Logger LOG = LoggerFactory.getLogger(Removals.class);
    /** Records in one batch, so that it stays far below the largest batch that a log takes. */
    private static final int RECORDS_AT_ONCE = 1_000;

    private final Groups groups;
    private final OffsetCommits offsetCommits;
    private final ShardTimer<GroupRecord> timer;
    private final GroupConfig config;
    private final Clock clock;
    private final GroupMeters meters;

    Removals(
            Groups groups,
            OffsetCommits offsetCommits,
            ShardTimer<GroupRecord> timer,
            GroupConfig config,
            Clock clock,
            GroupMeters meters) {
        this.meters = meters;
        this.groups = groups;
        this.offsetCommits = offsetCommits;
        this.timer = timer;
        this.config = config;
        this.clock = clock;
    }

    /** Forgets a group that has no members, with its offsets. */
    Decision<GroupRecord> deleteGroup(String groupId, Reply<ErrorCode> reply) {
        ClassicGroup group = groups.find(groupId)
                .orElseThrow(() -> new ApiException(ErrorCode.GROUP_ID_NOT_FOUND, "there is no such group"));
        if (!group.isEmpty()) {
            throw new ApiException(ErrorCode.NON_EMPTY_GROUP, "the group has members");
        }
        List<GroupRecord> records =
                removeOffsets(groupId, groups.offsets().of(groupId).keySet());
        records.add(new GroupRemoved(groupId));
        return Decision.write(records, () -> reply.answer(ErrorCode.NONE));
    }

    /**
     * Forgets some offsets of a group; those of topics that members consume stay.
     *
     * @param errors what is wrong with partitions already; the answer too
     */
    Decision<GroupRecord> deleteOffsets(
            String groupId, Map<TopicPartition, ErrorCode> errors, Reply<Map<TopicPartition, ErrorCode>> reply) {
        ClassicGroup group = groups.find(groupId)
                .orElseThrow(() -> new ApiException(ErrorCode.GROUP_ID_NOT_FOUND, "there is no such group"));
        if (!group.isEmpty() && !group.hasConsumers()) {
            throw new ApiException(ErrorCode.NON_EMPTY_GROUP, "the group has members whose topics are not known");
        }
        Map<TopicPartition, ErrorCode> results = new LinkedHashMap<>(errors);
        List<TopicPartition> gone = new ArrayList<>();
        Map<String, Boolean> inUse = new HashMap<>();
        errors.forEach((partition, error) -> {
            if (error == ErrorCode.NONE && inUse.computeIfAbsent(partition.topic(), group::isSubscribedTo)) {
                results.put(partition, ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC);
            } else if (error == ErrorCode.NONE
                    && groups.offsets().find(groupId, partition).isPresent()) {
                gone.add(partition);
            }
        });
        return Decision.write(removeOffsets(groupId, gone), () -> reply.answer(results));
    }

    /** Forgets what all groups have committed in topics that are gone, a part of it per turn. */
    Decision<GroupRecord> topicsDeleted(Set<String> topics, Reply<Boolean> reply) {
        List<GroupRecord> records = new ArrayList<>();
        for (String groupId : groups.offsets().groupIds()) {
            for (String topic : topics) {
                records.addAll(removeOffsets(groupId, groups.offsets().of(groupId, topic)));
            }
            if (records.size() >= RECORDS_AT_ONCE) {
                break;
            }
        }
        boolean more = records.size() >= RECORDS_AT_ONCE;
        return Decision.write(atMost(records), () -> reply.answer(more));
    }

    /** Looks for what has expired, now and then for ever. */
    void start() {
        schedule(config.offsetsRetentionCheckIntervalMs());
    }

    private void schedule(long delayMs) {
        timer.schedule(new TimerKey.CleanUp(), delayMs, this::cleanUp);
    }

    private Decision<GroupRecord> cleanUp() {
        long now = clock.millis();
        List<GroupRecord> records = new ArrayList<>();
        for (ClassicGroup group : groups.all()) {
            if (records.size() >= RECORDS_AT_ONCE) {
                break;
            }
            records.addAll(expired(group, now));
        }
        schedule(config.offsetsRetentionCheckIntervalMs());
        if (records.isEmpty()) {
            return Decision.nothing();
        }
        boolean more = records.size() >= RECORDS_AT_ONCE;
        List<GroupRecord> removals = atMost(records);
        return Decision.write(removals, () -> removed(removals.size(), more));
    }

    private void removed(int count, boolean more) {
        meters.expired(count);
        LOG.info("{} expired offsets and groups are removed", count);
        if (more) {
            schedule(0);
        }
    }

    private List<GroupRecord> expired(ClassicGroup group, long now) {
        Map<TopicPartition, CommittedOffset> offsets = groups.offsets().of(group.id());
        Set<TopicPartition> gone =
                new LinkedHashSet<>(OffsetExpiry.expired(group, offsets, now, config.offsetsRetentionMs()));
        gone.addAll(offsetCommits.outlived(group.id()));
        List<GroupRecord> records = removeOffsets(group.id(), gone);
        if (group.isEmpty() && group.pendingCount() == 0 && gone.size() == offsets.size()) {
            records.add(new GroupRemoved(group.id()));
        }
        return records;
    }

    private static List<GroupRecord> removeOffsets(String groupId, Collection<TopicPartition> partitions) {
        List<GroupRecord> records = new ArrayList<>();
        partitions.forEach(partition -> records.add(new OffsetRemoved(groupId, partition)));
        return records;
    }

    /** The rest is found again in the next turn. */
    private static List<GroupRecord> atMost(List<GroupRecord> records) {
        return records.size() > RECORDS_AT_ONCE ? records.subList(0, RECORDS_AT_ONCE) : records;
    }
}
