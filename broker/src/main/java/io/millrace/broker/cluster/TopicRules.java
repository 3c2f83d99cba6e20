package io.millrace.broker.cluster;

import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.Uuid;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Whether a topic may be created or grown, and where its partitions go: pure, from a view and a request. What may not be
 * throws an ApiException whose message an administrator can read.
 */
final class TopicRules {
    /** Bounds what one request can make the cluster hold: a topic's assignment is one value in the store. */
    static final int MAX_PARTITIONS = 20_000;

    private final ClusterView view;
    private final TopicDefaults defaults;
    private final Random random;

    TopicRules(ClusterView view, TopicDefaults defaults, Random random) {
        this.view = view;
        this.defaults = defaults;
        this.random = random;
    }

    /** The topic that a request leads to. */
    NewTopic plan(TopicRequest request) {
        checkName(request.name());
        List<List<Integer>> replicas = request.assignment().isEmpty() ? placed(request) : assigned(request);
        return new NewTopic(request.name(), Uuid.random(), replicas, request.config());
    }

    /**
     * The replicas of the partitions that a topic gains.
     *
     * @param newCount how many it is to have in all
     * @param assignment of the new ones in order, empty to let the cluster choose
     */
    List<List<Integer>> planGrowth(TopicState topic, int newCount, List<List<Integer>> assignment) {
        int added = newCount - topic.partitionCount();
        if (added <= 0) {
            throw new ApiException(
                    ErrorCode.INVALID_PARTITIONS,
                    "Topic '" + topic.name() + "' has " + topic.partitionCount()
                            + " partitions already; the new count must be larger, not " + newCount);
        }
        checkPartitions(newCount);
        int factor = topic.replicas(0).size();
        if (assignment.isEmpty()) {
            checkFactor(factor);
            return new Placement(open(), random)
                    .place(added, factor, topic.assignment().replicas());
        }
        if (assignment.size() != added) {
            throw badAssignment(
                    "it names replicas for " + assignment.size() + " partitions where " + added + " are added");
        }
        checkAssignment(assignment, factor);
        return assignment;
    }

    private void checkName(String name) {
        TopicNames.check(name);
        if (view.topic(name).isPresent()) {
            throw new ApiException(ErrorCode.TOPIC_ALREADY_EXISTS, "Topic '" + name + "' already exists");
        }
        for (String other : view.topicNames()) {
            if (TopicNames.collide(name, other)) {
                throw new ApiException(
                        ErrorCode.INVALID_TOPIC_EXCEPTION,
                        "Topic '" + name + "' collides with topic '" + other
                                + "': '.' and '_' are the same in the names of metrics");
            }
        }
    }

    private List<List<Integer>> placed(TopicRequest request) {
        int partitions = request.partitions() == TopicRequest.DEFAULT ? defaults.partitions() : request.partitions();
        int factor = request.replicationFactor() == TopicRequest.DEFAULT
                ? defaults.replicationFactor().orElseGet(() -> upTo(TopicDefaults.COPIES))
                : request.replicationFactor();
        checkPartitions(partitions);
        checkFactor(factor);
        return new Placement(open(), random).place(partitions, factor, List.of());
    }

    /** So many copies, or as many as there are brokers for. */
    int upTo(int factor) {
        return Math.max(1, Math.min(factor, open().size()));
    }

    /** The brokers that take new replicas. */
    private List<BrokerRegistration> open() {
        return view.brokers().values().stream()
                .filter(broker -> !view.isCordoned(broker.id()))
                .toList();
    }

    private List<List<Integer>> assigned(TopicRequest request) {
        if (request.partitions() != TopicRequest.DEFAULT || request.replicationFactor() != TopicRequest.DEFAULT) {
            throw new ApiException(
                    ErrorCode.INVALID_REQUEST,
                    "With an assignment of replicas, partition count and replication factor must be left out (-1)");
        }
        Map<Integer, List<Integer>> assignment = request.assignment();
        checkPartitions(assignment.size());
        List<List<Integer>> replicas = new ArrayList<>();
        for (int partition = 0; partition < assignment.size(); partition++) {
            if (!assignment.containsKey(partition)) {
                throw badAssignment(
                        "partitions must be numbered from 0 without gaps, and " + partition + " is missing");
            }
            replicas.add(assignment.get(partition));
        }
        checkAssignment(replicas, replicas.get(0).size());
        return replicas;
    }

    private void checkPartitions(int partitions) {
        if (partitions < 1 || partitions > MAX_PARTITIONS) {
            throw new ApiException(
                    ErrorCode.INVALID_PARTITIONS,
                    "The number of partitions must be from 1 to " + MAX_PARTITIONS + ", not " + partitions);
        }
    }

    private void checkFactor(int factor) {
        if (factor < 1) {
            throw badFactor("The replication factor must be at least 1, not " + factor);
        }
        int live = view.brokers().size();
        int open = open().size();
        if (factor > live) {
            throw badFactor("Replication factor " + factor + " is larger than the number of live brokers, " + live);
        }
        if (factor > open) {
            throw badFactor("Replication factor " + factor + " is larger than the number of live brokers that take new"
                    + " replicas, " + open + ": cordoned are " + cordoned());
        }
    }

    private List<Integer> cordoned() {
        return view.brokers().keySet().stream().filter(view::isCordoned).toList();
    }

    private void checkAssignment(List<List<Integer>> assignment, int factor) {
        for (List<Integer> replicas : assignment) {
            if (replicas.isEmpty()) {
                throw badAssignment("a partition has no replicas");
            }
            if (replicas.size() != factor) {
                throw badAssignment("partitions differ in their number of replicas");
            }
            if (new HashSet<>(replicas).size() != replicas.size()) {
                throw badAssignment("a broker stands twice in " + replicas);
            }
            for (int broker : replicas) {
                if (view.broker(broker).isEmpty()) {
                    throw badAssignment("there is no live broker " + broker);
                }
                if (view.isCordoned(broker)) {
                    throw badAssignment("broker " + broker + " is cordoned and takes no new replicas");
                }
            }
        }
    }

    private static ApiException badFactor(String message) {
        return new ApiException(ErrorCode.INVALID_REPLICATION_FACTOR, message);
    }

    private static ApiException badAssignment(String what) {
        return new ApiException(ErrorCode.INVALID_REPLICA_ASSIGNMENT, "The replica assignment cannot be used: " + what);
    }
}
