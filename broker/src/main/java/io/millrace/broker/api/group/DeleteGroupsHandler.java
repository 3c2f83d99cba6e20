package io.millrace.broker.api.group;

import io.millrace.broker.api.RequestContext;
import io.millrace.broker.api.RequestHandler;
import io.millrace.broker.group.GroupCoordinator;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.message.DeleteGroupsRequest;
import io.millrace.protocol.message.DeleteGroupsResponse;
import java.util.concurrent.CompletionStage;

/** DeleteGroups, key 42, versions 0-3: forgets groups that have no members. A group named twice is answered once. */
public final class DeleteGroupsHandler implements RequestHandler<DeleteGroupsRequest, DeleteGroupsResponse> {
    private final GroupCoordinator groups;

    public DeleteGroupsHandler(GroupCoordinator groups) {
        this.groups = groups;
    }

    @Override
    public CompletionStage<DeleteGroupsResponse> handle(RequestContext context, DeleteGroupsRequest request) {
        return Outcome.all(request.groupsNames().stream()
                        .distinct()
                        .map(groupId -> Outcome.of(
                                groups.delete(groupId), done -> result(groupId, done), error -> result(groupId, error)))
                        .toList())
                .thenApply(results ->
                        DeleteGroupsResponse.builder().results(results).build());
    }

    private static DeleteGroupsResponse.Result result(String groupId, ErrorCode error) {
        return DeleteGroupsResponse.Result.builder()
                .groupId(groupId)
                .errorCode(error)
                .build();
    }
}
