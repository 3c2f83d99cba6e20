package io.millrace.tools.load;

import io.millrace.tools.terminal.Failure;
import io.millrace.tools.terminal.Translated;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code kafka-consumer-perf-test}: Kafka's name, options and lines for {@link ConsumePerf}. */
@Command(
        name = "kafka-consumer-perf-test",
        hidden = true,
        description = "Kafka's options for 'millrace perf consume'.",
        footer = {
            "",
            "Examples:",
            "  kafka-consumer-perf-test --bootstrap-server localhost:9092 --topic load --messages 1000"
        })
public final class KafkaConsumerPerfTest implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(
            names = {"--bootstrap-server", "--broker-list"},
            paramLabel = "HOST:PORT,...")
    private String bootstrap = "";

    @Option(names = "--topic", required = true, paramLabel = "TOPIC")
    private String topic = "";

    @Option(
            names = {"--messages", "--num-records"},
            required = true,
            paramLabel = "N")
    private String count = "";

    @Option(names = "--fetch-size", paramLabel = "BYTES")
    private String fetchSize = "";

    @Option(
            names = {"--consumer.config", "--command-config"},
            paramLabel = "FILE")
    private String config = "";

    @Option(names = "--command-property", paramLabel = "KEY=VALUE")
    private Map<String, String> settings = new LinkedHashMap<>();

    @Option(names = "--hide-header")
    private boolean hideHeader;

    @Option(names = "--include", hidden = true)
    private String pattern = "";

    @Option(
            names = {
                "--group",
                "--timeout",
                "--reporting-interval",
                "--date-format",
                "--socket-buffer-size",
                "--threads"
            },
            hidden = true,
            description = "taken and passed over: partitions are read without a group, from their beginning")
    @SuppressWarnings("UnusedVariable") // that it is there is all
    private String passedOver = "";

    @Option(names = "--from-latest", hidden = true)
    private boolean fromLatest;

    @Option(
            names = {"--print-metrics", "--show-detailed-stats"},
            hidden = true)
    private boolean detailed;

    @Override
    public Integer call() {
        if (!pattern.isEmpty()) {
            throw Failure.usage("--topic is wanted; one topic is read at a time");
        }
        if (fromLatest) {
            throw Failure.usage("--from-latest is not there: what is read is what the topic has, from its beginning");
        }
        if (detailed) {
            KafkaLines.passedOver(
                    spec,
                    "--print-metrics and --show-detailed-stats",
                    "'millrace perf consume -o json' tells all that is measured");
        }
        if (!fetchSize.isEmpty()) {
            settings.putIfAbsent("max.partition.fetch.bytes", fetchSize);
        }
        return new Translated()
                .option("--bootstrap", bootstrap)
                .option("--command-config", config)
                .settings(settings)
                .add("--count", count, "--as", hideHeader ? "kafka_consumer_bare" : "kafka_consumer", topic)
                .run(ConsumePerf.class, spec);
    }
}
