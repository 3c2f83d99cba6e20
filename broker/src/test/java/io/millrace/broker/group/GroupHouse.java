package io.millrace.broker.group;

import io.millrace.broker.config.Settings;
import io.millrace.broker.coordinator.Answer;
import io.millrace.broker.coordinator.LateExecutor;
import io.millrace.broker.coordinator.ManualScheduler;
import io.millrace.broker.coordinator.MemoryLog;
import io.millrace.broker.coordinator.ShardRuntime;
import io.millrace.broker.group.Committing.Position;
import io.millrace.broker.group.JoinOutcome.Joined;
import io.millrace.broker.group.JoinOutcome.MemberIdRequired;
import io.millrace.broker.group.Syncing.Synced;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.wire.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A coordinator in one thread, with logs in memory and time moved by hand, and short ways to ask it. */
public final class GroupHouse {
    public static final String GROUP = "g";
    public static final int SESSION_MS = 10_000;
    public static final int REBALANCE_MS = 60_000;
    public static final int DELAY_MS = 3_000;
    public static final long START_MS = 1_700_000_000_000L;
    private static final int PARTITIONS = 4;

    public final ManualScheduler scheduler = new ManualScheduler();
    public final FakeTopics topics = new FakeTopics();
    public final LateExecutor loads = new LateExecutor();
    private final Map<Integer, MemoryLog> logs = new HashMap<>();
    private final Map<String, String> settings = new HashMap<>();
    private long ids;
    public GroupCoordinator groups;

    public GroupHouse() {
        this(Map.of());
    }

    public GroupHouse(Map<String, String> settings) {
        this.settings.putAll(settings);
        for (int p = 0; p < PARTITIONS; p++) {
            logs.put(p, new MemoryLog());
        }
        topics.make("t", 3);
        groups = build();
        leadAll();
    }

    private GroupCoordinator build() {
        return new GroupCoordinator(
                GroupConfig.from(new Settings(settings)),
                topics,
                () -> PARTITIONS,
                new ShardRuntime(Runnable::run, loads, scheduler, scheduler.clock(START_MS)),
                () -> "id" + ids++);
    }

    private void leadAll() {
        logs.forEach((partition, log) -> groups.lead(partition, log));
        loads.runAll();
    }

    /** The broker is gone, and another life of it reads its logs. */
    public void restart() {
        groups.close();
        groups = build();
        leadAll();
    }

    public MemoryLog log(String groupId) {
        return logs.get(groups.partitionFor(groupId));
    }

    public void advance(long ms) {
        scheduler.advance(ms);
    }

    public static Bytes bytes(String text) {
        return Bytes.of(text.getBytes(StandardCharsets.UTF_8));
    }

    public static String text(Bytes bytes) {
        return new String(bytes.toArray(), StandardCharsets.UTF_8);
    }

    public static MemberRef ref(String memberId) {
        return new MemberRef(memberId, Optional.empty());
    }

    public static MemberRef ref(String memberId, String instanceId) {
        return new MemberRef(memberId, Optional.of(instanceId));
    }

    /** A join as a newer client makes it; the metadata of a protocol is its name and the client's. */
    public static Joining joining(MemberRef member, String client, String... protocols) {
        List<MemberProtocol> list = new ArrayList<>();
        for (String protocol : protocols.length == 0 ? new String[] {"range"} : protocols) {
            list.add(new MemberProtocol(protocol, bytes(protocol + " of " + client)));
        }
        return new Joining(GROUP, member, client, "/10.0.0.1", SESSION_MS, REBALANCE_MS, "consumer", list, true, true);
    }

    public Answer<JoinOutcome> join(MemberRef member, String client, String... protocols) {
        return join(joining(member, client, protocols));
    }

    public Answer<JoinOutcome> join(Joining joining) {
        return Answer.of(groups.join(joining));
    }

