package io.millrace.broker.replica;

import io.millrace.broker.cluster.ClusterView;
import io.millrace.broker.cluster.ConfigScope;
import io.millrace.broker.cluster.TopicState;
import io.millrace.broker.config.InvalidSettingException;
import io.millrace.broker.log.Log;
import io.millrace.broker.log.LogConfig;
import io.millrace.broker.log.Logs;
import io.millrace.protocol.ApiException;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.Uuid;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The logs of the partitions that are to be here: opened or made, configured, deleted, set aside.
 *
 * <p>Threading: the leadership lane, since it touches the disk.
 */
final class LocalLogs {
    private static final Logger LOG = LoggerFactory.getLogger(LocalLogs.class);

    private final int self;
    private final Logs logs;
    private final Partitions partitions;
    private final LogConfig defaults;

    /** How many partitions each topic had when this broker started. */
    private final Map<Uuid, Integer> partitionsAtStart = new HashMap<>();

    private final Set<TopicPartition> unusable = new HashSet<>();

    LocalLogs(int self, Logs logs, Partitions partitions, LogConfig defaults) {
        this.self = self;
        this.logs = logs;
        this.partitions = partitions;
        this.defaults = defaults;
    }

    /** Takes note of what there is at the start. */
    void begin(ClusterView view) {
        view.topics().forEach(topic -> partitionsAtStart.put(topic.id(), topic.partitionCount()));
    }

    /** Settings that others wrote may be none: the topic then goes on with those that all have. */
    LogConfig config(TopicState topic, ClusterView view) {
        try {
            return defaults.withTopicOverrides(view.config(new ConfigScope.Topic(topic.name())));
        } catch (InvalidSettingException e) {
            LOG.error(
                    "Topic {} has settings that cannot be used, and is kept by the defaults: {}",
                    topic,
                    e.getMessage());
            return defaults;
        }
    }

    /**
     * The partition with its log, opened or made.
     *
     * @throws ApiException if its log cannot be opened; logged once
     */
    Partition open(TopicState topic, int number, LogConfig config) {
        TopicPartition id = new TopicPartition(topic.name(), number);
        // One that was there at the start may lie in a directory that cannot be read, and must not begin anew.
        boolean isNew = number >= partitionsAtStart.getOrDefault(topic.id(), 0);
        try {
            Log log = logs.getOrCreate(id, topic.id(), config, isNew);
            log.configure(config);
            unusable.remove(id);
            return partitions.add(id, log);
        } catch (ApiException e) {
            if (unusable.add(id)) {
                LOG.error("Cannot open the log of {}: {}", id, e.getMessage());
            }
            throw e;
        }
    }

    /** Partitions here of a topic that is gone, or is another one of the same name by now. */
    List<Partition> goneOf(List<Partition> here, Optional<TopicState> topic) {
        return here.stream()
                .filter(partition -> topic.map(TopicState::id)
                        .filter(partition.log().topicId()::equals)
                        .isEmpty())
                .toList();
    }

    void delete(Partition partition) {
        partitions.remove(partition.id());
        partition.resign(true);
        try {
            logs.delete(partition.id());
        } catch (ApiException e) {
            LOG.error("Cannot delete the log of {}: {}", partition.id(), e.getMessage());
        }
    }

    /** Ids of topics that logs here are of and the cluster does not have. */
    Set<Uuid> unknownTopics(ClusterView view) {
        return logs.all().stream()
                .map(Log::topicId)
                .filter(id -> !id.isZero() && view.topic(id).isEmpty())
                .collect(Collectors.toSet());
    }

    /**
     * Lets go of logs that no topic claims: those of topics that were deleted, or of partitions that moved to other
     * brokers, while this broker was down are deleted; all others are renamed and kept, since who deletes data is an
     * operator, not a start. One that does not tell its topic's id belongs to the topic of its name.
     */
    void clear(ClusterView view, Set<Uuid> deletedTopics) {
        for (Log log : logs.all()) {
            if (!isClaimed(log, view)) {
                try {
                    letGo(log, view, deletedTopics);
                } catch (ApiException e) {
                    LOG.error(
                            "Cannot remove the log of {}, which is nobody's: {}", log.topicPartition(), e.getMessage());
                }
            }
        }
    }

    private boolean isClaimed(Log log, ClusterView view) {
        TopicPartition id = log.topicPartition();
        return view.topic(id.topic())
                .filter(topic -> log.topicId().isZero() || topic.id().equals(log.topicId()))
                .filter(topic -> topic.hasPartition(id.partition()))
                .filter(topic -> topic.replicas(id.partition()).contains(self))
                .isPresent();
    }

    private void letGo(Log log, ClusterView view, Set<Uuid> deletedTopics) {
        if (deletedTopics.contains(log.topicId())) {
            LOG.info("{}: its topic was deleted while this broker was down", log.topicPartition());
            logs.delete(log.topicPartition());
        } else if (hasMovedAway(log, view)) {
            LOG.info("{}: moved to other brokers while this one was down", log.topicPartition());
            logs.delete(log.topicPartition());
        } else {
            logs.setAside(log.topicPartition());
        }
    }

    /** Others have the very partition, and somebody leads it who did not need this broker for it. */
    private boolean hasMovedAway(Log log, ClusterView view) {
        int number = log.topicPartition().partition();
        return view.topic(log.topicId())
                .filter(topic -> topic.hasPartition(number))
                .filter(topic -> !topic.replicas(number).contains(self))
                .flatMap(topic -> topic.state(number))
                .filter(state -> state.leader() != self && !state.isr().contains(self))
                .isPresent();
    }

    /**
     * Whether this broker may lack records that it counts as in sync for, beside those of an unclean stop: it has no log
     * of such a partition.
     */
    boolean areIncomplete(ClusterView view) {
        for (TopicState topic : view.topics()) {
            for (int p = 0; p < topic.partitionCount(); p++) {
                TopicPartition id = new TopicPartition(topic.name(), p);
                boolean counts = topic.state(p)
                        .filter(state -> state.isr().contains(self))
                        .isPresent();
                boolean has = logs.get(id)
                        .filter(log -> log.topicId().isZero() || log.topicId().equals(topic.id()))
                        .isPresent();
                if (counts && !has) {
                    return true;
                }
            }
        }
        return false;
    }
}
