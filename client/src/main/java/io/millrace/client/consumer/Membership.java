package io.millrace.client.consumer;

import io.millrace.client.MillraceException;
import io.millrace.client.MillraceException.Reason;
import io.millrace.client.net.ClusterClient;
import io.millrace.client.net.IoTimer;
import io.millrace.client.net.Lane;
import io.millrace.client.net.Limits;
import io.millrace.client.net.Wait;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.message.HeartbeatRequest;
import io.millrace.protocol.message.JoinGroupRequest;
import io.millrace.protocol.message.JoinGroupResponse;
import io.millrace.protocol.message.LeaveGroupRequest;
import io.millrace.protocol.message.SyncGroupRequest;
import io.millrace.protocol.message.SyncGroupResponse;
import io.millrace.protocol.wire.MalformedMessageException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One member of a classic group: joins, learns what it is given, says that it is alive, and joins again when the group
 * says so.
 *
 * <pre>
 * OUT -> PREPARING (the application lets go of what it must) -> JOINING (JoinGroup, SyncGroup) -> STABLE -> PREPARING ...
 * </pre>
 *
 * <p>Threading: the I/O thread. {@link Application} is called by the thread that polls, in its next poll.
 */
final class Membership {
    private static final Logger LOG = LoggerFactory.getLogger(Membership.class);
    private static final String PROTOCOL_TYPE = "consumer";

    /** Who leaves is one, without an instance id: brokers of all ages know that. */
    private static final int LAST_LEAVE_OF_ONE_MEMBER = 2;

    private static final Duration BEYOND_REBALANCE = Duration.ofSeconds(5);

    private enum State {
        OUT,
        PREPARING,
        JOINING,
        STABLE,
        CLOSED
    }

    /** What the thread that polls does for a member. */
    interface Application {
        /** Lets go of what must not be read while the group is rebalanced; then calls {@link Membership#join}. */
        void prepare();

        /** Has been given these partitions. */
        void take(List<TopicPartition> partitions);

        /** Others have its partitions. */
        void lose();
    }

    private final ClusterClient cluster;
    private final ConsumerConfig config;
    private final GroupConfig group;
    private final Coordinator coordinator;
    private final PollQueue queue;
    private final LeaderDuty leader;
    private final PollWatch watch;
    private final Application application;
    private final IoTimer heartbeat;
    private final IoTimer retry;
    private final Wait wait;
    private State state = State.OUT;
    private MemberIdentity me;
    private Holdings holdings = Holdings.NOTHING;
    private List<String> topics = List.of();
    private boolean heartbeatUnderWay;
    private boolean joinsAgain;

    /**
     * What a member tells of itself when it joins.
     *
     * @param owned what it goes on reading meanwhile
     * @param had what it was given last
     */
    record Holdings(Collection<TopicPartition> owned, Collection<TopicPartition> had) {
        static final Holdings NOTHING = new Holdings(List.of(), List.of());
    }

    Membership(
            ClusterClient cluster,
            TopicInterest interest,
            ConsumerConfig config,
            Coordinator coordinator,
            PollQueue queue,
            PollWatch watch,
            Application application) {
        this.cluster = cluster;
        this.config = config;
        this.group = config.group();
        this.coordinator = coordinator;
        this.queue = queue;
        this.watch = watch;
        this.application = application;
        this.leader = new LeaderDuty(cluster, interest, this::joinAgain);
        this.heartbeat = cluster.thread().timer(this::beat);
        this.retry = cluster.thread().timer(this::sendJoin);
        this.wait = new Wait(config.client().retryBackoff());
        this.me = MemberIdentity.none(group.instanceId());
    }

    /** Who it is to the coordinator now. */
    MemberIdentity identity() {
        return me;
    }

    /** Wants these topics from now on; none means to leave. */
    void subscribe(List<String> wanted) {
        topics = List.copyOf(wanted);
        if (topics.isEmpty()) {
            leave();
        } else {
            joinAgain();
        }
    }

    /** Joins again, as soon as that can be. */
    private void joinAgain() {
        if (state == State.JOINING) {
            joinsAgain = true;
        } else if (state != State.PREPARING && state != State.CLOSED && !topics.isEmpty()) {
            state = State.PREPARING;
            heartbeat.runBy(System.nanoTime() + group.heartbeatInterval().toNanos());
            queue.tell(application::prepare);
        }
    }