    /** Asks for a member id and joins with it; the answer may come later. */
    public Answer<JoinOutcome> enter(String client, String... protocols) {
        Answer<JoinOutcome> first = join(ref(""), client, protocols);
        return join(ref(((MemberIdRequired) first.value()).memberId()), client, protocols);
    }

    public static Joined joined(Answer<JoinOutcome> answer) {
        return (Joined) answer.value();
    }

    public Answer<Synced> sync(Joined joined, Map<String, Bytes> assignments) {
        return sync(ref(joined.memberId()), joined.generation(), assignments);
    }

    public Answer<Synced> sync(MemberRef member, int generation, Map<String, Bytes> assignments) {
        return Answer.of(
                groups.sync(new Syncing(GROUP, member, generation, Optional.empty(), Optional.empty(), assignments)));
    }

    /** What a leader assigns: to each member its own id. */
    public static Map<String, Bytes> assignments(Joined leader) {
        Map<String, Bytes> assignments = new HashMap<>();
        leader.members().forEach(member -> assignments.put(member.memberId(), bytes("for " + member.memberId())));
        return assignments;
    }

    public ErrorCode heartbeat(MemberRef member, int generation) {
        return heartbeatOf(Answer.of(groups.heartbeat(GROUP, member, generation)));
    }

    public ErrorCode heartbeat(Joined joined) {
        return heartbeat(ref(joined.memberId()), joined.generation());
    }

    private static ErrorCode heartbeatOf(Answer<ErrorCode> answer) {
        return answer.error() == ErrorCode.NONE ? answer.value() : answer.error();
    }

    public List<ErrorCode> leave(MemberRef... members) {
        return Answer.of(groups.leave(GROUP, List.of(members))).value();
    }

    /** A settled group of one member. */
    public Joined settled(String client) {
        Answer<JoinOutcome> answer = enter(client);
        advance(DELAY_MS);
        Joined joined = joined(answer);
        sync(joined, assignments(joined));
        return joined;
    }

    /** A settled group of two members, the leader first. */
    public List<Joined> settledPair() {
        Answer<JoinOutcome> a = enter("a");
        Answer<JoinOutcome> b = enter("b");
        advance(2 * DELAY_MS);
        Joined leader = joined(a);
        Joined other = joined(b);
        sync(other, Map.of());
        sync(leader, assignments(leader));
        return List.of(leader, other);
    }

    public String state() {
        return Answer.of(groups.describe(GROUP)).value().map(GroupView::state).orElse("Dead");
    }

    public GroupView view() {
        return Answer.of(groups.describe(GROUP)).value().orElseThrow();
    }

    public Answer<Map<TopicPartition, ErrorCode>> commit(MemberRef member, int generation, long... offsets) {
        return commit(GROUP, member, generation, -1, offsets);
    }

    /** Commits an offset for each of the first partitions of topic t. */
    public Answer<Map<TopicPartition, ErrorCode>> commit(
            String groupId, MemberRef member, int generation, long retentionMs, long... offsets) {
        List<Position> positions = new ArrayList<>();
        for (int p = 0; p < offsets.length; p++) {
            positions.add(new Position(new TopicPartition("t", p), offsets[p], 5, "m"));
        }
        return Answer.of(groups.commit(new Committing(groupId, member, generation, retentionMs, positions)));
    }

    /** Commits for a group without members. */
    public ErrorCode commitAlone(String groupId, long... offsets) {
        Answer<Map<TopicPartition, ErrorCode>> answer = commit(groupId, ref(""), -1, -1, offsets);
        return answer.error() == ErrorCode.NONE ? answer.value().get(new TopicPartition("t", 0)) : answer.error();
    }

    /** The offset of a partition of topic t; -1 for none. */
    public long committed(String groupId, int partition) {
        TopicPartition at = new TopicPartition("t", partition);
        Map<TopicPartition, CommittedOffset> found =
                Answer.of(groups.fetch(groupId, Optional.of(List.of(at)))).value();
        return found.containsKey(at) ? found.get(at).offset() : -1;
    }
}
