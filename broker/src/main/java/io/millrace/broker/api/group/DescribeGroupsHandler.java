package io.millrace.broker.api.group;

import io.millrace.broker.api.RequestContext;
import io.millrace.broker.api.RequestHandler;
import io.millrace.broker.group.GroupCoordinator;
import io.millrace.broker.group.GroupView;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.message.DescribeGroupsRequest;
import io.millrace.protocol.message.DescribeGroupsResponse;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** DescribeGroups, key 15, versions 0-6: state and members of groups. */
public final class DescribeGroupsHandler implements RequestHandler<DescribeGroupsRequest, DescribeGroupsResponse> {
    private static final int TELLS_ABSENCE = 6;
    private static final String DEAD = "Dead";
    /** Read, delete, describe: all that can be allowed of a group, and is while nobody authorizes. */
    private static final int ALL_OPERATIONS = 1 << 3 | 1 << 6 | 1 << 8;

    private static final int NOT_ASKED = Integer.MIN_VALUE;

    private final GroupCoordinator groups;

    public DescribeGroupsHandler(GroupCoordinator groups) {
        this.groups = groups;
    }

    @Override
    public CompletionStage<DescribeGroupsResponse> handle(RequestContext context, DescribeGroupsRequest request) {
        int operations = request.includeAuthorizedOperations() ? ALL_OPERATIONS : NOT_ASKED;
        boolean tellsAbsence = context.version() >= TELLS_ABSENCE;
        return Outcome.all(request.groups().stream()
                        .map(groupId -> answer(groupId, operations, tellsAbsence))
                        .toList())
                .thenApply(answers ->
                        DescribeGroupsResponse.builder().groups(answers).build());
    }

    private CompletionStage<DescribeGroupsResponse.Group> answer(String groupId, int operations, boolean tellsAbsence) {
        return Outcome.of(
                groups.describe(groupId),
                found -> group(groupId, found, tellsAbsence, operations),
                error -> DescribeGroupsResponse.Group.builder()
                        .groupId(groupId)
                        .errorCode(error)
                        .build());
    }

    private static DescribeGroupsResponse.Group group(
            String groupId, Optional<GroupView> found, boolean tellsAbsence, int operations) {
        DescribeGroupsResponse.Group.Builder group =
                DescribeGroupsResponse.Group.builder().groupId(groupId).authorizedOperations(operations);
        if (found.isEmpty()) {
            group.groupState(DEAD);
            return tellsAbsence
                    ? group.errorCode(ErrorCode.GROUP_ID_NOT_FOUND)
                            .errorMessage("Group " + groupId + " not found.")
                            .build()
                    : group.build();
        }
        return group.groupState(found.get().state())
                .protocolType(found.get().protocolType())
                .protocolData(found.get().protocolName())
                .members(found.get().members().stream()
                        .map(DescribeGroupsHandler::member)
                        .toList())
                .build();
    }

    private static DescribeGroupsResponse.Group.Member member(GroupView.Member member) {
        return new DescribeGroupsResponse.Group.Member(
                member.memberId(),
                member.instanceId().orElse(null),
                member.clientId(),
                member.clientHost(),
                member.metadata(),
                member.assignment());
    }
}
