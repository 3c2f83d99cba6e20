package io.millrace.tools.topic;

import io.millrace.client.admin.TopicDescription.Partition;
import java.util.List;
import picocli.CommandLine.Option;

/** What {@code kafka-topics --describe} leaves out. A mixin. */
final class KafkaTopicsFilter {
    @Option(names = "--under-replicated-partitions")
    private boolean underReplicated;

    @Option(names = "--unavailable-partitions")
    private boolean unavailable;

    @Option(names = "--under-min-isr-partitions")
    private boolean underMinIsr;

    @Option(names = "--at-min-isr-partitions")
    private boolean atMinIsr;

    @Option(names = "--topics-with-overrides")
    private boolean withOverrides;

    private boolean isForPartitions() {
        return underReplicated || unavailable || underMinIsr || atMinIsr;
    }

    /** Whether a topic has its own line. */
    boolean showsTopic(boolean hasSettings) {
        return !isForPartitions() && (!withOverrides || hasSettings);
    }

    /** Those that are shown: what several filters let pass is what one of them does. */
    List<Partition> partitions(List<Partition> all, int leastInSync) {
        if (withOverrides) {
            return List.of();
        }
        return all.stream()
                .filter(partition -> !isForPartitions() || isShown(partition, leastInSync))
                .toList();
    }

    private boolean isShown(Partition partition, int leastInSync) {
        int inSync = partition.isr().size();
        return (underReplicated && inSync < partition.replicas().size())
                || (unavailable && partition.leader().isEmpty())
                || (underMinIsr && inSync < leastInSync)
                || (atMinIsr && inSync == leastInSync);
    }
}
