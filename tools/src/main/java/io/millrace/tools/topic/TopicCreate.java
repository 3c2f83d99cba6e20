package io.millrace.tools.topic;

import io.millrace.client.admin.ItemResult;
import io.millrace.client.admin.NewTopic;
import io.millrace.client.admin.TopicCreated;
import io.millrace.protocol.ErrorCode;
import io.millrace.tools.connect.Cluster;
import io.millrace.tools.connect.ClusterOptions;
import io.millrace.tools.connect.Outcome;
import io.millrace.tools.terminal.Changes;
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

/** {@code millrace topic create}. */
@Command(
        name = "create",
        description = "Creates topics, with as many partitions and replicas as the brokers' default if not told.",
        footer = {
            "",
            "Examples:",
            "  millrace topic create clicks",
            "  millrace topic create visits logins -p 6 -r 2 --set retention.ms=604800000",
            "  millrace topic create clicks --if-not-exists --dry-run"
        })
final class TopicCreate implements Callable<Integer> {
    @Parameters(arity = "1..*", paramLabel = "TOPIC")
    private List<String> names = new ArrayList<>();

    @Option(
            names = {"-p", "--partitions"},
            paramLabel = "N",
            description = "how many partitions")
    private int partitions = -1;

    @Option(
            names = {"-r", "--replicas"},
            paramLabel = "N",
            description = "how many replicas of each partition")
    private int replicas = -1;

    @Option(names = "--set", paramLabel = "KEY=VALUE", description = "a setting; may be repeated")
    private Map<String, String> settings = new LinkedHashMap<>();

    @Option(names = "--if-not-exists", description = "topics that are there already are no error")
    private boolean ifNotExists;

    @Mixin
    private Changes changes;

    @Mixin
    private ClusterOptions clusters;

    @Mixin
    private Output output;

    @Override
    public Integer call() {
        NewTopic[] wanted = names.stream()
                .distinct()
                .map(name -> new NewTopic(name, partitions, replicas, List.of(), settings))
                .toArray(NewTopic[]::new);
        try (Cluster cluster = clusters.open()) {
            Map<String, ItemResult<TopicCreated>> results = cluster.await(
                    changes.isDryRun()
                            ? cluster.admin().checkTopics(wanted)
                            : cluster.admin().createTopics(wanted));
            results.forEach((name, result) -> {
                if (ifNotExists && isThere(result)) {
                    changes.unchanged(name, "Topic '" + name + "' is there already");
                } else {
                    new Outcome(name, "Created", "create", "topic '" + name + "'" + shape(result))
                            .tell(changes, result);
                }
            });
            return changes.print(output);
        }
    }

    private static boolean isThere(ItemResult<?> result) {
        return result.failure()
                .filter(why -> why.error() == ErrorCode.TOPIC_ALREADY_EXISTS)
                .isPresent();
    }

    private static String shape(ItemResult<TopicCreated> result) {
        return result.value()
                .filter(created -> created.partitions() > 0)
                .map(created -> " with " + count(created.partitions(), "partition") + ", "
                        + count(created.replicationFactor(), "replica") + " each")
                .orElse("");
    }

    private static String count(int number, String what) {
        return number + " " + what + (number == 1 ? "" : "s");
    }
}
