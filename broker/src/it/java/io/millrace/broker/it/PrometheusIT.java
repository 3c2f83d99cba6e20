package io.millrace.broker.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A real Prometheus reads a real broker, and answers every question that the boards and alarms of {@code config/} ask: none
 * of them asks for a number that is not there.
 */
@Timeout(150)
final class PrometheusIT {
    private static final Path CONFIG = Millrace.home().resolve("config");

    @TempDir
    private Path directory;

    /** The program, if this machine has it: it is a package of Debian's. */
    private static Optional<Path> program(String name) {
        String path = System.getenv("PATH") + File.pathSeparator + System.getProperty("prometheus.home", "/usr/bin");
        return Stream.of(path.split(File.pathSeparator, -1))
                .map(folder -> Path.of(folder, name))
                .filter(Files::isExecutable)
                .findFirst();
    }

    @Test
    void everyBoardAndAlarmHasItsNumbers() throws IOException {
        Optional<Path> prometheus = program("prometheus");
        if (prometheus.isEmpty()) {
            System.out.println("PrometheusIT is skipped: there is no prometheus here; apt-get install prometheus");
        }
        assumeTrue(prometheus.isPresent(), "no prometheus");
        int adminPort = Ports.free();
        int port = Ports.free();
        try (BrokerProcess broker = BrokerProcess.start(
                        directory,
                        "admin.listener=127.0.0.1:" + adminPort,
                        "lag.interval.ms=200",
                        "group.initial.rebalance.delay.ms=0");
                Running server = new Running(start(prometheus.get(), port, adminPort), port)) {
            work(broker);
            Map<String, String> questions = questions();
            assertTrue(questions.size() > 60, "boards and alarms ask " + questions.size() + " questions");
            Map<String, String> unanswered = new TreeMap<>(questions);
            try {
                Awaitility.await()
                        .atMost(Duration.ofSeconds(60))
                        .pollInterval(Duration.ofMillis(500))
                        .until(() -> {
                            unanswered.values().removeIf(server::hasAnswer);
                            return unanswered.isEmpty();
                        });
            } catch (ConditionTimeoutException e) {
                assertEquals(Map.of(), unanswered, "without data");
            }
        }
    }

    private Process start(Path prometheus, int port, int adminPort) throws IOException {
        String config = Files.readString(CONFIG.resolve("prometheus.yml"))
                .replace("127.0.0.1:9644", "127.0.0.1:" + adminPort)
                .replace("15s", "400ms");
        Path file = directory.resolve("prometheus.yml");
        Files.writeString(file, config);
        Files.copy(CONFIG.resolve("alerts.yml"), directory.resolve("alerts.yml"));
        return new ProcessBuilder(
                        prometheus.toString(),
                        "--config.file=" + file,
                        "--storage.tsdb.path=" + directory.resolve("tsdb"),
                        "--web.listen-address=127.0.0.1:" + port)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("prometheus.log").toFile())
                .start();
    }

    /** Produces, consumes and commits, and leaves something to consume. */
    private static void work(BrokerProcess broker) {
        broker.clients().createTopic("watched", 3);
        try (KafkaProducer<String, String> producer = broker.clients().producer();
                KafkaConsumer<String, String> consumer = broker.clients().consumer("group.id=watchers")) {
            consumer.subscribe(List.of("watched"));
            send(producer, 500);
            int read = 0;
            while (read < 500) {
                read += consumer.poll(Duration.ofMillis(100)).count();
            }
            consumer.commitSync();
            send(producer, 5);
        }
    }

    private static void send(KafkaProducer<String, String> producer, int count) {
        for (int i = 0; i < count; i++) {
            producer.send(new ProducerRecord<>("watched", Integer.toString(i), "value"));
        }
        producer.flush();
    }

    /** All expressions, by where they stand; those of alarms as what they compare, whether they fire or not. */
    private static Map<String, String> questions() throws IOException {
        Map<String, String> questions = new TreeMap<>();
        try (Stream<Path> boards = Files.list(CONFIG.resolve("grafana"))) {
            for (Path board : boards.filter(file -> file.toString().endsWith(".json")).toList()) {
                int number = 0;
                for (String expression : expressions(board)) {
                    questions.put(
                            board.getFileName() + " " + number++ + ": " + expression,
                            expression
                                    .replace("$__rate_interval", "30s")
                                    .replaceAll("\\$[a-z]+", ".*")
                                    .replaceAll("\\) > 0", ") > bool 0"));
                }
            }
        }
        for (String line : Files.readAllLines(CONFIG.resolve("alerts.yml"))) {
            if (line.trim().startsWith("expr: ")) {
                String expression = line.trim().substring("expr: ".length());
                questions.put("alerts.yml: " + expression, expression.replaceAll(" (==|!=|>=|<=|>|<) ", " $1 bool "));
            }
        }
        return questions;
    }

    private static List<String> expressions(Path board) throws IOException {
        List<String> found = new ArrayList<>();
        try (JsonParser json = new JsonFactory().createParser(board.toFile())) {
            while (json.nextToken() != null) {
                if (json.currentToken() == JsonToken.FIELD_NAME && json.currentName().equals("expr")) {
                    json.nextToken();
                    found.add(json.getText());
                }
            }
        }
        return found;
    }

    /** A Prometheus that runs. */
    private record Running(Process process, int port) implements AutoCloseable {
        private static final HttpClient CLIENT = HttpClient.newHttpClient();

        boolean hasAnswer(String expression) {
            try {
                String query = URLEncoder.encode(expression, StandardCharsets.UTF_8);
                URI uri = URI.create("http://127.0.0.1:" + port + "/api/v1/query?query=" + query);
                HttpResponse<String> answer = CLIENT.send(
                        HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
                if (answer.statusCode() == 400) {
                    throw new IllegalArgumentException(expression + ": " + answer.body());
                }
                return answer.body().contains("\"value\":[");
            } catch (IOException e) {
                return false; // it does not listen yet
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void close() {
            process.destroyForcibly().onExit().join();
        }
    }
}
