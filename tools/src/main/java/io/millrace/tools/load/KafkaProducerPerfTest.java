package io.millrace.tools.load;

import io.millrace.tools.terminal.Failure;
import io.millrace.tools.terminal.Translated;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code kafka-producer-perf-test}: Kafka's name, options and last line for {@link ProducePerf}. */
@Command(
        name = "kafka-producer-perf-test",
        hidden = true,
        description = "Kafka's options for 'millrace perf produce'.",
        footer = {
            "",
            "Examples:",
            "  kafka-producer-perf-test --topic load --num-records 1000 --record-size 100 --throughput -1"
                    + " --producer-props bootstrap.servers=localhost:9092 acks=1"
        })
public final class KafkaProducerPerfTest implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(names = "--topic", required = true, paramLabel = "TOPIC")
    private String topic = "";

    @Option(names = "--num-records", required = true, paramLabel = "N")
    private String count = "";

    @Option(names = "--record-size", paramLabel = "BYTES")
    private String size = "";

    @Option(names = "--throughput", paramLabel = "N", description = "records a second; -1 for as many as go")
    private double throughput = -1;

    @Option(
            names = {"--producer-props", "--command-property"},
            arity = "1..*",
            paramLabel = "KEY=VALUE")
    private List<String> properties = new ArrayList<>();

    @Option(
            names = {"--producer.config", "--command-config"},
            paramLabel = "FILE")
    private String config = "";

    @Option(names = "--bootstrap-server", paramLabel = "HOST:PORT,...")
    private String bootstrap = "";

    @Option(
            names = {"--payload-file", "--payload-delimiter", "--transactional-id", "--transaction-duration-ms"},
            hidden = true)
    private String notThere = "";

    @Option(names = "--payload-monotonic", hidden = true)
    private boolean monotonic;

    @Option(names = "--print-metrics", hidden = true)
    private boolean metrics;

    @Override
    public Integer call() {
        if (metrics) {
            KafkaLines.passedOver(
                    spec, "--print-metrics", "'millrace perf produce -o json' tells all that is measured");
        }
        if (!notThere.isEmpty() || monotonic) {
            throw Failure.usage(
                    "Payloads of your own and transactions are not there; --record-size says how large records are");
        }
        Map<String, String> settings = new LinkedHashMap<>();
        for (String property : properties) {
            int equals = property.indexOf('=');
            if (equals < 1) {
                throw Failure.usage("'" + property + "' is no setting; write key=value");
            }
            settings.put(property.substring(0, equals), property.substring(equals + 1));
        }
        String servers = settings.remove("bootstrap.servers");
        return new Translated()
                .option("--bootstrap", bootstrap.isEmpty() && servers != null ? servers : bootstrap)
                .option("--command-config", config)
                .option("--size", size)
                .option("--rate", throughput > 0 ? Double.toString(throughput) : "")
                .settings(settings)
                .add("--create=-1") // as many partitions as brokers give to a topic that a producer names first
                .add("--count", count, "--as", "kafka_producer", topic)
                .run(ProducePerf.class, spec);
    }
}
