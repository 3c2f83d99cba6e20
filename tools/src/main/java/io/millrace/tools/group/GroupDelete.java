package io.millrace.tools.group;

import io.millrace.client.MillraceException;
import io.millrace.client.admin.GroupDescription;
import io.millrace.protocol.ErrorCode;
import io.millrace.tools.connect.Cluster;
import io.millrace.tools.connect.ClusterOptions;
import io.millrace.tools.connect.Outcome;
import io.millrace.tools.terminal.Changes;
import io.millrace.tools.terminal.Consent;
import io.millrace.tools.terminal.Output;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code millrace group delete}. */
@Command(
        name = "delete",
        description = "Deletes groups that have no members, with their positions. Asks first, on a terminal.",
        footer = {"", "Examples:", "  millrace group delete billing --dry-run", "  millrace group delete billing --yes"
        })
final class GroupDelete implements Callable<Integer> {
    @Parameters(arity = "1..*", paramLabel = "GROUP")
    private List<String> names = new ArrayList<>();

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
            List<GroupDescription> groups =
                    names.stream().map(name -> Groups.describe(cluster, name)).toList();
            if (changes.isDryRun()) {
                groups.forEach(this::plan);
            } else {
                consent.ask("Delete " + String.join(", ", names) + " and their positions?");
                cluster.await(cluster.admin().deleteGroups(names)).forEach((name, result) -> {
                    if (result.failure().filter(GroupDelete::isActive).isPresent()) {
                        changes.failed(name, active(name));
                    } else {
                        outcome(name).tell(changes, result);
                    }
                });
            }
            return changes.print(output);
        }
    }

    private void plan(GroupDescription group) {
        if (group.members().isEmpty()) {
            outcome(group.id()).tellPlanned(changes);
        } else {
            changes.failed(group.id(), active(group.id()));
        }
    }

    private static boolean isActive(MillraceException why) {
        return why.error() == ErrorCode.NON_EMPTY_GROUP;
    }

    private static String active(String name) {
        return "Group '" + name + "' is active: stop its members, then try again; 'millrace group describe " + name
                + "' shows them";
    }

    private static Outcome outcome(String name) {
        return new Outcome(name, "Deleted", "delete", "group '" + name + "' with its positions");
    }
}
