package io.millrace.tools.partition;

import io.millrace.client.admin.Elected;
import io.millrace.client.admin.Election;
import io.millrace.client.admin.ItemResult;
import io.millrace.client.admin.TopicDescription;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.TopicPartition;
import io.millrace.tools.connect.Cluster;
import io.millrace.tools.connect.ClusterOptions;
import io.millrace.tools.connect.Outcome;
import io.millrace.tools.terminal.Changes;
import io.millrace.tools.terminal.Consent;
import io.millrace.tools.terminal.Output;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace partition elect}. */
@Command(
        name = "elect",
        description = "Has the preferred replicas elected, where they do not lead; or with --unclean any that is up.",
        footer = {
            "",
            "Examples:",
            "  millrace partition elect --dry-run",
            "  millrace partition elect orders",
            "  millrace partition elect orders --unclean --yes      # records that only lost replicas had are lost"
        })
final class PartitionElect implements Callable<Integer> {
    @Parameters(arity = "0..*", paramLabel = "TOPIC", description = "only these; default all")
    private List<String> topics = new ArrayList<>();

    @Option(names = "--unclean", description = "any replica that is up, where no replica in sync is")
    private boolean unclean;

    @Mixin
    private Consent consent;

    @Mixin
    private Changes changes;

    @Mixin
    private ClusterOptions clusters;

    @Mixin
    private Output output;

    @Override
    public Integer call() {
        try (Cluster cluster = clusters.open()) {
            Map<TopicPartition, String> wanted = wanted(cluster);
            if (wanted.isEmpty()) {
                changes.unchanged(
                        "",
                        unclean ? "Every partition has a leader" : "Every partition is led by its preferred replica");
            } else if (changes.isDryRun()) {
                wanted.forEach((partition, now) -> outcome(partition, now).tellPlanned(changes));
            } else {
                elect(cluster, wanted);
            }
            return changes.print(output);
        }
    }

    private void elect(Cluster cluster, Map<TopicPartition, String> wanted) {
        if (unclean) {
            consent.ask("Elect replicas that may lack records, for " + wanted.size() + " partitions?");
        }
        Election election = unclean ? Election.UNCLEAN : Election.PREFERRED;
        Map<TopicPartition, ItemResult<Elected>> results =
                cluster.await(cluster.admin().electLeaders(election, wanted.keySet()));
        results.forEach((partition, result) -> {
            boolean notNeeded =
                    result.value().filter(Elected.NOT_NEEDED::equals).isPresent()
                            || result.failure()
                                    .filter(why -> why.error() == ErrorCode.ELECTION_NOT_NEEDED)
                                    .isPresent();
            if (notNeeded) {
                changes.unchanged(partition.toString(), partition + " is led by whom it should be");
            } else {
                outcome(partition, wanted.get(partition)).tell(changes, result);
            }
        });
    }

    private Outcome outcome(TopicPartition partition, String now) {
        return new Outcome(partition.toString(), "Elected", "elect", "a leader of " + partition + " (" + now + ")");
    }

    /** Where there is something to do, and how it is now. */
    private Map<TopicPartition, String> wanted(Cluster cluster) {
        List<String> names = topics.isEmpty() ? List.copyOf(cluster.topics().keySet()) : topics;
        Map<TopicPartition, String> wanted = new LinkedHashMap<>();
        for (TopicDescription topic : names.isEmpty() ? List.<TopicDescription>of() : cluster.describe(names)) {
            for (TopicDescription.Partition partition : topic.partitions()) {
                TopicPartition key = new TopicPartition(topic.name(), partition.number());
                if (partition.leader().isEmpty()) {
                    wanted.put(key, "none leads now");
                } else if (!unclean
                        && partition.leader().getAsInt() != partition.replicas().get(0)) {
                    wanted.put(
                            key,
                            partition.leader().getAsInt() + " led, "
                                    + partition.replicas().get(0) + " is preferred");
                }
            }
        }
        return wanted;
    }
}
