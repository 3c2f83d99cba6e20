package io.millrace.broker.it.age;

import java.util.Map;
import java.util.Set;

/** An admin client of some release. */
public interface Administrator extends AutoCloseable {
    void createTopic(String topic, int partitions, Map<String, String> configs);

    void deleteTopic(String topic);

    Set<String> topics();

    /** How many partitions it has. */
    int partitions(String topic);

    void addPartitions(String topic, int total);

    /** The value of a topic's setting. */
    String setting(String topic, String name);

    /** Sets one setting and takes all others back. */
    void replaceSettings(String topic, Map<String, String> settings);

    /** The cluster's id and how many brokers it has. */
    Map.Entry<String, Integer> cluster();

    /** Moves the start of a partition's log to an offset. */
    void deleteRecords(String topic, int partition, long before);

    /** The state of a group and how many members it has; from 2.0 on. */
    Map.Entry<String, Integer> group(String groupId);

    /** Deletes a group; from 2.0 on. */
    void deleteGroup(String groupId);

    @Override
    void close();
}
