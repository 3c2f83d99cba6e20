package io.millrace.broker.api.group;

import io.millrace.broker.api.RequestContext;
import io.millrace.broker.api.RequestHandler;
import io.millrace.broker.group.GroupCoordinator;
import io.millrace.broker.group.MemberRef;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.message.HeartbeatRequest;
import io.millrace.protocol.message.HeartbeatResponse;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Heartbeat, key 12, versions 0-4: says that a member is alive, and learns of rebalances. */
public final class HeartbeatHandler implements RequestHandler<HeartbeatRequest, HeartbeatResponse> {
    private final GroupCoordinator groups;

    public HeartbeatHandler(GroupCoordinator groups) {
        this.groups = groups;
    }

    @Override
    public CompletionStage<HeartbeatResponse> handle(RequestContext context, HeartbeatRequest request) {
        MemberRef member = new MemberRef(request.memberId(), Optional.ofNullable(request.groupInstanceId()));
        return Outcome.of(
                groups.heartbeat(request.groupId(), member, request.generationId()),
                HeartbeatHandler::response,
                HeartbeatHandler::response);
    }

    private static HeartbeatResponse response(ErrorCode error) {
        return HeartbeatResponse.builder().errorCode(error).build();
    }
}
