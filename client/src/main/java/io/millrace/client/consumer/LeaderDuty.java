package io.millrace.client.consumer;

import io.millrace.client.net.ClusterClient;
import io.millrace.client.net.Topology;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.message.JoinGroupResponse;
import io.millrace.protocol.wire.MalformedMessageException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the leader of a group does: finds out how many partitions there are, divides them, and has the group do so again
 * when there are more.
 *
 * <p>Threading: the I/O thread.
 */
final class LeaderDuty {
    private static final Logger LOG = LoggerFactory.getLogger(LeaderDuty.class);

    /** A topic that is not there by then counts as none; when it is there the group is rebalanced. */
    private static final Duration TOPIC_WAIT = Duration.ofSeconds(1);

    private final ClusterClient cluster;
    private final TopicInterest interest;
    private final Runnable onMore;

    /** What was divided last; empty while somebody else leads. */
    private Map<String, Integer> divided = Map.of();

    /** @param onMore runs when topics have other numbers of partitions than were divided */
    LeaderDuty(ClusterClient cluster, TopicInterest interest, Runnable onMore) {
        this.cluster = cluster;
        this.interest = interest;
        this.onMore = onMore;
        cluster.thread().run(() -> cluster.routing().onChange(this::look));
    }

    private void look() {
        Topology now = cluster.routing().topology();
        boolean isOther =
                divided.entrySet().stream().anyMatch(topic -> partitions(now, topic.getKey()) > topic.getValue());
        if (isOther) {
            stopWatching();
            onMore.run();
        }
    }

    private static int partitions(Topology topology, String topic) {
        return topology.topic(topic)
                .filter(Topology.Topic::exists)
                .map(known -> known.partitions().size())
                .orElse(0);
    }

    /** Somebody else leads. */
    CompletionStage<Map<String, List<TopicPartition>>> none() {
        stopWatching();
        return CompletableFuture.completedStage(Map.of());
    }

    private void stopWatching() {
        watch(Map.of());
    }

    private void watch(Map<String, Integer> partitions) {
        divided = Map.copyOf(partitions);
        interest.want(TopicInterest.Purpose.LEADING, divided.keySet());
    }

    /** What each member gets. */
    CompletionStage<Map<String, List<TopicPartition>>> divide(
            Assignor assignor, List<JoinGroupResponse.Member> joined) {
        List<GroupMember> members = new ArrayList<>();
        joined.forEach(member -> read(assignor, member).ifPresent(members::add));
        Set<String> topics = new TreeSet<>();
        members.forEach(member -> topics.addAll(member.topics()));
        CompletableFuture<?>[] known = topics.stream()
                .map(topic -> cluster.routing()
                        .topic(topic, TOPIC_WAIT)
                        .handle((found, failure) -> null)
                        .toCompletableFuture())
                .toArray(CompletableFuture<?>[]::new);
        return CompletableFuture.allOf(known).thenApply(all -> {
            Map<String, Integer> partitions = new HashMap<>();
            topics.forEach(
                    topic -> partitions.put(topic, partitions(cluster.routing().topology(), topic)));
            watch(partitions);
            return Assigning.divide(assignor, members, partitions);
        });
    }

    private static Optional<GroupMember> read(Assignor assignor, JoinGroupResponse.Member member) {
        try {
            MemberMessages.Subscription told = MemberMessages.subscription(assignor, member.metadata());
            return Optional.of(new GroupMember(
                    member.memberId(),
                    Optional.ofNullable(member.groupInstanceId()),
                    told.topics(),
                    told.owned(),
                    told.generation()));
        } catch (MalformedMessageException e) {
            LOG.warn("Member {} gets nothing: its subscription is none: {}", member.memberId(), e.getMessage());
            return Optional.empty();
        }
    }
}
