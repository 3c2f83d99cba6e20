package io.millrace.tools.placement;

import io.millrace.protocol.TopicPartition;
import io.millrace.tools.terminal.Failure;
import io.millrace.tools.terminal.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Assignments in a file, as Kafka's reassignment tool reads and writes them: JSON with a list of partitions. */
public final class PlanFile {
    private PlanFile() {}

    /** @throws Failure if there is none, or it is no plan */
    public static Map<TopicPartition, List<Integer>> read(Path file) {
        try {
            return parse(Files.readString(file));
        } catch (IOException e) {
            throw Failure.usage("Cannot read the plan " + file + ": "
                    + (Files.exists(file) ? e.getMessage() : "there is no such file"));
        } catch (IllegalArgumentException e) {
            throw Failure.usage("The plan " + file + " cannot be read: " + e.getMessage());
        }
    }

    /** @throws IllegalArgumentException if it is no plan */
    static Map<TopicPartition, List<Integer>> parse(String text) {
        Map<TopicPartition, List<Integer>> plan = new LinkedHashMap<>();
        if (!(Json.read(text) instanceof Map<?, ?> root) || !(root.get("partitions") instanceof List<?> partitions)) {
            throw new IllegalArgumentException("it has no list 'partitions'");
        }
        for (Object element : partitions) {
            if (!(element instanceof Map<?, ?> partition)
                    || !(partition.get("topic") instanceof String topic)
                    || !(partition.get("partition") instanceof Long number)
                    || !(partition.get("replicas") instanceof List<?> replicas)) {
                throw new IllegalArgumentException("each of 'partitions' must have topic, partition and replicas, and "
                        + Json.line(element) + " has not");
            }
            List<Integer> brokers = new ArrayList<>();
            for (Object replica : replicas) {
                if (!(replica instanceof Long id)) {
                    throw new IllegalArgumentException("replicas are ids of brokers, and " + replica + " is none");
                }
                brokers.add(id.intValue());
            }
            plan.put(new TopicPartition(topic, number.intValue()), brokers);
        }
        return plan;
    }

    /** How things are before some moves, so that they can be undone. */
    public static void write(Path file, Map<TopicPartition, List<Integer>> plan) {
        try {
            Files.writeString(file, text(plan));
        } catch (IOException e) {
            throw Failure.of("Cannot write the plan to " + file + ": " + e.getMessage());
        }
    }

    static String text(Map<TopicPartition, List<Integer>> plan) {
        List<Map<String, Object>> partitions = new ArrayList<>();
        plan.forEach((partition, replicas) -> {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("topic", partition.topic());
            fields.put("partition", partition.partition());
            fields.put("replicas", replicas);
            partitions.add(fields);
        });
        Map<String, Object> root = new LinkedHashMap<>();
        root.put("version", 1);
        root.put("partitions", partitions);
        return Json.write(root);
    }
}
