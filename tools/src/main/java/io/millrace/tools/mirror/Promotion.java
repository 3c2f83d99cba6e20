package io.millrace.tools.mirror;

import io.millrace.client.admin.Admin;
import io.millrace.client.admin.ConfigChange;
import io.millrace.client.admin.ConfigEntry;
import io.millrace.client.admin.ConfigResource;
import io.millrace.client.admin.OffsetAt;
import io.millrace.client.net.ClusterClient;
import io.millrace.client.net.Topology;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.TopicPartition;
import io.millrace.tools.terminal.Failure;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes a mirror a topic like any other: takes its {@code mirror.source} away, and waits until every leader of it has heard of
 * that, and so takes producers and no mirror any more.
 *
 * <p>Threading: one thread's, which waits.
 */
final class Promotion {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Admin admin;
    private final ClusterClient client;
    private final LeaderQuestion leaders;

    /** @param client of the same cluster, the target */
    Promotion(Admin admin, ClusterClient client) {
        this.admin = admin;
        this.client = client;
        this.leaders = new LeaderQuestion(client);
    }

    /**
     * What a topic is a mirror of.
     *
     * @throws Failure if it is none
     */
    String sourceOf(String topic) throws InterruptedException {
        ConfigResource resource = ConfigResource.topic(topic);
        Map<String, ConfigEntry> all = Calls.await(admin.describeConfigs(List.of(resource)))
                .get(resource)
                .get();
        String source = TopicSettings.value(all, LoopGuard.SETTING);
        if (source.isEmpty()) {
            throw Failure.of(
                    "Topic '" + topic + "' is no mirror that keeps offsets; producers may write to it already. If a"
                            + " mirror copies into it, stop that, or leave the topic out there");
        }
        return source;
    }

    /** Promotes a topic, and tells where each of its partitions ends, where its own records begin. */
    Map<TopicPartition, Long> promote(String topic) throws InterruptedException {
        String source = sourceOf(topic);
        ConfigResource resource = ConfigResource.topic(topic);
        Calls.await(admin.alterConfigs(Map.of(resource, List.of(ConfigChange.delete(LoopGuard.SETTING)))))
                .get(resource)
                .get();
        Topology.Topic known = Calls.await(client.routing().topic(topic, PATIENCE));
        for (Topology.Partition partition : known.partitions()) {
            leaders.await(new TopicPartition(topic, partition.id()), source, ErrorCode.POLICY_VIOLATION);
        }
        return endsOf(topic);
    }

    /** Where each partition ends. */
    Map<TopicPartition, Long> endsOf(String topic) throws InterruptedException {
        int partitions = Calls.await(client.routing().topic(topic, PATIENCE))
                .partitions()
                .size();
        Map<TopicPartition, OffsetAt> asked = new LinkedHashMap<>();
        for (int number = 0; number < partitions; number++) {
            asked.put(new TopicPartition(topic, number), OffsetAt.latest());
        }
        Map<TopicPartition, Long> ends = new LinkedHashMap<>();
        Calls.await(admin.listOffsets(asked))
                .forEach((partition, told) ->
                        ends.put(partition, told.get().offset().orElse(-1)));
        return ends;
    }
}
