package io.millrace.broker.group;

import io.millrace.broker.group.GroupRecord.GroupStored;
import io.millrace.broker.group.GroupRecord.OffsetRemoved;
import io.millrace.broker.group.GroupRecord.OffsetStored;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The groups of one shard, and their offsets: what the records of its log come to.
 *
 * <p>Invariant: where there are offsets there is a group, if only one that stores offsets.
 *
 * <p>Threading: in turns of its shard.
 */
final class Groups {
    private final GroupMemory.Share memory;
    private final Map<String, ClassicGroup> groups = new LinkedHashMap<>();
    private final CommittedOffsets offsets;

    Groups(GroupMemory.Share memory) {
        this.memory = memory;
        this.offsets = new CommittedOffsets(memory);
    }

    Optional<ClassicGroup> find(String groupId) {
        return Optional.ofNullable(groups.get(groupId));
    }

    ClassicGroup findOrCreate(String groupId) {
        return groups.computeIfAbsent(groupId, id -> new ClassicGroup(id, memory));
    }

    Collection<ClassicGroup> all() {
        return Collections.unmodifiableCollection(groups.values());
    }

    CommittedOffsets offsets() {
        return offsets;
    }

    GroupMemory.Share memory() {
        return memory;
    }

    /** Forgets a group that nobody could miss: no generation, no members, no offsets. */
    void forgetIfTraceless(ClassicGroup group) {
        if (!group.hasTrace() && !offsets.has(group.id())) {
            forget(group.id());
        }
    }

    void apply(GroupRecord record) {
        if (record instanceof OffsetStored stored) {
            findOrCreate(stored.groupId());
            offsets.put(stored.groupId(), stored.partition(), stored.offset());
        } else if (record instanceof OffsetRemoved removed) {
            offsets.remove(removed.groupId(), removed.partition());
            find(removed.groupId()).ifPresent(this::forgetIfTraceless);
        } else if (record instanceof GroupStored stored) {
            findOrCreate(stored.groupId()).restore(stored.value());
        } else {
            forget(record.groupId());
            if (offsets.has(record.groupId())) {
                findOrCreate(record.groupId());
            }
        }
    }

    private void forget(String groupId) {
        Optional.ofNullable(groups.remove(groupId)).ifPresent(ClassicGroup::discard);
    }
}
