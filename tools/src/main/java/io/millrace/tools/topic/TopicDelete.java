package io.millrace.tools.topic;

import io.millrace.client.admin.TopicDescription;
import io.millrace.client.admin.TopicListing;
import io.millrace.tools.connect.Cluster;
import io.millrace.tools.connect.ClusterOptions;
import io.millrace.tools.connect.Outcome;
import io.millrace.tools.terminal.Changes;
import io.millrace.tools.terminal.Consent;
import io.millrace.tools.terminal.Output;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace topic delete}. */
@Command(
        name = "delete",
        description = "Deletes topics with all that is in them, for good. Asks first, on a terminal.",
        footer = {
            "",
            "Examples:",
            "  millrace topic delete refunds --dry-run",
            "  millrace topic delete refunds --yes",
            "  millrace topic delete refunds --if-exists --yes"
        })
final class TopicDelete implements Callable<Integer> {
    @Parameters(arity = "1..*", paramLabel = "TOPIC")
    private List<String> names = new ArrayList<>();

    @Option(names = "--if-exists", description = "topics that are not there are no error")
    private boolean ifExists;

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
            Map<String, TopicListing> known = cluster.topics();
            List<String> there =
                    names.stream().distinct().filter(known::containsKey).toList();
            for (String name : names) {
                if (known.containsKey(name)) {
                    continue;
                }
                if (!ifExists) {
                    throw cluster.unknownTopic(name);
                }
                changes.unchanged(name, "There is no topic '" + name + "'");
            }
            if (changes.isDryRun()) {
                there.forEach(name -> outcome(name).tellPlanned(changes));
            } else if (!there.isEmpty()) {
                consent.ask(question(there, cluster.describe(there)));
                cluster.await(cluster.admin().deleteTopics(there))
                        .forEach((name, result) -> outcome(name).tell(changes, result));
            }
            return changes.print(output);
        }
    }

    private static String question(List<String> names, List<TopicDescription> topics) {
        int partitions =
                topics.stream().mapToInt(topic -> topic.partitions().size()).sum();
        return "Delete " + String.join(", ", names) + " at once and for good, " + partitions
                + (partitions == 1 ? " partition?" : " partitions?");
    }

    private static Outcome outcome(String name) {
        return new Outcome(name, "Deleted", "delete", "topic '" + name + "'");
    }
}