    /** The application has prepared itself. */
    void join(Holdings now) {
        if (state == State.PREPARING) {
            state = State.JOINING;
            holdings = now;
            sendJoin();
        }
    }

    private void sendJoin() {
        if (state != State.JOINING) {
            return;
        }
        JoinGroupRequest request = JoinGroupRequest.builder()
                .groupId(group.groupId())
                .sessionTimeoutMs((int) group.sessionTimeout().toMillis())
                .rebalanceTimeoutMs((int) group.maxPollInterval().toMillis())
                .memberId(me.memberId())
                .groupInstanceId(me.instance())
                .protocolType(PROTOCOL_TYPE)
                .protocols(group.assignors().stream().map(this::protocol).toList())
                .build();
        Limits limits = Limits.NONE.within(group.maxPollInterval().plus(BEYOND_REBALANCE));
        coordinator.call(Lane.COORDINATOR, request, limits).whenComplete((answer, failure) -> {
            if (state != State.JOINING) {
                return;
            } else if (failure != null) {
                again(ClusterClient.asMillrace(failure));
            } else {
                joined(answer);
            }
        });
    }

    private JoinGroupRequest.Protocol protocol(Assignor assignor) {
        return JoinGroupRequest.Protocol.builder()
                .name(assignor.wireName())
                .metadata(MemberMessages.subscription(
                        assignor,
                        topics,
                        assignor == Assignor.STICKY ? holdings.had() : holdings.owned(),
                        me.generation(),
                        config.rack()))
                .build();
    }

    private void joined(JoinGroupResponse answer) {
        ErrorCode error = ErrorCode.of(answer.errorCode());
        if (error == ErrorCode.MEMBER_ID_REQUIRED) {
            me = me.named(answer.memberId());
            sendJoin();
        } else if (error != ErrorCode.NONE) {
            refused(error, "join");
        } else {
            me = me.in(answer.memberId(), answer.generationId());
            boolean leads = answer.leader().equals(answer.memberId()) && !answer.skipAssignment();
            Assignor assignor = Assignor.named(answer.protocolName());
            CompletionStage<Map<String, List<TopicPartition>>> division =
                    leads ? leader.divide(assignor, answer.members()) : leader.none();
            division.whenComplete((divided, failure) -> {
                if (failure != null) {
                    fail(ClusterClient.asMillrace(failure));
                } else {
                    sync(answer, divided);
                }
            });
        }
    }

    private void sync(JoinGroupResponse joined, Map<String, List<TopicPartition>> division) {
        SyncGroupRequest request = SyncGroupRequest.builder()
                .groupId(group.groupId())
                .generationId(me.generation())
                .memberId(me.memberId())
                .groupInstanceId(me.instance())
                .protocolType(PROTOCOL_TYPE)
                .protocolName(joined.protocolName())
                .assignments(division.entrySet().stream()
                        .map(entry -> SyncGroupRequest.Assignment.builder()
                                .memberId(entry.getKey())
                                .assignment(MemberMessages.assignment(entry.getValue()))
                                .build())
                        .toList())
                .build();
        Limits limits = Limits.NONE.within(group.maxPollInterval().plus(BEYOND_REBALANCE));
        coordinator.call(Lane.COORDINATOR, request, limits).whenComplete((answer, failure) -> {
            if (state != State.JOINING) {
                return;
            } else if (failure != null) {
                again(ClusterClient.asMillrace(failure));
            } else {
                synced(answer);
            }
        });
    }

    private void synced(SyncGroupResponse answer) {
        ErrorCode error = ErrorCode.of(answer.errorCode());
        if (error != ErrorCode.NONE) {
            refused(error, "take its part in");
            return;
        }
        List<TopicPartition> given;
        try {
            given = MemberMessages.assignment(answer.assignment());
        } catch (MalformedMessageException e) {
            fail(MillraceException.refused(
                    ErrorCode.INCONSISTENT_GROUP_PROTOCOL,
                    "The leader of group '" + group.groupId() + "' sent an assignment that is none: "
                            + e.getMessage()));
            return;
        }
        LOG.info(
                "{} is in generation {} of group '{}' with {}", me.memberId(), me.generation(), group.groupId(), given);
        wait.reset();
        state = State.STABLE;
        heartbeat.runBy(System.nanoTime() + group.heartbeatInterval().toNanos());
        queue.tell(() -> application.take(given));
        if (joinsAgain) {
            joinsAgain = false;
            joinAgain();
        }
    }

