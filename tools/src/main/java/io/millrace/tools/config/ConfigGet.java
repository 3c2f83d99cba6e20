package io.millrace.tools.config;

import io.millrace.client.admin.ConfigEntry;
import io.millrace.tools.connect.Cluster;
import io.millrace.tools.connect.ClusterOptions;
import io.millrace.tools.terminal.Output;
import io.millrace.tools.terminal.Table;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace config get}. */
@Command(
        name = "get",
        description = "Shows settings; those that somebody has set come first.",
        footer = {
            "",
            "Examples:",
            "  millrace config get topic orders",
            "  millrace config get topic orders retention.ms cleanup.policy",
            "  millrace config get broker 1 --changed",
            "  millrace config get brokers -o json"
        })
final class ConfigGet implements Callable<Integer> {
    private static final Table<ConfigEntry> TABLE = Table.<ConfigEntry>of()
            .text("key", ConfigEntry::key)
            .text("value", ConfigGet::value)
            .text("source", entry -> source(entry.source()))
            .data("readOnly", ConfigEntry::readOnly)
            .data("sensitive", ConfigEntry::sensitive);

    @Parameters(arity = "1..*", paramLabel = "TARGET [KEY...]", description = ConfigTarget.WORDS + "; then keys")
    private List<String> words = new ArrayList<>();

    @Option(names = "--changed", description = "only what somebody has set")
    private boolean changed;

    @Mixin
    private ClusterOptions clusters;

    @Mixin
    private Output output;

    @Override
    public Integer call() {
        ConfigTarget target = ConfigTarget.parse(words);
        try (Cluster cluster = clusters.open()) {
            Map<String, ConfigEntry> all = target.entries(cluster);
            if (!target.rest().isEmpty()) {
                Set<String> keys = target.keys(cluster, all);
                target.rest().forEach(key -> ConfigTarget.check(key, keys));
            }
            output.rows(
                    TABLE,
                    all.values().stream()
                            .filter(entry ->
                                    target.rest().isEmpty() || target.rest().contains(entry.key()))
                            .filter(entry -> !changed || !entry.isDefault())
                            .sorted(Comparator.comparing(ConfigEntry::isDefault).thenComparing(ConfigEntry::key))
                            .toList(),
                    "Nothing is set for " + target.resource());
            return 0;
        }
    }

    private static String value(ConfigEntry entry) {
        return entry.sensitive() ? "(secret)" : entry.value().orElse("");
    }

    private static String source(ConfigEntry.Source source) {
        return source.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
