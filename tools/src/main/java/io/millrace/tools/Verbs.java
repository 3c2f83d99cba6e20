package io.millrace.tools;

import io.millrace.tools.cluster.ClusterCommand;
import io.millrace.tools.inspect.LogCommand;
import io.millrace.tools.load.KafkaConsumerPerfTest;
import io.millrace.tools.load.KafkaProducerPerfTest;
import io.millrace.tools.load.PerfCommand;
import io.millrace.tools.stream.ConsumeCommand;
import io.millrace.tools.stream.KafkaConsoleConsumer;
import io.millrace.tools.stream.KafkaConsoleProducer;
import io.millrace.tools.stream.ProduceCommand;
import io.millrace.tools.stream.TailCommand;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The one table of verbs. A class is loaded when its verb is asked for: reading the annotations of all of them would take
 * longer than most verbs do.
 */
final class Verbs {
    /** In the order in which {@code --help} lists them. */
    static final List<String> ALL =
            List.of("start", "zookeeper", "simulate", "cluster", "produce", "consume", "log", "perf");

    private Verbs() {}

    /** The class of a verb's command; empty for a word that is none. */
    static Optional<Class<?>> command(String verb) {
        return Optional.ofNullable(
                switch (verb) {
                    case "start" -> ServerVerbs.Start.class;
                    case "zookeeper" -> ServerVerbs.ZooKeeper.class;
                    case "simulate" -> ServerVerbs.Simulate.class;
                    case "cluster" -> ClusterCommand.class;
                    case "produce" -> ProduceCommand.class;
                    case "consume" -> ConsumeCommand.class;
                    case "tail" -> TailCommand.class; // short for topic tail
                    case "log" -> LogCommand.class;
                    case "perf" -> PerfCommand.class;
                    case "kafka-console-producer" -> KafkaConsoleProducer.class;
                    case "kafka-console-consumer" -> KafkaConsoleConsumer.class;
                    case "kafka-producer-perf-test" -> KafkaProducerPerfTest.class;
                    case "kafka-consumer-perf-test" -> KafkaConsumerPerfTest.class;
                    default -> null;
                });
    }

    /** Verbs below a verb that lie in another room than it does. */
    static Map<String, Class<?>> guests(String verb) {
        return verb.equals("topic") ? Map.of("tail", TailCommand.class) : Map.of();
    }
}
