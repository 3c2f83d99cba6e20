package io.millrace.broker.group;

import io.millrace.broker.coordinator.Reply;
import io.millrace.broker.group.JoinOutcome.Joined;
import io.millrace.broker.group.Syncing.Synced;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.message.GroupMetadataValue;
import io.millrace.protocol.wire.Bytes;
import java.util.List;
import java.util.Optional;

/**
 * A member of a classic group, and the requests of it that wait for an answer: one join and one sync at most.
 *
 * <p>Threading: in turns of its shard.
 */
final class ClassicMember {
    /** Estimate of what a member takes that says nothing. */
    static final int OWN_BYTES = 600;

    private final String id;
    private final Optional<String> instanceId;
    private final String clientId;
    private final String clientHost;
    private int sessionTimeoutMs;
    private int rebalanceTimeoutMs;
    private List<MemberProtocol> protocols;
    private Bytes assignment = Bytes.EMPTY;
    private long sessionDeadlineMs;
    private Optional<Reply<JoinOutcome>> join = Optional.empty();
    private Optional<Reply<Synced>> sync = Optional.empty();

    ClassicMember(String id, Joining joining) {
        this.id = id;
        this.instanceId = joining.member().instanceId();
        this.clientId = joining.clientId();
        this.clientHost = joining.clientHost();
        update(joining);
    }

    /** A member out of the log, which has kept the one protocol that its group had chosen. */
    ClassicMember(GroupMetadataValue.Member stored, String protocol) {
        this.id = stored.memberId();
        this.instanceId = Optional.ofNullable(stored.groupInstanceId());
        this.clientId = stored.clientId();
        this.clientHost = stored.clientHost();
        this.protocols = List.of();
        restore(stored, protocol);
    }

    /** Takes what the log says. What it does not contradict of what the member has told since stays. */
    void restore(GroupMetadataValue.Member stored, String protocol) {
        sessionTimeoutMs = stored.sessionTimeout();
        rebalanceTimeoutMs = stored.rebalanceTimeout() < 0 ? stored.sessionTimeout() : stored.rebalanceTimeout();
        assignment = stored.assignment();
        if (!supports(protocol) || !metadata(protocol).equals(stored.subscription())) {
            protocols = List.of(new MemberProtocol(protocol, stored.subscription()));
        }
    }

    /** Takes what a new join says. */
    void update(Joining joining) {
        sessionTimeoutMs = joining.sessionTimeoutMs();
        rebalanceTimeoutMs = joining.rebalanceTimeoutMs();
        protocols = joining.protocols();
    }

    String id() {
        return id;
    }

    Optional<String> instanceId() {
        return instanceId;
    }

    boolean isStatic() {
        return instanceId.isPresent();
    }

    int sessionTimeoutMs() {
        return sessionTimeoutMs;
    }

    int rebalanceTimeoutMs() {
        return rebalanceTimeoutMs;
    }

    List<MemberProtocol> protocols() {
        return protocols;
    }

    Bytes assignment() {
        return assignment;
    }

    void assign(Bytes what) {
        assignment = what;
    }

    /** What it told those who use a protocol; empty if it does not support it. */
    Bytes metadata(String protocol) {
        return protocols.stream()
                .filter(p -> p.name().equals(protocol))
                .map(MemberProtocol::metadata)
                .findFirst()
                .orElse(Bytes.EMPTY);
    }

    boolean supports(String protocol) {
        return protocols.stream().anyMatch(p -> p.name().equals(protocol));
    }

    /** Estimate of what it holds on the heap. */
    long weight() {
        long bytes = OWN_BYTES + 2L * (id.length() + clientId.length() + clientHost.length()) + assignment.length();
        for (MemberProtocol protocol : protocols) {
            bytes += 80 + protocol.name().length() + protocol.metadata().length();
        }
        return bytes;
    }

    /** The member was heard of. */
    void touch(long nowMs) {
        sessionDeadlineMs = nowMs + sessionTimeoutMs;
    }

    long sessionDeadlineMs() {
        return sessionDeadlineMs;
    }

    /** Whether it cannot be expected to send anything, since we owe it an answer. */
    boolean isWaiting() {
        return hasJoined() || sync.isPresent();
    }

    /** Whether it waits for the next generation. */
    boolean hasJoined() {
        return join.isPresent();
    }

    /** Parks a join; an earlier one that its client has given up is answered. */
    void parkJoin(Reply<JoinOutcome> reply) {
        failJoin(ErrorCode.REBALANCE_IN_PROGRESS, "the member has joined again");
        join = Optional.of(reply);
    }

    /** Parks a sync; an earlier one that its client has given up is answered. */
    void parkSync(Reply<Synced> reply) {
        failSync(ErrorCode.REBALANCE_IN_PROGRESS, "the member has synced again");
        sync = Optional.of(reply);
    }

    void answerJoin(Joined joined) {
        join.ifPresent(reply -> reply.answer(joined));
        join = Optional.empty();
    }

    void answerSync(Synced synced) {
        sync.ifPresent(reply -> reply.answer(synced));
        sync = Optional.empty();
    }

    void failJoin(ErrorCode error, String why) {
        join.ifPresent(reply -> reply.fail(error, why));
        join = Optional.empty();
    }

    void failSync(ErrorCode error, String why) {
        sync.ifPresent(reply -> reply.fail(error, why));
        sync = Optional.empty();
    }

    GroupView.Member view(Optional<String> settledProtocol) {
        return new GroupView.Member(
                id,
                instanceId,
                clientId,
                clientHost,
                settledProtocol.map(this::metadata).orElse(Bytes.EMPTY),
                settledProtocol.isPresent() ? assignment : Bytes.EMPTY);
    }

    GroupMetadataValue.Member stored(String protocol, Bytes withAssignment) {
        return new GroupMetadataValue.Member(
                id,
                instanceId.orElse(null),
                clientId,
                clientHost,
                rebalanceTimeoutMs,
                sessionTimeoutMs,
                metadata(protocol),
                withAssignment);
    }
}
