package io.millrace.broker.group;

import io.millrace.broker.coordinator.Decision;
import io.millrace.broker.coordinator.ShardTimer;
import io.millrace.broker.group.ClassicGroup.State;
import io.millrace.broker.group.GroupRecord.GroupStored;
import io.millrace.protocol.ErrorCode;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Leads classic groups from one generation to the next.
 *
 * <pre>
 * Empty ──first join──► PreparingRebalance ──all joined, or time is up──► CompletingRebalance ──leader's sync──► Stable
 *   ▲                      │  ▲   ▲                                          │                                    │
 *   └──nobody is left──────┘  │   └──────────somebody joins, leaves, fails───┘                                    │
 *                             └──────────────────────────somebody joins, leaves, fails────────────────────────────┘
 * </pre>
 *
 * <p>Memory moves on at once; what the methods return are records that tell the log of it.
 *
 * <p>Threading: in turns of its shard.
 */
final class Rebalances {
    private static final Logger LOG = LoggerFactory.getLogger(Rebalances.class);

    /** The wait for more members of a group that was empty: how much of the longest wait is left. */
    private record FirstWait(long leftMs, boolean somebodyCame) {}

    private final Groups groups;
    private final ShardTimer<GroupRecord> timer;
    private final GroupConfig config;
    private final Clock clock;
    private final GroupMeters meters;
    private final Map<String, FirstWait> firstWaits = new HashMap<>();

    Rebalances(Groups groups, ShardTimer<GroupRecord> timer, GroupConfig config, Clock clock, GroupMeters meters) {
        this.meters = meters;
        this.groups = groups;
        this.timer = timer;
        this.config = config;
        this.clock = clock;
    }

    /** A member has joined, or something has changed that all members must agree on anew. */
    List<GroupRecord> begin(ClassicGroup group, String reason) {
        if (group.state() == State.PREPARING) {
            firstWaits.computeIfPresent(group.id(), (id, wait) -> new FirstWait(wait.leftMs(), true));
            return goOnIfAllJoined(group);
        }
        LOG.debug("{} rebalances: {}", group, reason);
        boolean wasEmpty = group.state() == State.EMPTY;
        timer.cancel(new TimerKey.SyncPhase(group.id()));
        group.members()
                .forEach(member -> member.failSync(ErrorCode.REBALANCE_IN_PROGRESS, "the group rebalances again"));
        group.prepare(clock.millis());
        if (wasEmpty && config.initialRebalanceDelayMs() > 0) {
            waitFirst(group, group.longestRebalanceTimeoutMs());
        } else {
            awaitMembers(group);
        }
        return goOnIfAllJoined(group);
    }

    /** Starts the generation if nobody is missing. */
    List<GroupRecord> goOnIfAllJoined(ClassicGroup group) {
        boolean waitsFirst = firstWaits.containsKey(group.id());
        return group.state() == State.PREPARING && group.allJoined() && !waitsFirst ? goOn(group) : List.of();
    }

    /** Takes a member out, whose waiting requests are answered with an error, and has the others rebalance. */
    List<GroupRecord> remove(ClassicGroup group, ClassicMember member, ErrorCode error, String reason) {
        takeOut(group, member, error, reason);
        return membersLeft(group, "member " + member.id() + " " + reason);
    }

    /** Takes a member out; the caller tells with {@link #membersLeft} once all who leave are out. */
    void takeOut(ClassicGroup group, ClassicMember member, ErrorCode error, String reason) {
        timer.cancel(new TimerKey.Session(group.id(), member.id()));
        group.remove(member);
        member.failJoin(error, reason);
        member.failSync(error, reason);
    }

    /** A static member's old self has been replaced in the group. */
    void fence(ClassicGroup group, ClassicMember old) {
        String why = "the instance id has another member id now";
        timer.cancel(new TimerKey.Session(group.id(), old.id()));
        old.failJoin(ErrorCode.FENCED_INSTANCE_ID, why);
        old.failSync(ErrorCode.FENCED_INSTANCE_ID, why);
    }

