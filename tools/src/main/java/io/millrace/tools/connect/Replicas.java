package io.millrace.tools.connect;

import io.millrace.client.MillraceException;
import io.millrace.client.admin.ItemResult;
import io.millrace.client.admin.LogDir;
import io.millrace.protocol.TopicPartition;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * Sizes and lags of all replicas, as the brokers that have them tell. A broker that does not answer tells nothing of its own.
 *
 * @param directories of each broker that answered, by path
 * @param failures of those that did not
 */
public record Replicas(
        Map<Integer, Map<String, ItemResult<LogDir>>> directories, Map<Integer, MillraceException> failures) {

    /** Asks these brokers. */
    public static Replicas of(Cluster cluster, Collection<Integer> brokers) {
        Map<Integer, Map<String, ItemResult<LogDir>>> directories = new TreeMap<>();
        Map<Integer, MillraceException> failures = new TreeMap<>();
        cluster.await(cluster.admin().describeLogDirs(brokers)).forEach((broker, result) -> {
            result.value().ifPresent(told -> directories.put(broker, told));
            result.failure().ifPresent(why -> failures.put(broker, why));
        });
        return new Replicas(directories, failures);
    }

    /** By broker. */
    public Map<Integer, LogDir.Replica> of(TopicPartition partition) {
        Map<Integer, LogDir.Replica> found = new LinkedHashMap<>();
        directories.forEach((broker, paths) -> paths.values().stream()
                .flatMap(directory -> directory.value().stream())
                .flatMap(directory -> Optional.ofNullable(directory.replicas().get(partition)).stream())
                .forEach(replica -> found.put(broker, replica)));
        return found;
    }

    /** Of the largest replica: those that are behind say too little. Empty if no broker told. */
    public OptionalLong bytes(TopicPartition partition) {
        return of(partition).values().stream()
                .mapToLong(LogDir.Replica::sizeBytes)
                .max();
    }

    /** Those that are behind, by broker, with how many records. */
    public Map<Integer, Long> lags(TopicPartition partition) {
        Map<Integer, Long> behind = new TreeMap<>();
        of(partition).forEach((broker, replica) -> {
            if (replica.lag() > 0) {
                behind.put(broker, replica.lag());
            }
        });
        return behind;
    }

    /** All that lies on a broker. */
    public long bytesOn(int broker) {
        return directories.getOrDefault(broker, Map.of()).values().stream()
                .flatMap(directory -> directory.value().stream())
                .flatMap(directory -> directory.replicas().values().stream())
                .mapToLong(LogDir.Replica::sizeBytes)
                .sum();
    }
}
