package io.millrace.broker.group;

import io.millrace.broker.coordinator.Decision;
import io.millrace.broker.coordinator.ShardTimer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Member ids of a shard that were given to clients, which are to come back with them. Each is forgotten after a session
 * timeout. There is a bound: past it the oldest go first, so that whoever asks for ids in a storm mostly hurts itself; a
 * client whose id was forgotten is told UNKNOWN_MEMBER_ID and asks for another.
 *
 * <p>Threading: in turns of its shard.
 */
final class PendingMembers {
    /** Of one shard; each is reckoned with the memory of its group. */
    static final int MOST = 2_000;

    private final Groups groups;
    private final Rebalances rebalances;
    private final ShardTimer<GroupRecord> timer;
    private final Set<TimerKey.PendingMember> oldestFirst = new LinkedHashSet<>();

    PendingMembers(Groups groups, Rebalances rebalances, ShardTimer<GroupRecord> timer) {
        this.groups = groups;
        this.rebalances = rebalances;
        this.timer = timer;
    }

    /** Adds an id. */
    List<GroupRecord> add(ClassicGroup group, String memberId, int sessionTimeoutMs) {
        TimerKey.PendingMember key = new TimerKey.PendingMember(group.id(), memberId);
        group.addPending(memberId);
        oldestFirst.add(key);
        timer.schedule(key, sessionTimeoutMs, () -> Decision.note(drop(key)));
        List<GroupRecord> records = new ArrayList<>();
        while (oldestFirst.size() > MOST) {
            Iterator<TimerKey.PendingMember> oldest = oldestFirst.iterator();
            records.addAll(drop(oldest.next()));
        }
        return records;
    }

    /** The client has come back with its id, or will not come back. */
    void remove(ClassicGroup group, String memberId) {
        forget(new TimerKey.PendingMember(group.id(), memberId));
        group.removePending(memberId);
    }

    private List<GroupRecord> drop(TimerKey.PendingMember key) {
        forget(key);
        List<GroupRecord> records = new ArrayList<>();
        groups.find(key.groupId()).ifPresent(group -> {
            group.removePending(key.memberId());
            records.addAll(rebalances.goOnIfAllJoined(group));
            groups.forgetIfTraceless(group);
        });
        return records;
    }

    private void forget(TimerKey.PendingMember key) {
        timer.cancel(key);
        oldestFirst.remove(key);
    }
}
