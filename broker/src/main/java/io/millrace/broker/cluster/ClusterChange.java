package io.millrace.broker.cluster;

import io.millrace.protocol.TopicPartition;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * From one view to the next, and what was touched on the way. What was touched may have come out the same.
 *
 * @param brokers ids of brokers that came, went, registered anew, or changed what they say of themselves
 * @param topics names of topics that were created, deleted, grown, or have a partition whose state changed
 * @param configs what settings were changed for; deleting a topic changes its settings too
 */
public record ClusterChange(
        ClusterView before, ClusterView after, Set<Integer> brokers, Set<String> topics, Set<ConfigScope> configs) {
    public ClusterChange {
        brokers = Set.copyOf(brokers);
        topics = Set.copyOf(topics);
        configs = Set.copyOf(configs);
    }

    /** From an empty cluster to a whole view: everything in it is touched. */
    static ClusterChange toAllOf(ClusterView view) {
        return new ClusterChange(
                ClusterView.empty(view.clusterId()),
                view,
                view.brokers().keySet(),
                view.topicsByName().keySet(),
                view.configs().keySet());
    }

    /**
     * The partitions that came, went, or whose replicas or state changed. Costs one comparison per
     * partition of the topics that were touched.
     */
    public Stream<TopicPartition> partitions() {
        return topics.stream().flatMap(name -> differing(name).mapToObj(p -> new TopicPartition(name, p)));
    }

    private IntStream differing(String name) {
        Optional<TopicState> was = before.topic(name);
        Optional<TopicState> is = after.topic(name);
        if (was.isPresent() && is.isPresent()) {
            return is.get().partitionsDifferingFrom(was.get());
        }
        return IntStream.range(
                0, is.or(() -> was).map(TopicState::partitionCount).orElse(0));
    }
}
