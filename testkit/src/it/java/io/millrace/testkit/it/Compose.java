package io.millrace.testkit.it;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * docker/compose.yaml as users start it, by the plugin or the older command. Grafana alone is left out, which no package has;
 * Prometheus is Debian's, in an image of our base.
 */
final class Compose {
    private static final String PROMETHEUS = "millrace-it/prometheus";
    private static final String PROJECT = "millrace-it";
    private static final Path PROGRAM = Path.of("/usr/bin/prometheus");

    private final List<String> command;
    private final Map<String, String> environment;

    private Compose(List<String> command, Map<String, String> environment) {
        this.command = command;
        this.environment = environment;
    }

    /** The command, if this machine has it. */
    private static Optional<List<String>> command() throws IOException, InterruptedException {
        for (List<String> command : List.of(List.of("docker", "compose"), List.of("docker-compose"))) {
            List<String> version = new ArrayList<>(command);
            version.add("version");
            if (Engine.run(version, Map.of()).code() == 0) {
                return Optional.of(command);
            }
        }
        return Optional.empty();
    }

    /** Empty where there is no such command, or no Prometheus. */
    static Optional<Compose> find(int[] brokerPorts, int prometheusPort) throws IOException, InterruptedException {
        Optional<List<String>> command = command();
        if (command.isEmpty() || !Files.isExecutable(PROGRAM)) {
            return Optional.empty();
        }
        buildPrometheus();
        return command.map(words -> new Compose(
                words,
                Map.of(
                        "BROKER_IMAGE", Engine.IMAGE,
                        "BROKER_HOST", "127.0.0.1",
                        "BROKER1_PORT", Integer.toString(brokerPorts[0]),
                        "BROKER2_PORT", Integer.toString(brokerPorts[1]),
                        "BROKER3_PORT", Integer.toString(brokerPorts[2]),
                        "PROMETHEUS_IMAGE", PROMETHEUS,
                        "PROMETHEUS_PORT", Integer.toString(prometheusPort))));
    }

    /** As the published image: the program is the entry point, its settings are where compose.yaml mounts them. */
    private static void buildPrometheus() throws IOException, InterruptedException {
        Path context = Files.createTempDirectory("prometheus");
        try {
            Files.copy(PROGRAM, context.resolve("prometheus"), StandardCopyOption.COPY_ATTRIBUTES);
            Files.writeString(
                    context.resolve("Dockerfile"),
                    String.join(
                            "\n",
                            "FROM " + Engine.base(),
                            "COPY prometheus /bin/prometheus",
                            "ENTRYPOINT [\"/bin/prometheus\"]",
                            "CMD [\"--config.file=/etc/prometheus/prometheus.yml\", \"--storage.tsdb.path=/prometheus\"]",
                            ""),
                    StandardCharsets.UTF_8);
            Engine.must("build", "--quiet", "--tag", PROMETHEUS, context.toString());
        } finally {
            Files.deleteIfExists(context.resolve("prometheus"));
            Files.deleteIfExists(context.resolve("Dockerfile"));
            Files.deleteIfExists(context);
        }
    }

    /** What it printed. */
    String must(String... arguments) throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(command);
        words.addAll(List.of(
                "--project-name",
                PROJECT,
                "--file",
                Engine.HOME.resolve("docker/compose.yaml").toString()));
        words.addAll(List.of(arguments));
        Engine.Outcome outcome = Engine.run(words, environment);
        if (outcome.code() != 0) {
            throw new IllegalStateException(String.join(" ", words) + ": " + outcome.output());
        }
        return outcome.output().strip();
    }

    /** The container of a service. */
    String container(String service) throws IOException, InterruptedException {
        return must("ps", "--quiet", service);
    }

    static String network() {
        return PROJECT + "_default";
    }
}
