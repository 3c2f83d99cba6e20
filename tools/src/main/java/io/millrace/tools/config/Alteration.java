package io.millrace.tools.config;

import io.millrace.client.admin.ConfigChange;
import io.millrace.client.admin.ConfigEntry;
import io.millrace.client.admin.ConfigResource;
import io.millrace.client.admin.Done;
import io.millrace.client.admin.ItemResult;
import io.millrace.tools.connect.Cluster;
import io.millrace.tools.terminal.Changes;
import io.millrace.tools.terminal.Output;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Changes settings of one resource, and tells what each was before. */
final class Alteration {
    private Alteration() {}

    /** Gives the exit code. */
    static int run(
            Cluster cluster,
            ConfigTarget target,
            List<ConfigChange> wanted,
            Map<String, ConfigEntry> before,
            Changes changes,
            Output output) {
        Set<String> keys = target.keys(cluster, before);
        wanted.forEach(change -> ConfigTarget.check(change.key(), keys));
        Map<ConfigResource, List<ConfigChange>> all = Map.of(target.resource(), wanted);
        ItemResult<Done> result = cluster.await(
                        changes.isDryRun()
                                ? cluster.admin().checkConfigs(all)
                                : cluster.admin().alterConfigs(all))
                .get(target.resource());
        result.failure()
                .ifPresentOrElse(
                        why -> changes.failed(target.resource().toString(), Cluster.explanation(why)),
                        () -> wanted.forEach(change -> tell(change, before, changes)));
        return changes.print(output);
    }

    private static void tell(ConfigChange change, Map<String, ConfigEntry> before, Changes changes) {
        String was = Optional.ofNullable(before.get(change.key()))
                .filter(entry -> !entry.sensitive())
                .flatMap(ConfigEntry::value)
                .map(value -> ", which is " + value + " now")
                .map(now ->
                        changes.isDryRun() ? now : now.replace("is ", "was ").replace(" now", ""))
                .orElse("");
        String value = change.value().orElse("");
        switch (change.operation()) {
            case SET -> changes.done(change.key(), "Set", "set", change.key() + " to " + value + was);
            case DELETE -> changes.done(change.key(), "Unset", "unset", change.key() + was);
            case APPEND -> changes.done(change.key(), "Added", "add", value + " to " + change.key() + was);
            case SUBTRACT -> changes.done(change.key(), "Took", "take", value + " out of " + change.key() + was);
        }
    }
}
