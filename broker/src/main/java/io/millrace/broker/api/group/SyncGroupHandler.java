package io.millrace.broker.api.group;

import io.millrace.broker.api.RequestContext;
import io.millrace.broker.api.RequestHandler;
import io.millrace.broker.group.GroupCoordinator;
import io.millrace.broker.group.MemberRef;
import io.millrace.broker.group.Syncing;
import io.millrace.protocol.message.SyncGroupRequest;
import io.millrace.protocol.message.SyncGroupResponse;
import io.millrace.protocol.wire.Bytes;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** SyncGroup, key 14, versions 0-5: hands out the assignments of a generation. */
public final class SyncGroupHandler implements RequestHandler<SyncGroupRequest, SyncGroupResponse> {
    private final GroupCoordinator groups;

    public SyncGroupHandler(GroupCoordinator groups) {
        this.groups = groups;
    }

    @Override
    public CompletionStage<SyncGroupResponse> handle(RequestContext context, SyncGroupRequest request) {
        Map<String, Bytes> assignments = new HashMap<>();
        request.assignments().forEach(given -> assignments.put(given.memberId(), given.assignment()));
        Syncing syncing = new Syncing(
                request.groupId(),
                new MemberRef(request.memberId(), Optional.ofNullable(request.groupInstanceId())),
                request.generationId(),
                Optional.ofNullable(request.protocolType()),
                Optional.ofNullable(request.protocolName()),
                assignments);
        return Outcome.of(
                groups.sync(syncing),
                synced -> SyncGroupResponse.builder()
                        .protocolType(synced.protocolType())
                        .protocolName(synced.protocolName())
                        .assignment(synced.assignment())
                        .build(),
                error -> SyncGroupResponse.builder().errorCode(error).build());
    }
}
