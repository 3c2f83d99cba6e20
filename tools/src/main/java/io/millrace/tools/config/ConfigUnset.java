package io.millrace.tools.config;

import io.millrace.client.admin.ConfigChange;
import io.millrace.client.admin.ConfigEntry;
import io.millrace.tools.connect.Cluster;
import io.millrace.tools.connect.ClusterOptions;
import io.millrace.tools.terminal.Changes;
import io.millrace.tools.terminal.Output;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code millrace config unset}. */
@Command(
        name = "unset",
        description = "Puts settings back to what holds without them.",
        footer = {
            "",
            "Examples:",
            "  millrace config unset topic orders retention.ms --dry-run",
            "  millrace config unset topic orders retention.ms cleanup.policy"
        })
final class ConfigUnset implements Callable<Integer> {
    @Parameters(arity = "2..*", paramLabel = "TARGET KEY...", description = ConfigTarget.WORDS + "; then keys")
    private List<String> words = new ArrayList<>();

    @Mixin
    private Changes changes;

    @Mixin
    private ClusterOptions clusters;

    @Mixin
    private Output output;

    @Override
    public Integer call() {
        ConfigTarget target = ConfigTarget.parse(words);
        List<ConfigChange> wanted =
                target.rest().stream().map(ConfigChange::delete).toList();
        try (Cluster cluster = clusters.open()) {
            Map<String, ConfigEntry> all = target.entries(cluster);
            return Alteration.run(cluster, target, wanted, all, changes, output);
        }
    }
}
