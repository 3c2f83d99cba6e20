package io.millrace.tools;

import io.millrace.tools.terminal.Failure;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

/** Verbs that run a server. The launcher runs them without this module; here they have their place in the help. */
final class ServerVerbs {
    private ServerVerbs() {}

    /** {@code millrace start}. */
    @Command(name = "start", description = "Runs a broker until it is told to stop.")
    static final class Start implements Callable<Integer>, CommandTree.PassesAll {
        @Unmatched
        private List<String> rest = new ArrayList<>();

        @Override
        public Integer call() {
            return runBroker("start", rest);
        }
    }

    /** {@code millrace zookeeper}. */
    @Command(name = "zookeeper", description = "Runs a ZooKeeper server until it is told to stop.")
    static final class ZooKeeper implements Callable<Integer>, CommandTree.PassesAll {
        @Unmatched
        private List<String> rest = new ArrayList<>();

        @Override
        public Integer call() {
            return runBroker("zookeeper", rest);
        }
    }

    /** {@code millrace simulate}. */
    @Command(name = "simulate", description = "Runs a cluster under a virtual clock; from a checkout of the sources.")
    static final class Simulate implements Callable<Integer>, CommandTree.PassesAll {
        @Unmatched
        private List<String> rest = new ArrayList<>();

        @Override
        public Integer call() {
            throw Failure.usage("simulate needs the launcher: ./millrace simulate " + String.join(" ", rest));
        }
    }

    /** Without the launcher, as with {@code java -jar millrace-tools.jar start}. */
    private static Integer runBroker(String verb, List<String> rest) {
        List<String> words = new ArrayList<>(List.of(verb));
        words.addAll(rest);
        io.millrace.broker.Main.main(words.toArray(new String[0]));
        return 0;
    }
}
