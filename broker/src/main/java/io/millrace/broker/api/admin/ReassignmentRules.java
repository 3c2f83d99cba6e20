package io.millrace.broker.api.admin;

import io.millrace.broker.cluster.ClusterView;
import io.millrace.broker.cluster.Replicas;
import io.millrace.broker.cluster.TopicState;
import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/**
 * What a wish to move a partition comes to, by one view of the cluster.
 *
 * @param mayResize whether a partition may get another number of replicas by it
 */
record ReassignmentRules(ClusterView view, boolean mayResize) {

    /**
     * The replicas to write.
     *
     * @param target who is to hold the partition; empty to have it stay where it was
     * @throws ApiException if that cannot be
     */
    Replicas change(String topicName, int partition, Optional<List<Integer>> target) {
        TopicState topic = view.topic(topicName)
                .filter(known -> known.hasPartition(partition))
                .orElseThrow(() -> new ApiException(
                        ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "there is no partition " + topicName + "-" + partition));
        Replicas now = topic.held(partition);
        if (target.isEmpty()) {
            if (!now.isMoving()) {
                throw new ApiException(ErrorCode.NO_REASSIGNMENT_IN_PROGRESS, "it is not being moved");
            }
            return now.to(now.original());
        }
        check(target.get(), now);
        return now.to(target.get());
    }

    private void check(List<Integer> target, Replicas now) {
        if (target.isEmpty()) {
            throw invalid("a partition needs a replica");
        }
        if (new HashSet<>(target).size() < target.size()) {
            throw invalid("a broker is named twice: " + target);
        }
        for (int broker : target) {
            boolean holds = now.all().contains(broker);
            if (!holds && view.broker(broker).isEmpty()) { // one that is away may stay, and cannot be added
                throw invalid("there is no broker " + broker);
            }
            if (!holds && view.isCordoned(broker)) {
                throw invalid("broker " + broker + " is cordoned and takes no new replicas");
            }
        }
        if (!mayResize && target.size() != now.original().size()) {
            throw new ApiException(
                    ErrorCode.INVALID_REPLICATION_FACTOR,
                    "it has " + now.original().size() + " replicas, and would have " + target.size());
        }
    }

    private static ApiException invalid(String message) {
        return new ApiException(ErrorCode.INVALID_REPLICA_ASSIGNMENT, message);
    }
}