    private void refused(ErrorCode error, String what) {
        switch (error) {
            case UNKNOWN_MEMBER_ID, ILLEGAL_GENERATION -> fallOut(error);
            case REBALANCE_IN_PROGRESS -> sendJoin();
            default -> {
                coordinator.hasMoved(error);
                again(MillraceException.refused(error, "Group '" + group.groupId() + "' lets nobody " + what + " it"));
            }
        }
    }

    private void again(MillraceException why) {
        if (why.isRetriable()) {
            retry.runBy(System.nanoTime() + wait.nextNs());
        } else {
            fail(why);
        }
    }

    /** It is out until the application subscribes again: what it had is others' from now on. */
    private void fail(MillraceException why) {
        if (why.reason() != Reason.CLOSED && state != State.CLOSED) {
            state = State.OUT;
            heartbeat.cancel();
            if (why.error() == ErrorCode.FENCED_INSTANCE_ID) {
                me = MemberIdentity.none(group.instanceId()); // if it joins again, it takes its name back
            }
            queue.tell(application::lose);
            queue.fail(why);
        }
    }

    /** The group knows it no more: what it had has gone to others. */
    private void fallOut(ErrorCode error) {
        LOG.warn("{} fell out of group '{}': {}", me.memberId(), group.groupId(), error);
        me = error == ErrorCode.UNKNOWN_MEMBER_ID ? MemberIdentity.none(group.instanceId()) : me.outside();
        state = State.OUT;
        queue.tell(application::lose);
        joinAgain();
    }

    private void beat() {
        if (state != State.STABLE && state != State.PREPARING) {
            return;
        }
        if (watch.isOverdue(group.maxPollInterval())) {
            leaveForSilence();
            return;
        }
        heartbeat.runBy(System.nanoTime() + group.heartbeatInterval().toNanos());
        if (heartbeatUnderWay || me.generation() < 0) {
            return;
        }
        heartbeatUnderWay = true;
        int generation = me.generation();
        HeartbeatRequest request = HeartbeatRequest.builder()
                .groupId(group.groupId())
                .generationId(generation)
                .memberId(me.memberId())
                .groupInstanceId(me.instance())
                .build();
        Limits limits = Limits.NONE.within(group.sessionTimeout());
        coordinator.call(Lane.COORDINATOR, request, limits).whenComplete((answer, failure) -> {
            heartbeatUnderWay = false;
            if (failure == null && generation == me.generation() && state != State.JOINING) {
                heard(ErrorCode.of(answer.errorCode()));
            }
        });
    }

    private void heard(ErrorCode error) {
        switch (error) {
            case NONE -> {}
            case REBALANCE_IN_PROGRESS -> joinAgain();
            case UNKNOWN_MEMBER_ID, ILLEGAL_GENERATION -> fallOut(error);
            default -> {
                if (!coordinator.hasMoved(error) && !error.isRetriable()) {
                    fail(MillraceException.refused(
                            error, "Group '" + group.groupId() + "' does not want " + me.memberId() + " any more"));
                }
            }
        }
    }

    private void leaveForSilence() {
        LOG.warn(
                "{} leaves group '{}': poll was not called for max.poll.interval.ms, {} ms; make that longer, or"
                        + " max.poll.records smaller",
                me.memberId(),
                group.groupId(),
                group.maxPollInterval().toMillis());
        leave();
        queue.tell(() -> {
            application.lose();
            cluster.thread().execute(this::joinAgain);
        });
    }

    /** Leaves, unless it is a static member, which comes back; the stage ends when the group knows. */
    private CompletionStage<Void> leave() {
        MemberIdentity left = me;
        if (state != State.CLOSED) {
            state = State.OUT;
        }
        heartbeat.cancel();
        retry.cancel();
        if (left.instanceId().isPresent() || left.memberId().isEmpty()) {
            me = left.outside();
            return CompletableFuture.completedStage(null);
        }
        me = MemberIdentity.none(group.instanceId());
        LeaveGroupRequest request = LeaveGroupRequest.builder()
                .groupId(group.groupId())
                .memberId(left.memberId())
                .build();
        return coordinator
                .call(Lane.COORDINATOR, request, Limits.NONE.upTo(LAST_LEAVE_OF_ONE_MEMBER))
                .thenApply(answer -> null);
    }

    CompletionStage<Void> close() {
        state = State.CLOSED;
        return leave();
    }
}
