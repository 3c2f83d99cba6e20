package io.millrace.broker.api.group;

import io.millrace.broker.api.RequestContext;
import io.millrace.broker.api.RequestHandler;
import io.millrace.broker.group.GroupCoordinator;
import io.millrace.broker.group.GroupList;
import io.millrace.broker.group.GroupView;
import io.millrace.protocol.message.ListGroupsRequest;
import io.millrace.protocol.message.ListGroupsResponse;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** ListGroups, key 16, versions 0-5: the groups that this broker coordinates, all or those of some states and types. */
public final class ListGroupsHandler implements RequestHandler<ListGroupsRequest, ListGroupsResponse> {
    private final GroupCoordinator groups;

    public ListGroupsHandler(GroupCoordinator groups) {
        this.groups = groups;
    }

    @Override
    public CompletionStage<ListGroupsResponse> handle(RequestContext context, ListGroupsRequest request) {
        return groups.list().thenApply(list -> response(list, request));
    }

    private static ListGroupsResponse response(GroupList list, ListGroupsRequest request) {
        return ListGroupsResponse.builder()
                .errorCode(list.error())
                .groups(list.groups().stream()
                        .filter(group -> passes(request.statesFilter(), group.state()))
                        .filter(group -> passes(request.typesFilter(), group.type()))
                        .map(ListGroupsHandler::group)
                        .toList())
                .build();
    }

    private static boolean passes(List<String> filter, String value) {
        return filter.isEmpty() || filter.stream().anyMatch(value::equalsIgnoreCase);
    }

    private static ListGroupsResponse.Group group(GroupView group) {
        return new ListGroupsResponse.Group(group.groupId(), group.protocolType(), group.state(), group.type());
    }
}
