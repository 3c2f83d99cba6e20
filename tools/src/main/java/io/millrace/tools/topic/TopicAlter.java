package io.millrace.tools.topic;

import io.millrace.client.admin.ConfigChange;
import io.millrace.client.admin.ConfigResource;
import io.millrace.client.admin.Done;
import io.millrace.client.admin.ItemResult;
import io.millrace.tools.connect.Cluster;
import io.millrace.tools.connect.ClusterOptions;
import io.millrace.tools.connect.Outcome;
import io.millrace.tools.terminal.Changes;
import io.millrace.tools.terminal.Failure;
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

/** {@code millrace topic alter}: settings of several topics at once. */
@Command(
        name = "alter",
        description = "Changes settings of topics; of one topic all or none. 'topic add-partitions' makes them wider.",
        footer = {
            "",
            "Examples:",
            "  millrace topic alter orders payments --set retention.ms=86400000 --dry-run",
            "  millrace topic alter orders --set cleanup.policy=compact --unset retention.ms"
        })
final class TopicAlter implements Callable<Integer> {
    @Parameters(arity = "1..*", paramLabel = "TOPIC")
    private List<String> names = new ArrayList<>();

    @Option(names = "--set", paramLabel = "KEY=VALUE", description = "a setting; may be repeated")
    private Map<String, String> set = new LinkedHashMap<>();

    @Option(names = "--unset", paramLabel = "KEY", description = "a setting that goes back to the brokers' default")
    private List<String> unset = new ArrayList<>();

    @Mixin
    private Changes changes;

    @Mixin
    private ClusterOptions clusters;

    @Mixin
    private Output output;

    @Override
    public Integer call() {
        List<ConfigChange> wanted = new ArrayList<>();
        set.forEach((key, value) -> wanted.add(ConfigChange.set(key, value)));
        unset.forEach(key -> wanted.add(ConfigChange.delete(key)));
        if (wanted.isEmpty()) {
            throw Failure.usage("Nothing to change; say --set KEY=VALUE or --unset KEY");
        }
        try (Cluster cluster = clusters.open()) {
            cluster.describe(names); // the nearest name, if one is not there
            Map<ConfigResource, List<ConfigChange>> all = new LinkedHashMap<>();
            names.forEach(name -> all.put(ConfigResource.topic(name), wanted));
            Map<ConfigResource, ItemResult<Done>> results = cluster.await(
                    changes.isDryRun()
                            ? cluster.admin().checkConfigs(all)
                            : cluster.admin().alterConfigs(all));
            results.forEach(
                    (topic, result) -> new Outcome(topic.name(), "Changed", "change", topic + ": " + sentence(wanted))
                            .tell(changes, result));
            return changes.print(output);
        }
    }

    private static String sentence(List<ConfigChange> wanted) {
        return String.join(
                ", ",
                wanted.stream()
                        .map(change -> change.value()
                                .map(value -> change.key() + "=" + value)
                                .orElse(change.key() + " back to its default"))
                        .toList());
    }
}
