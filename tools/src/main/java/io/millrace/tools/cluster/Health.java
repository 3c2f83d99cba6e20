package io.millrace.tools.cluster;

import io.millrace.client.admin.ClusterDescription;
import io.millrace.client.admin.TopicDescription;
import io.millrace.client.admin.TopicDescription.Partition;
import io.millrace.tools.connect.Cluster;
import io.millrace.tools.connect.Replicas;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;

/**
 * Whether a cluster is well, and what ails it.
 *
 * @param findings the worst first
 */
record Health(List<Finding> findings) {

    /** How bad something is: only an error makes a cluster unwell. */
    enum Severity {
        ERROR,
        WARNING
    }

    /**
     * What is not as it should be.
     *
     * @param what of what it is true, such as a partition
     */
    record Finding(Severity severity, String what, String trouble) {}

    boolean isWell() {
        return findings.isEmpty();
    }

    /** Pure. */
    static Health of(ClusterDescription cluster, Collection<TopicDescription> topics, Replicas replicas) {
        List<Finding> errors = new ArrayList<>();
        List<Finding> warnings = new ArrayList<>();
        Set<Integer> up = new TreeSet<>();
        cluster.nodes().forEach(node -> up.add(node.id()));
        Set<Integer> missing = new TreeSet<>();
        for (TopicDescription topic : topics) {
            for (Partition partition : topic.partitions()) {
                String name = topic.name() + "-" + partition.number();
                partition.replicas().stream().filter(id -> !up.contains(id)).forEach(missing::add);
                if (partition.leader().isEmpty()) {
                    errors.add(new Finding(Severity.ERROR, name, "no leader: nobody can read or write it"));
                } else if (partition.isr().size() < partition.replicas().size()) {
                    List<Integer> behind = new ArrayList<>(partition.replicas());
                    behind.removeAll(partition.isr());
                    errors.add(new Finding(Severity.ERROR, name, "not in sync: " + behind));
                } else if (!partition
                        .leader()
                        .equals(OptionalInt.of(partition.replicas().get(0)))) {
                    warnings.add(new Finding(
                            Severity.WARNING,
                            name,
                            "led by " + partition.leader().getAsInt() + ", not by its preferred "
                                    + partition.replicas().get(0)));
                }
            }
        }
        missing.forEach(
                id -> errors.add(0, new Finding(Severity.ERROR, "broker " + id, "has replicas, and is not up")));
        replicas.failures()
                .forEach((id, why) ->
                        errors.add(0, new Finding(Severity.ERROR, "broker " + id, Cluster.explanation(why))));
        replicas.directories()
                .forEach((id, paths) -> paths.forEach((path, told) -> told.failure()
                        .ifPresent(why -> errors.add(
                                0,
                                new Finding(Severity.ERROR, "broker " + id, path + ": " + Cluster.explanation(why))))));
        errors.addAll(warnings);
        return new Health(List.copyOf(errors));
    }
}
