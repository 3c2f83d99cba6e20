package io.millrace.broker.api.group;

import io.millrace.broker.api.RequestContext;
import io.millrace.broker.api.RequestHandler;
import io.millrace.broker.group.GroupCoordinator;
import io.millrace.broker.group.JoinOutcome;
import io.millrace.broker.group.JoinOutcome.Joined;
import io.millrace.broker.group.JoinOutcome.MemberIdRequired;
import io.millrace.broker.group.Joining;
import io.millrace.broker.group.MemberProtocol;
import io.millrace.broker.group.MemberRef;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.message.JoinGroupRequest;
import io.millrace.protocol.message.JoinGroupResponse;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** JoinGroup, key 11, versions 0-9: enters a group and waits for its next generation. */
public final class JoinGroupHandler implements RequestHandler<JoinGroupRequest, JoinGroupResponse> {
    private static final int TAKES_MEMBER_ID = 4;
    private static final int NULLABLE_PROTOCOL = 7;
    private static final int SKIPS_ASSIGNMENT = 9;

    private final GroupCoordinator groups;

    public JoinGroupHandler(GroupCoordinator groups) {
        this.groups = groups;
    }

    @Override
    public CompletionStage<JoinGroupResponse> handle(RequestContext context, JoinGroupRequest request) {
        return Outcome.of(
                groups.join(joining(context, request)),
                outcome -> response(outcome, context.version()),
                error -> refusal(error, request.memberId(), context.version()));
    }

    private static Joining joining(RequestContext context, JoinGroupRequest request) {
        return new Joining(
                request.groupId(),
                new MemberRef(request.memberId(), Optional.ofNullable(request.groupInstanceId())),
                context.clientId(),
                context.clientHost(),
                request.sessionTimeoutMs(),
                request.rebalanceTimeoutMs() < 0 ? request.sessionTimeoutMs() : request.rebalanceTimeoutMs(),
                request.protocolType(),
                request.protocols().stream()
                        .map(protocol -> new MemberProtocol(protocol.name(), protocol.metadata()))
                        .toList(),
                context.version() >= TAKES_MEMBER_ID,
                context.version() >= SKIPS_ASSIGNMENT);
    }

    private static JoinGroupResponse response(JoinOutcome outcome, short version) {
        if (outcome instanceof MemberIdRequired required) {
            return refusal(ErrorCode.MEMBER_ID_REQUIRED, required.memberId(), version);
        }
        Joined joined = (Joined) outcome;
        return JoinGroupResponse.builder()
                .generationId(joined.generation())
                .protocolType(joined.protocolType())
                .protocolName(joined.protocolName())
                .leader(joined.leader())
                .skipAssignment(joined.skipAssignment())
                .memberId(joined.memberId())
                .members(joined.members().stream()
                        .map(other -> new JoinGroupResponse.Member(
                                other.memberId(), other.instanceId().orElse(null), other.metadata()))
                        .toList())
                .build();
    }

    private static JoinGroupResponse refusal(ErrorCode error, String memberId, short version) {
        return JoinGroupResponse.builder()
                .errorCode(error)
                .memberId(memberId)
                .protocolName(version >= NULLABLE_PROTOCOL ? null : "")
                .build();
    }
}
