package io.millrace.broker.api.data;

import io.millrace.protocol.Uuid;
import io.millrace.protocol.message.ProduceRequest.TopicData;
import io.millrace.protocol.message.ProduceRequest.TopicData.PartitionData;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A partition that a Produce names twice counts once, as it was named last; so does a topic with its partitions. */
final class LastNamed {
    /** So many are compared with each other; more are sorted into maps at once. */
    private static final int FEW = 16;

    private record Topic(String name, Uuid id) {
        private Topic(TopicData data) {
            this(data.name(), data.topicId());
        }
    }

    private LastNamed() {}

    /** What counts of what was named: as a rule, all of it. */
    static List<TopicData> of(List<TopicData> topics) {
        return mayRepeat(topics) ? merged(topics) : topics;
    }

    private static boolean mayRepeat(List<TopicData> topics) {
        if (topics.size() > FEW) {
            return true;
        }
        for (int i = 0; i < topics.size(); i++) {
            if (mayRepeatPartition(topics.get(i).partitionData())) {
                return true;
            }
            for (int before = 0; before < i; before++) {
                if (topics.get(before).name().equals(topics.get(i).name())
                        && topics.get(before).topicId().equals(topics.get(i).topicId())) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean mayRepeatPartition(List<PartitionData> partitions) {
        if (partitions.size() > FEW) {
            return true;
        }
        for (int i = 1; i < partitions.size(); i++) {
            for (int before = 0; before < i; before++) {
                if (partitions.get(before).index() == partitions.get(i).index()) {
                    return true;
                }
            }
        }
        return false;
    }

    private static List<TopicData> merged(List<TopicData> topics) {
        Map<Topic, Map<Integer, PartitionData>> byTopic = new LinkedHashMap<>();
        for (TopicData topic : topics) {
            Map<Integer, PartitionData> byIndex =
                    byTopic.computeIfAbsent(new Topic(topic), key -> new LinkedHashMap<>());
            topic.partitionData().forEach(data -> byIndex.put(data.index(), data));
        }
        List<TopicData> last = new ArrayList<>(byTopic.size());
        byTopic.forEach((key, byIndex) -> last.add(new TopicData(key.name(), key.id(), List.copyOf(byIndex.values()))));
        return last;
    }
}
