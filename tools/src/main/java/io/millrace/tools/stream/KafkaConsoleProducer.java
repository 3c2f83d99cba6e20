package io.millrace.tools.stream;

import io.millrace.tools.terminal.Translated;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code kafka-console-producer}: Kafka's name and options for {@link ProduceCommand}. */
@Command(
        name = "kafka-console-producer",
        hidden = true,
        description = "Kafka's options for 'millrace produce'.",
        footer = {
            "",
            "Examples:",
            "  kafka-console-producer --bootstrap-server localhost:9092 --topic access --property parse.key=true"
        })
public final class KafkaConsoleProducer implements Callable<Integer> {
    private static final Set<String> PROPERTIES = Set.of(
            "parse.key",
            "key.separator",
            "parse.headers",
            "headers.delimiter",
            "headers.separator",
            "headers.key.separator",
            "null.marker",
            "ignore.error");

    @Spec
    private CommandSpec spec;

    @Option(
            names = {"--bootstrap-server", "--broker-list"},
            paramLabel = "HOST:PORT,...")
    private String bootstrap = "";

    @Option(names = "--topic", required = true, paramLabel = "TOPIC")
    private String topic = "";

    @Option(
            names = {"--property", "--reader-property"},
            paramLabel = "KEY=VALUE",
            description = "parse.key, key.separator, parse.headers, headers.delimiter, headers.separator,"
                    + " headers.key.separator, null.marker, ignore.error")
    private Map<String, String> properties = new LinkedHashMap<>();

    @Option(
            names = {"--producer-property", "--command-property"},
            paramLabel = "KEY=VALUE")
    private Map<String, String> settings = new LinkedHashMap<>();

    @Option(
            names = {"--producer.config", "--command-config"},
            paramLabel = "FILE")
    private String config = "";

    @Option(names = "--compression-codec", arity = "0..1", fallbackValue = "gzip", paramLabel = "CODEC")
    private String compression = "";

    @Option(names = "--request-required-acks", paramLabel = "0|1|-1|all")
    private String acks = "";

    @Option(names = "--batch-size", paramLabel = "BYTES")
    private String batchSize = "";

    @Option(names = "--request-timeout-ms", paramLabel = "MS")
    private String requestTimeout = "";

    @Option(names = "--max-memory-bytes", paramLabel = "BYTES")
    private String memory = "";

    @Option(names = "--sync", description = "has no meaning here: each record is acknowledged before it counts")
    @SuppressWarnings("UnusedVariable") // that it is there is all
    private boolean sync;

    @Option(
            names = {
                "--timeout",
                "--max-block-ms",
                "--message-send-max-retries",
                "--metadata-expiry-ms",
                "--max-partition-memory-bytes",
                "--retry-backoff-ms",
                "--socket-buffer-size"
            },
            hidden = true,
            description = "taken and passed over")
    @SuppressWarnings("UnusedVariable") // that it is there is all
    private String passedOver = "";

    @Option(names = "--line-reader", hidden = true)
    private String reader = "";

    @Override
    public Integer call() {
        return words().run(ProduceCommand.class, spec);
    }

    private Translated words() {
        KafkaNames.check("--property", properties.keySet(), PROPERTIES);
        KafkaNames.checkClass("--line-reader", reader, Set.of("LineMessageReader"), "it reads lines and nothing else");
        boolean headers = is("parse.headers");
        Map<String, String> clients = new LinkedHashMap<>(settings);
        put(clients, "batch.size", batchSize);
        put(clients, "request.timeout.ms", requestTimeout);
        put(clients, "buffer.memory", memory);
        return new Translated()
                .option("--bootstrap", bootstrap)
                .option("--command-config", config)
                .option("--compression", compression)
                .option("--acks", acks)
                .option("--key-delimiter", is("parse.key") ? escaped("key.separator", "\t") : "")
                .option("--headers-delimiter", headers ? escaped("headers.delimiter", "\t") : "")
                .option("--headers-separator", headers ? escaped("headers.separator", ",") : "")
                .option("--headers-key-separator", headers ? escaped("headers.key.separator", ":") : "")
                .option("--null", properties.getOrDefault("null.marker", ""))
                .flag("--lenient", is("ignore.error"))
                .settings(clients)
                .add("--create=-1") // as brokers do for a topic that a producer names first
                .add("--quiet", topic);
    }

    private static void put(Map<String, String> clients, String key, String value) {
        if (!value.isEmpty()) {
            clients.putIfAbsent(key, value);
        }
    }

    private boolean is(String property) {
        return Boolean.parseBoolean(properties.getOrDefault(property, "false"));
    }

    private String escaped(String property, String usual) {
        return properties.getOrDefault(property, usual).replace("\\", "\\\\");
    }
}
