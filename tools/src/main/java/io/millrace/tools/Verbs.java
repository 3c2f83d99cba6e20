package io.millrace.tools;

import io.millrace.tools.cluster.ClusterCommand;
import io.millrace.tools.mirror.MirrorCommand;
import java.util.List;
import java.util.Optional;

/**
 * The one table of verbs. A class is loaded when its verb is asked for: reading the annotations of all of them would take
 * longer than most verbs do.
 */
final class Verbs {
    /** In the order in which {@code --help} lists them. */
    static final List<String> ALL = List.of("start", "zookeeper", "simulate", "cluster", "mirror");

    private Verbs() {}

    /** The class of a verb's command; empty for a word that is none. */
    static Optional<Class<?>> command(String verb) {
        return Optional.ofNullable(
                switch (verb) {
                    case "start" -> ServerVerbs.Start.class;
                    case "zookeeper" -> ServerVerbs.ZooKeeper.class;
                    case "simulate" -> ServerVerbs.Simulate.class;
                    case "cluster" -> ClusterCommand.class;
                    case "mirror" -> MirrorCommand.class;
                    default -> null;
                });
    }
}
