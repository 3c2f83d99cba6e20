package io.millrace.client.consumer;

import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.Uuid;
import io.millrace.protocol.message.FetchRequest;
import io.millrace.protocol.message.FetchRequest.ForgottenTopicsData;
import io.millrace.protocol.message.FetchRequest.Topic;
import io.millrace.protocol.message.FetchResponse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What one broker remembers of this consumer's fetches, so that each request says only what is new (KIP-227).
 *
 * <p>A session that the broker does not grant or has forgotten begins anew: with all partitions. Threading: the I/O thread.
 */
final class FetchSession {
    private static final int NONE = 0;

    private final Map<TopicPartition, Asked> asked = new LinkedHashMap<>();
    private final Map<Uuid, String> names = new HashMap<>();
    private int id = NONE;
    private int epoch;

    /**
     * What is asked of one partition.
     *
     * @param generation of the position, for the answer; the broker does not know it
     */
    record Asked(FetchPosition position, int generation, Uuid topicId, long offset, int leaderEpoch, int lastEpoch) {
        private boolean isSameTo(Asked other) {
            return topicId.equals(other.topicId)
                    && offset == other.offset
                    && leaderEpoch == other.leaderEpoch
                    && lastEpoch == other.lastEpoch;
        }
    }

    /** Puts into a request what the broker does not know yet, and takes it for known. */
    void ask(Map<TopicPartition, Asked> wanted, int partitionMaxBytes, FetchRequest.Builder request) {
        Map<String, Topic> topics = new LinkedHashMap<>();
        wanted.forEach((partition, now) -> {
            Asked before = asked.get(partition);
            if (id == NONE || before == null || !before.isSameTo(now)) {
                topics.computeIfAbsent(partition.topic(), name -> new Topic(name, now.topicId(), new ArrayList<>()))
                        .partitions()
                        .add(told(partition, now, partitionMaxBytes));
            }
        });
        request.sessionId(id).sessionEpoch(epoch).topics(List.copyOf(topics.values()));
        if (id != NONE) {
            request.forgottenTopicsData(forgotten(wanted));
        }
        asked.clear();
        asked.putAll(wanted);
        names.clear();
        wanted.forEach((partition, now) -> names.put(now.topicId(), partition.topic()));
    }

    private static Topic.Partition told(TopicPartition partition, Asked now, int maxBytes) {
        return Topic.Partition.builder()
                .partition(partition.partition())
                .fetchOffset(now.offset())
                .currentLeaderEpoch(now.leaderEpoch())
                .lastFetchedEpoch(now.lastEpoch())
                .partitionMaxBytes(maxBytes)
                .build();
    }

    /** What is not wanted any more, and what is another topic of the same name now. */
    private List<ForgottenTopicsData> forgotten(Map<TopicPartition, Asked> wanted) {
        Map<Uuid, ForgottenTopicsData> byId = new LinkedHashMap<>();
        Map<String, ForgottenTopicsData> byName = new LinkedHashMap<>();
        asked.forEach((partition, before) -> {
            Asked now = wanted.get(partition);
            if (now == null || !now.topicId().equals(before.topicId())) {
                ForgottenTopicsData topic = before.topicId().isZero()
                        ? byName.computeIfAbsent(partition.topic(), name -> forget(name, before))
                        : byId.computeIfAbsent(before.topicId(), topicId -> forget(partition.topic(), before));
                topic.partitions().add(partition.partition());
            }
        });
        List<ForgottenTopicsData> all = new ArrayList<>(byId.values());
        all.addAll(byName.values());
        return all;
    }

    private static ForgottenTopicsData forget(String name, Asked before) {
        return new ForgottenTopicsData(name, before.topicId(), new ArrayList<>());
    }

    /** The partition that a part of the answer is about, and what was asked of it. */
    Optional<Asked> asked(FetchResponse.Response topic, int partition) {
        String name = topic.topic().isEmpty() ? names.getOrDefault(topic.topicId(), "") : topic.topic();
        return Optional.ofNullable(asked.get(new TopicPartition(name, partition)));
    }

    /** The broker has answered, and remembers. */
    void goOn(int sessionId) {
        if (sessionId == NONE) {
            beginAnew();
        } else {
            epoch = id == sessionId && epoch == Integer.MAX_VALUE ? 1 : epoch + 1;
            id = sessionId;
        }
    }

    void beginAnew() {
        id = NONE;
        epoch = 0;
    }
}
