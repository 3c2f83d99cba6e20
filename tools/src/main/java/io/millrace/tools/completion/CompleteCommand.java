package io.millrace.tools.completion;

import io.millrace.client.admin.GroupListing;
import io.millrace.client.admin.TopicListing;
import io.millrace.tools.connect.Cluster;
import io.millrace.tools.connect.ClusterOptions;
import io.millrace.tools.connect.ProfilesFile;
import io.millrace.tools.terminal.Failure;
import io.millrace.tools.terminal.Terminal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code millrace complete}: what a shell asks at each press of the tab key. Says nothing where something goes wrong. */
@Command(name = "complete", hidden = true, description = "Prints how the last of some words may go on.")
public final class CompleteCommand implements Callable<Integer> {
    private static final String SHORT = "1s";

    private final Terminal terminal;

    @Parameters(arity = "0..*")
    private List<String> words = new ArrayList<>();

    @Mixin
    private ClusterOptions clusters;

    @Spec
    private CommandSpec spec;

    CompleteCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        CommandLine root = spec.root().commandLine();
        try {
            Candidates.of(root, words, this::names).forEach(terminal.out()::println);
        } catch (Failure e) {
            return 1; // the shell shows nothing, which is what there is to show
        }
        return 0;
    }

    private Collection<String> names(Candidates.Kind kind) {
        if (kind == Candidates.Kind.PROFILE) {
            return ProfilesFile.of(terminal).read().clusters().keySet();
        }
        clusters.takeFrom(words, SHORT);
        try (Cluster cluster = clusters.open()) {
            return kind == Candidates.Kind.TOPIC
                    ? cluster.topics().values().stream()
                            .filter(topic -> !topic.internal())
                            .map(TopicListing::name)
                            .toList()
                    : cluster.get(cluster.admin().listGroups()).groups().stream()
                            .map(GroupListing::id)
                            .toList();
        }
    }
}
