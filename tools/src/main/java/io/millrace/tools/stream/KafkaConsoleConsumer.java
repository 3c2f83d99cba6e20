package io.millrace.tools.stream;

import io.millrace.tools.terminal.Failure;
import io.millrace.tools.terminal.Translated;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code kafka-console-consumer}: Kafka's name and options for {@link ConsumeCommand}. */
@Command(
        name = "kafka-console-consumer",
        hidden = true,
        description = "Kafka's options for 'millrace consume'.",
        footer = {
            "",
            "Examples:",
            "  kafka-console-consumer --bootstrap-server localhost:9092 --topic access --from-beginning --max-messages 10",
            "  kafka-console-consumer --bootstrap-server localhost:9092 --topic access --from-beginning --timeout-ms 1000"
                    + " --property print.key=true"
        })
public final class KafkaConsoleConsumer implements Callable<Integer> {
    private static final Set<String> PROPERTIES = Set.of(
            "print.timestamp",
            "print.partition",
            "print.offset",
            "print.headers",
            "print.key",
            "print.value",
            "key.separator",
            "line.separator",
            "headers.separator",
            "null.literal",
            "key.deserializer",
            "value.deserializer");

    /** Deserializers that change nothing in what is printed. */
    private static final Set<String> AS_THEY_ARE =
            Set.of("StringDeserializer", "ByteArrayDeserializer", "BytesDeserializer", "ByteBufferDeserializer");

    @Spec
    private CommandSpec spec;

    @Option(
            names = {"--bootstrap-server", "--broker-list"},
            paramLabel = "HOST:PORT,...")
    private String bootstrap = "";

    @Option(names = "--topic", paramLabel = "TOPIC")
    private String topic = "";

    @Option(
            names = {"--include", "--whitelist"},
            paramLabel = "PATTERN")
    private String pattern = "";

    @Option(names = "--from-beginning")
    private boolean fromBeginning;

    @Option(names = "--offset", paramLabel = "earliest|latest|N")
    private String offset = "";

    @Option(names = "--partition", paramLabel = "N")
    private String partition = "";

    @Option(names = "--max-messages", paramLabel = "N")
    private long most = -1;

    @Option(names = "--timeout-ms", paramLabel = "MS", description = "ends when no record came for so long")
    private String timeout = "";

    @Option(names = "--group", paramLabel = "GROUP")
    private String group = "";

    @Option(names = "--isolation-level", paramLabel = "read_uncommitted|read_committed")
    private String isolation = "read_uncommitted";

    @Option(
            names = {"--property", "--formatter-property"},
            paramLabel = "KEY=VALUE",
            description = "print.key, print.value, print.timestamp, print.partition, print.offset, print.headers,"
                    + " key.separator, line.separator, null.literal")
    private Map<String, String> properties = new LinkedHashMap<>();

    @Option(
            names = {"--consumer-property", "--command-property"},
            paramLabel = "KEY=VALUE")
    private Map<String, String> settings = new LinkedHashMap<>();

    @Option(
            names = {"--consumer.config", "--command-config"},
            paramLabel = "FILE")
    private String config = "";

    @Option(
            names = {"--skip-message-on-error", "--enable-systest-events"},
            hidden = true)
    @SuppressWarnings("UnusedVariable") // that it is there is all
    private boolean passedOver;

    @Option(names = "--formatter", hidden = true)
    private String formatter = "";

    @Option(names = "--key-deserializer", hidden = true)
    private String keyDeserializer = "";

    @Option(names = "--value-deserializer", hidden = true)
    private String valueDeserializer = "";

    @Override
    public Integer call() {
        return words().run(ConsumeCommand.class, spec);
    }

    private void checkClasses() {
        KafkaNames.checkClass(
                "--formatter",
                formatter,
                Set.of("DefaultMessageFormatter"),
                "'millrace consume --json' tells all of it");
        List.of(
                        keyDeserializer,
                        valueDeserializer,
                        properties.getOrDefault("key.deserializer", ""),
                        properties.getOrDefault("value.deserializer", ""))
                .forEach(name -> KafkaNames.checkClass(
                        "A deserializer", name, AS_THEY_ARE, "keys and values are printed as the bytes that they are"));
        KafkaNames.check("--property", properties.keySet(), PROPERTIES);
        if (!properties.getOrDefault("headers.separator", ",").equals(",")) {
            throw Failure.usage(
                    "headers.separator is ',' here and nothing else; 'millrace consume --json' has no such limit");
        }
    }

    private Translated words() {
        checkClasses();
        if (topic.isEmpty() || !pattern.isEmpty()) {
            throw Failure.usage("--topic is wanted; one topic is read at a time");
        }
        String id = group.isEmpty() ? settings.remove("group.id") : group;
        String place = fromBeginning ? "earliest" : offset.isEmpty() ? "latest" : offset;
        return new Translated()
                .option("--bootstrap", bootstrap)
                .option("--command-config", config)
                .option("--group", id == null ? "" : id)
                .add("--from", place)
                .option("--partition", partition)
                .option("--count", most < 0 ? "" : Long.toString(most))
                .option("--idle", timeout.isEmpty() ? "" : timeout + "ms")
                .flag("--read-committed", isolation.equals("read_committed"))
                .settings(settings)
                .add("--format", format(), "--null", properties.getOrDefault("null.literal", "null"), "--binary")
                .add("--count-aloud", topic);
    }

    /** Parts in the order in which Kafka's formatter prints them. */
    private String format() {
        String separator = literal(properties.getOrDefault("key.separator", "\t"));
        StringBuilder format = new StringBuilder();
        part(format, separator, "print.timestamp", false, "CreateTime:%T");
        part(format, separator, "print.partition", false, "Partition:%p");
        part(format, separator, "print.offset", false, "Offset:%o");
        part(format, separator, "print.headers", false, "%H");
        part(format, separator, "print.key", false, "%k");
        part(format, separator, "print.value", true, "%s");
        return format + literal(properties.getOrDefault("line.separator", "\n"));
    }

    private void part(StringBuilder format, String separator, String property, boolean usually, String place) {
        if (Boolean.parseBoolean(properties.getOrDefault(property, Boolean.toString(usually)))) {
            format.append(format.length() == 0 ? "" : separator).append(place);
        }
    }

    private static String literal(String text) {
        return text.replace("%", "%%").replace("\\", "\\\\");
    }
}
