package io.millrace.broker.api.group;

import io.millrace.broker.api.RequestContext;
import io.millrace.broker.api.RequestHandler;
import io.millrace.broker.group.GroupCoordinator;
import io.millrace.broker.group.MemberRef;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.message.LeaveGroupRequest;
import io.millrace.protocol.message.LeaveGroupResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** LeaveGroup, key 13, versions 0-5: takes members out; one before version 3, several from then on. */
public final class LeaveGroupHandler implements RequestHandler<LeaveGroupRequest, LeaveGroupResponse> {
    private static final int SEVERAL = 3;

    private final GroupCoordinator groups;

    public LeaveGroupHandler(GroupCoordinator groups) {
        this.groups = groups;
    }

    @Override
    public CompletionStage<LeaveGroupResponse> handle(RequestContext context, LeaveGroupRequest request) {
        boolean several = context.version() >= SEVERAL;
        return Outcome.of(
                groups.leave(request.groupId(), several ? members(request) : List.of(member(request))),
                results -> several ? response(request, results) : response(results.get(0)),
                LeaveGroupHandler::response);
    }

    private static MemberRef member(LeaveGroupRequest request) {
        return new MemberRef(request.memberId(), Optional.empty());
    }

    private static List<MemberRef> members(LeaveGroupRequest request) {
        return request.members().stream()
                .map(member -> new MemberRef(member.memberId(), Optional.ofNullable(member.groupInstanceId())))
                .toList();
    }

    private static LeaveGroupResponse response(LeaveGroupRequest request, List<ErrorCode> results) {
        List<LeaveGroupResponse.Member> members = new ArrayList<>();
        for (int i = 0; i < results.size(); i++) {
            LeaveGroupRequest.Member member = request.members().get(i);
            members.add(new LeaveGroupResponse.Member(
                    member.memberId(), member.groupInstanceId(), results.get(i).code()));
        }
        return LeaveGroupResponse.builder().members(members).build();
    }

    private static LeaveGroupResponse response(ErrorCode error) {
        return LeaveGroupResponse.builder().errorCode(error).build();
    }
}
