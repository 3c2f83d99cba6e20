package io.millrace.tools;

import io.millrace.tools.broker.BrokerCommand;
import io.millrace.tools.cluster.ClusterCommand;
import io.millrace.tools.completion.CompleteCommand;
import io.millrace.tools.completion.CompletionCommand;
import io.millrace.tools.config.ConfigCommand;
import io.millrace.tools.config.KafkaConfigs;
import io.millrace.tools.group.GroupCommand;
import io.millrace.tools.group.KafkaConsumerGroups;
import io.millrace.tools.inspect.LogCommand;
import io.millrace.tools.load.KafkaConsumerPerfTest;
import io.millrace.tools.load.KafkaProducerPerfTest;
import io.millrace.tools.load.PerfCommand;
import io.millrace.tools.mirror.MirrorCommand;
import io.millrace.tools.partition.PartitionCommand;
import io.millrace.tools.profile.ProfileCommand;
import io.millrace.tools.stream.ConsumeCommand;
import io.millrace.tools.stream.KafkaConsoleConsumer;
import io.millrace.tools.stream.KafkaConsoleProducer;
import io.millrace.tools.stream.ProduceCommand;
import io.millrace.tools.stream.TailCommand;
import io.millrace.tools.topic.KafkaTopics;
import io.millrace.tools.topic.TopicCommand;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The one table of verbs. A class is loaded when its verb is asked for: reading the annotations of all of them would take
 * longer than most verbs do.
 */
final class Verbs {
    /** In the order in which {@code --help} lists them. */
    static final List<String> ALL = List.of(
            "start",
            "zookeeper",
            "simulate",
            "produce",
            "consume",
            "topic",
            "group",
            "config",
            "broker",
            "partition",
            "cluster",
            "log",
            "perf",
            "profile",
            "mirror",
            "completion");

    /** Those that are not listed, too: for shells, and for people who come from Kafka. */
    static final List<String> WITH_HIDDEN = Stream.concat(
                    ALL.stream(),
                    Stream.of(
                            "complete",
                            "kafka-topics",
                            "kafka-consumer-groups",
                            "kafka-configs",
                            "kafka-console-producer",
                            "kafka-console-consumer",
                            "kafka-producer-perf-test",
                            "kafka-consumer-perf-test"))
            .toList();

    private Verbs() {}

    /** The class of a verb's command; empty for a word that is none. */
    static Optional<Class<?>> command(String verb) {
        return Optional.ofNullable(
                switch (verb) {
                    case "start" -> ServerVerbs.Start.class;
                    case "zookeeper" -> ServerVerbs.ZooKeeper.class;
                    case "simulate" -> ServerVerbs.Simulate.class;
                    case "kafka-topics" -> KafkaTopics.class;
                    case "kafka-consumer-groups" -> KafkaConsumerGroups.class;
                    case "kafka-configs" -> KafkaConfigs.class;
                    case "completion" -> CompletionCommand.class;
                    case "complete" -> CompleteCommand.class;
                    case "topic" -> TopicCommand.class;
                    case "group" -> GroupCommand.class;
                    case "config" -> ConfigCommand.class;
                    case "broker" -> BrokerCommand.class;
                    case "partition" -> PartitionCommand.class;
                    case "profile" -> ProfileCommand.class;
                    case "cluster" -> ClusterCommand.class;
                    case "produce" -> ProduceCommand.class;
                    case "consume" -> ConsumeCommand.class;
                    case "log" -> LogCommand.class;
                    case "perf" -> PerfCommand.class;
                    case "kafka-console-producer" -> KafkaConsoleProducer.class;
                    case "kafka-console-consumer" -> KafkaConsoleConsumer.class;
                    case "kafka-producer-perf-test" -> KafkaProducerPerfTest.class;
                    case "kafka-consumer-perf-test" -> KafkaConsumerPerfTest.class;
                    case "mirror" -> MirrorCommand.class;
                    default -> null;
                });
    }

    /** Verbs below a verb that lie in another room than it does. */
    static Map<String, Class<?>> guests(String verb) {
        return verb.equals("topic") ? Map.of("tail", TailCommand.class) : Map.of();
    }
}
