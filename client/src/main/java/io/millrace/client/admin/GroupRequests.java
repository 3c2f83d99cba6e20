package io.millrace.client.admin;

import io.millrace.client.MillraceException;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.message.DeleteGroupsRequest;
import io.millrace.protocol.message.DescribeGroupsRequest;
import io.millrace.protocol.message.DescribeGroupsResponse;
import io.millrace.protocol.message.ListGroupsRequest;
import io.millrace.protocol.message.ListGroupsResponse;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** ListGroups at all brokers; DescribeGroups and DeleteGroups at their coordinators. Threading: any. */
final class GroupRequests {
    /** What brokers before version 6 of DescribeGroups call a group that is not there. */
    private static final String DEAD = "Dead";

    private static final String CONSUMER = "consumer";

    private final AdminCalls calls;
    private final Coordinators coordinators;

    GroupRequests(AdminCalls calls) {
        this.calls = calls;
        this.coordinators = new Coordinators(calls);
    }

    CompletionStage<ItemResult<GroupList>> list() {
        return calls.brokers()
                .thenCompose(brokers -> brokers.isSuccess()
                        ? list(brokers.get()).thenApply(parts -> ItemResult.success(joined(parts)))
                        : CompletableFuture.completedStage(
                                ItemResult.failure(brokers.failure().orElseThrow())));
    }

    private static GroupList joined(Map<Integer, ItemResult<List<GroupListing>>> parts) {
        List<GroupListing> groups = new ArrayList<>();
        Map<Integer, MillraceException> failures = new LinkedHashMap<>();
        parts.forEach((broker, part) -> {
            part.value().ifPresent(groups::addAll);
            part.failure().ifPresent(why -> failures.put(broker, why));
        });
        groups.sort(Comparator.comparing(GroupListing::id));
        return new GroupList(groups, failures);
    }

    private CompletionStage<Map<Integer, ItemResult<List<GroupListing>>>> list(List<Integer> brokers) {
        ListGroupsRequest all = ListGroupsRequest.builder().build();
        return calls.each(brokers, calls.named(broker -> broker), (broker, part, turn) -> calls.call(broker, all, turn)
                .thenApply(answer -> Map.of(broker, listed(broker, answer))));
    }

    private static ItemResult<List<GroupListing>> listed(int broker, ListGroupsResponse answer) {
        return Joined.result(
                answer.errorCode(),
                null,
                "The groups of broker " + broker + " cannot be listed",
                () -> answer.groups().stream()
                        .map(group -> new GroupListing(
                                group.groupId(), group.protocolType(), group.groupState(), group.groupType()))
                        .toList());
    }

    CompletionStage<Map<String, ItemResult<GroupDescription>>> describe(Collection<String> groups) {
        return calls.each(groups, coordinators, (broker, part, turn) -> calls.call(
                        broker,
                        DescribeGroupsRequest.builder()
                                .groups(List.copyOf(part))
                                .build(),
                        turn)
                .thenApply(answer -> {
                    Map<String, ItemResult<GroupDescription>> results = new LinkedHashMap<>();
                    answer.groups().forEach(group -> results.put(group.groupId(), described(broker, group)));
                    return results;
                }));
    }

    private static ItemResult<GroupDescription> described(int coordinator, DescribeGroupsResponse.Group group) {
        String failed = "Group '" + group.groupId() + "' cannot be described";
        if (ErrorCode.of(group.errorCode()) == ErrorCode.NONE
                && group.groupState().equals(DEAD)) {
            return ItemResult.failure(MillraceException.refused(ErrorCode.GROUP_ID_NOT_FOUND, failed));
        }
        return Joined.result(
                group.errorCode(),
                group.errorMessage(),
                failed,
                () -> new GroupDescription(
                        group.groupId(),
                        group.groupState(),
                        group.protocolType(),
                        group.protocolData(),
                        coordinator,
                        group.members().stream()
                                .map(member -> member(member, group.protocolType()))
                                .toList()));
    }

    private static GroupDescription.Member member(DescribeGroupsResponse.Group.Member member, String protocolType) {
        byte[] assignment = member.memberAssignment().toArray();
        return new GroupDescription.Member(
                member.memberId(),
                Optional.ofNullable(member.groupInstanceId()),
                member.clientId(),
                member.clientHost(),
                Assignments.read(protocolType.equals(CONSUMER) ? assignment : new byte[0]));
    }

    CompletionStage<Map<String, ItemResult<Done>>> delete(Collection<String> groups) {
        return calls.each(groups, coordinators, (broker, part, turn) -> calls.call(
                        broker,
                        DeleteGroupsRequest.builder()
                                .groupsNames(List.copyOf(part))
                                .build(),
                        turn)
                .thenApply(answer -> {
                    Map<String, ItemResult<Done>> results = new LinkedHashMap<>();
                    answer.results()
                            .forEach(told -> results.put(
                                    told.groupId(),
                                    Joined.done(
                                            told.errorCode(),
                                            told.errorMessage(),
                                            "Group '" + told.groupId() + "' was not deleted")));
                    return results;
                }));
    }
}
