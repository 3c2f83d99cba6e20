package io.millrace.tools.mirror;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;

/** Where the partitions of a topic end, by Kafka's admin client. */
final class LogEnds {
    private LogEnds() {}

    static Map<TopicPartition, Long> of(Admin admin, String topic) throws Exception {
        Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
        int count = admin.describeTopics(List.of(topic))
                .allTopicNames()
                .get()
                .get(topic)
                .partitions()
                .size();
        for (int number = 0; number < count; number++) {
            asked.put(new TopicPartition(topic, number), OffsetSpec.latest());
        }
        Map<TopicPartition, Long> ends = new HashMap<>();
        admin.listOffsets(asked).all().get().forEach((partition, told) -> ends.put(partition, told.offset()));
        return ends;
    }

    /** All together. */
    static long sum(Admin admin, String topic) throws Exception {
        return of(admin, topic).values().stream().mapToLong(Long::longValue).sum();
    }
}
