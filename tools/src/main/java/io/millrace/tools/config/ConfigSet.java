package io.millrace.tools.config;

import io.millrace.client.admin.ConfigChange;
import io.millrace.client.admin.ConfigEntry;
import io.millrace.tools.connect.Cluster;
import io.millrace.tools.connect.ClusterOptions;
import io.millrace.tools.terminal.Changes;
import io.millrace.tools.terminal.Failure;
import io.millrace.tools.terminal.Output;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code millrace config set}. */
@Command(
        name = "set",
        description = "Changes settings: all of those that are named, or none. += adds to a list, -= takes out of it.",
        footer = {
            "",
            "Examples:",
            "  millrace config set topic orders retention.ms=3600000 --dry-run",
            "  millrace config set topic orders retention.ms=3600000 cleanup.policy+=compact",
            "  millrace config set brokers auto.leader.rebalance.enable=false --dry-run",
            "  millrace config set loggers 1 io.millrace.broker.replica=DEBUG --dry-run"
        })
final class ConfigSet implements Callable<Integer> {
    @Parameters(
            arity = "2..*",
            paramLabel = "TARGET KEY=VALUE...",
            description = ConfigTarget.WORDS + "; then settings")
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
                target.rest().stream().map(ConfigSet::change).toList();
        if (wanted.isEmpty()) {
            throw Failure.usage("Nothing to set for " + target.resource() + "; say KEY=VALUE");
        }
        try (Cluster cluster = clusters.open()) {
            Map<String, ConfigEntry> all = target.entries(cluster);
            return Alteration.run(cluster, target, wanted, all, changes, output);
        }
    }

    static ConfigChange change(String word) {
        int equals = word.indexOf('=');
        if (equals <= 0) {
            throw Failure.usage("'" + word + "' is not KEY=VALUE");
        }
        String value = word.substring(equals + 1);
        char before = word.charAt(equals - 1);
        if (before == '+') {
            return ConfigChange.append(word.substring(0, equals - 1), value);
        }
        return before == '-'
                ? ConfigChange.subtract(word.substring(0, equals - 1), value)
                : ConfigChange.set(word.substring(0, equals), value);
    }
}
