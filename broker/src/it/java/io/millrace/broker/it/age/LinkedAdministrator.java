package io.millrace.broker.it.age;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import org.apache.kafka.clients.admin.AdminClient;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.DescribeClusterResult;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;

/** With the calls that have been the same since 1.1, and by name those that are gone. */
public final class LinkedAdministrator implements Administrator {
    private final AdminClient admin;

    public LinkedAdministrator(Properties settings) {
        this.admin = AdminClient.create(settings);
    }

    @Override
    public void createTopic(String topic, int partitions, Map<String, String> configs) {
        await(admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1).configs(configs)))
                .all());
    }

    @Override
    public void deleteTopic(String topic) {
        await(admin.deleteTopics(List.of(topic)).all());
    }

    @Override
    public Set<String> topics() {
        return await(admin.listTopics().names());
    }

    @Override
    public int partitions(String topic) {
        Object result = admin.describeTopics(List.of(topic));
        Map<?, ?> topics = (Map<?, ?>) await((KafkaFuture<?>) Calls.call(result, "all"));
        return ((TopicDescription) topics.get(topic)).partitions().size();
    }

    @Override
    public void addPartitions(String topic, int total) {
        await(admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(total)))
                .all());
    }

    @Override
    public String setting(String topic, String name) {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        return await(admin.describeConfigs(List.of(resource)).all())
                .get(resource)
                .get(name)
                .value();
    }

    @Override
    public void replaceSettings(String topic, Map<String, String> settings) {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        List<ConfigEntry> entries = settings.entrySet().stream()
                .map(setting -> new ConfigEntry(setting.getKey(), setting.getValue()))
                .toList();
        Object result = Calls.call(admin, "alterConfigs", Map.of(resource, new Config(entries)));
        await((KafkaFuture<?>) Calls.call(result, "all"));
    }

    @Override
    public Map.Entry<String, Integer> cluster() {
        DescribeClusterResult cluster = admin.describeCluster();
        return Map.entry(
                await(cluster.clusterId()), await(cluster.nodes()).size());
    }

    @Override
    public void deleteRecords(String topic, int partition, long before) {
        await(admin.deleteRecords(Map.of(new TopicPartition(topic, partition), RecordsToDelete.beforeOffset(before)))
                .all());
    }

    @Override
    public Map.Entry<String, Integer> group(String groupId) {
        Object result = Calls.call(admin, "describeConsumerGroups", List.of(groupId));
        Map<?, ?> groups = (Map<?, ?>) await((KafkaFuture<?>) Calls.call(result, "all"));
        Object group = groups.get(groupId);
        return Map.entry(
                Calls.call(group, "state").toString(),
                ((Collection<?>) Calls.call(group, "members")).size());
    }

    @Override
    public void deleteGroup(String groupId) {
        await((KafkaFuture<?>) Calls.call(Calls.call(admin, "deleteConsumerGroups", List.of(groupId)), "all"));
    }

    private static <T> T await(KafkaFuture<T> future) {
        return Calls.await(future);
    }

    @Override
    public void close() {
        admin.close();
    }
}