    /** Members have been taken out. */
    List<GroupRecord> membersLeft(ClassicGroup group, String reason) {
        if (group.isEmpty()) {
            return becomeEmpty(group);
        }
        return group.state() == State.PREPARING ? goOnIfAllJoined(group) : begin(group, reason);
    }

    /** The generation that has just started is settled once all members have asked for their assignments. */
    void synced(ClassicGroup group, ClassicMember member) {
        group.unsynced().remove(member.id());
        if (group.unsynced().isEmpty()) {
            timer.cancel(new TimerKey.SyncPhase(group.id()));
        }
    }

    private void waitFirst(ClassicGroup group, long longestMs) {
        long waitMs = Math.min(config.initialRebalanceDelayMs(), longestMs);
        firstWaits.put(group.id(), new FirstWait(longestMs - waitMs, false));
        onJoinPhaseEnd(group, waitMs);
    }

    private void awaitMembers(ClassicGroup group) {
        onJoinPhaseEnd(group, group.longestRebalanceTimeoutMs());
    }

    private void onJoinPhaseEnd(ClassicGroup group, long delayMs) {
        timer.schedule(
                new TimerKey.JoinPhase(group.id()),
                delayMs,
                () -> Decision.note(
                        groups.find(group.id()).map(this::joinPhaseIsOver).orElse(List.of())));
    }

    private List<GroupRecord> joinPhaseIsOver(ClassicGroup group) {
        FirstWait wait = firstWaits.remove(group.id());
        if (wait != null && wait.somebodyCame() && wait.leftMs() > 0) {
            waitFirst(group, wait.leftMs());
            return List.of();
        }
        return goOn(group);
    }

    /** Starts a generation of those who have joined; static members are kept even where they have not. */
    private List<GroupRecord> goOn(ClassicGroup group) {
        for (ClassicMember member : List.copyOf(group.members())) {
            if (!member.hasJoined() && !member.isStatic()) {
                LOG.debug("{}: member {} has not joined in time and is removed", group, member.id());
                takeOut(group, member, ErrorCode.UNKNOWN_MEMBER_ID, "has not joined in time");
            }
        }
        if (group.isEmpty()) {
            return becomeEmpty(group);
        }
        if (!group.hasJoined()) {
            awaitMembers(group); // static members only, each of which still has its session
            return List.of();
        }
        endJoinPhase(group);
        group.startGeneration(clock.millis());
        meters.rebalanced();
        LOG.debug("{} begins", group);
        group.unsynced().stream()
                .flatMap(id -> group.member(id).stream())
                .forEach(member -> member.touch(timer.nowMs()));
        timer.schedule(
                new TimerKey.SyncPhase(group.id()),
                group.longestRebalanceTimeoutMs(),
                () -> Decision.note(
                        groups.find(group.id()).map(this::syncPhaseIsOver).orElse(List.of())));
        return List.of();
    }

    private void endJoinPhase(ClassicGroup group) {
        firstWaits.remove(group.id());
        timer.cancel(new TimerKey.JoinPhase(group.id()));
    }

    private List<GroupRecord> becomeEmpty(ClassicGroup group) {
        endJoinPhase(group);
        timer.cancel(new TimerKey.SyncPhase(group.id()));
        group.becomeEmpty(clock.millis());
        LOG.debug("{} has no members any more", group);
        if (!group.isStored()) {
            groups.forgetIfTraceless(group);
            return List.of();
        }
        return List.of(new GroupStored(group.id(), group.stored()));
    }

    private List<GroupRecord> syncPhaseIsOver(ClassicGroup group) {
        for (String memberId : List.copyOf(group.unsynced())) {
            LOG.debug("{}: member {} has not synced in time and is removed", group, memberId);
            group.member(memberId)
                    .ifPresent(member -> takeOut(group, member, ErrorCode.UNKNOWN_MEMBER_ID, "has not synced in time"));
        }
        return membersLeft(group, "members have not synced in time");
    }
}
