package io.millrace.broker.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.millrace.broker.metrics.StrictText;
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
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A real Prometheus reads a real broker, and answers every question that the boards and alarms of {@code config/} ask: none
 * of them asks for a number that is not there. And Prometheus's agent for JMX, in the same broker, gives the names that
 * public boards read.
 */
@Timeout(150)
final class PrometheusIT {
    private static final Path CONFIG = Millrace.home().resolve("config");

    /** Series, and labels that they are to have. */
    private static final List<String> PUBLIC = List.of(
            "kafka_server_replicamanager_leadercount",
            "kafka_server_replicamanager_partitioncount",
            "kafka_server_replicamanager_underreplicatedpartitions",
            "kafka_server_replicamanager_offlinereplicacount",
            "kafka_server_replicamanager_isrshrinks_total",
            "kafka_server_replicamanager_isrexpands_total",
            "kafka_cluster_partition_atminisr{topic,partition}",
            "kafka_cluster_partition_underminisr{topic,partition}",
            "kafka_cluster_partition_underreplicated{topic,partition}",
            "kafka_controller_kafkacontroller_activecontrollercount",
            "kafka_controller_kafkacontroller_offlinepartitionscount",
            "kafka_controller_kafkacontroller_preferredreplicaimbalancecount",
            "kafka_controller_controllerstats_uncleanleaderelections_total",
            "kafka_controller_controllerstats_leaderelectionrateandtimems_count",
            "kafka_server_brokertopicmetrics_messagesin_total",
            "kafka_server_brokertopicmetrics_messagesin_total{topic}",
            "kafka_server_brokertopicmetrics_bytesin_total{topic}",
            "kafka_server_brokertopicmetrics_bytesout_total{topic}",
            "kafka_server_brokertopicmetrics_bytesrejected_total",
            "kafka_server_brokertopicmetrics_totalproducerequests_total{topic}",
            "kafka_server_brokertopicmetrics_totalfetchrequests_total{topic}",
            "kafka_server_brokertopicmetrics_failedproducerequests_total",
            "kafka_server_brokertopicmetrics_failedfetchrequests_total",
            "kafka_server_brokertopicmetrics_replicationbytesin_total",
            "kafka_server_brokertopicmetrics_replicationbytesout_total",
            "kafka_server_brokertopicmetrics_producemessageconversions_total",
            "kafka_server_brokertopicmetrics_fetchmessageconversions_total",
            "kafka_network_socketserver_networkprocessoravgidle_percent",
            "kafka_server_kafkarequesthandlerpool_requesthandleravgidle_percent",
            "kafka_network_requestchannel_requestqueuesize",
            "kafka_network_requestchannel_responsequeuesize",
            "kafka_network_requestmetrics_requests_total{request,version}",
            "kafka_network_requestmetrics_errors_total{request,error}",
            "kafka_network_requestmetrics_totaltimems{request,quantile}",
            "kafka_network_requestmetrics_totaltimems_count{request}",
            "kafka_network_requestmetrics_requestqueuetimems{request,quantile}",
            "kafka_network_requestmetrics_localtimems{request,quantile}",
            "kafka_network_requestmetrics_remotetimems{request,quantile}",
            "kafka_network_requestmetrics_responsequeuetimems{request,quantile}",
            "kafka_network_requestmetrics_responsesendtimems{request,quantile}",
            "kafka_network_requestmetrics_throttletimems{request,quantile}",
            "kafka_server_socket_server_metrics_connection_count{listener,networkProcessor}",
            "kafka_server_socket_server_metrics_connection_creation_rate{listener,networkProcessor}",
            "kafka_server_socket_server_metrics_connections_software{clientSoftwareName,clientSoftwareVersion}",
            "kafka_server_delayedoperationpurgatory_purgatorysize{delayedOperation}",
            "kafka_server_delayedoperationpurgatory_numdelayedoperations{delayedOperation}",
            "kafka_server_replicafetchermanager_maxlag{clientId}",
            "kafka_server_fetchsessioncache_numincrementalfetchsessions",
            "kafka_server_kafkaserver_brokerstate",
            "kafka_server_kafkaserver_linux_disk_read_bytes",
            "kafka_server_kafkaserver_linux_disk_write_bytes",
            "kafka_server_zookeeperclientmetrics_zookeeperrequestlatencyms{quantile}",
            "kafka_server_sessionexpirelistener_zookeeperexpires_total",
            "kafka_log_log_size{topic,partition}",
            "kafka_log_log_logendoffset{topic,partition}",
            "kafka_log_log_logstartoffset{topic,partition}",
            "kafka_log_log_numlogsegments{topic,partition}",
            "kafka_log_logflushstats_logflushrateandtimems_count",
            "kafka_log_logmanager_offlinelogdirectorycount",
            "kafka_coordinator_group_groupmetadatamanager_numgroups",
            "kafka_coordinator_group_groupmetadatamanager_numoffsets",
            "jvm_memory_used_bytes{area}",
            "jvm_gc_collection_seconds_sum{gc}",
            "jvm_threads_current",
            "process_cpu_seconds_total");

    @TempDir
    private static Path directory;

    /** The program, if this machine has it: it is a package of Debian's. */
    private static Optional<Path> program(String name) {
        String path = System.getenv("PATH") + File.pathSeparator + System.getProperty("prometheus.home", "/usr/bin");
        return Stream.of(path.split(File.pathSeparator, -1))
                .map(folder -> Path.of(folder, name))
                .filter(Files::isExecutable)
                .findFirst();
    }

    private static int adminPort;
    private static int agentPort;
    private static BrokerProcess broker;

    @BeforeAll
    static void start() {
        adminPort = Ports.free();
        agentPort = Ports.free();
        Optional<Path> agent = agent();
        Map<String, String> environment = agent.isEmpty()
                ? Map.of()
                : Map.of(
                        "MILLRACE_JVM_OPTS",
                        "-javaagent:" + agent.get() + "=127.0.0.1:" + agentPort + ":"
                                + Millrace.home().resolve("broker/src/it/jmx-exporter.yml"));
        broker = BrokerProcess.startWith(
                environment,
                directory.resolve("broker"),
                "admin.listener=127.0.0.1:" + adminPort,
                "lag.interval.ms=200",
                "group.initial.rebalance.delay.ms=0");
        work(broker);
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    /** The agent's jar, from the tests' class path. */
    private static Optional<Path> agent() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .filter(entry -> entry.contains("jmx_prometheus_javaagent"))
                .map(Path::of)
                .findFirst();
    }

    @Test
    void everyBoardAndAlarmHasItsNumbers() throws IOException {
        Optional<Path> prometheus = program("prometheus");
        if (prometheus.isEmpty()) {
            System.out.println("PrometheusIT is skipped: there is no prometheus here; apt-get install prometheus");
        }
        assumeTrue(prometheus.isPresent(), "no prometheus");
        int port = Ports.free();
        try (Running server = new Running(start(prometheus.get(), port, adminPort), port)) {
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

    /** What the boards of Strimzi and the most used ones of Grafana's site ask for, by what Kafka's users have it from. */
    @Test
    void theAgentForJmxGivesTheNamesThatPublicBoardsRead() throws IOException, InterruptedException {
        assumeTrue(agent().isPresent(), "no jmx_prometheus_javaagent on the class path");
        String text;
        StrictText ours;
        try (Admin open = broker.clients().admin()) {
            Clients.await(open.describeCluster().nodes()); // it has said what software it is
            text = get("http://127.0.0.1:" + agentPort + "/metrics");
            ours = StrictText.read(get("http://127.0.0.1:" + adminPort + "/metrics"));
        }
        Set<String> missing = new TreeSet<>();
        for (String wanted : PUBLIC) {
            boolean isThere = text.lines().anyMatch(line -> isOf(wanted, line));
            if (!isThere) {
                missing.add(wanted);
            }
        }
        assertEquals(Set.of(), missing);
        Set<String> unlike = new TreeSet<>();
        PUBLIC.stream()
                .map(wanted -> wanted.replaceAll("\\{.*", ""))
                .filter(wanted -> !ours.has(wanted) && !ours.has(wanted.replaceAll("_(count|sum)$", "")))
                .forEach(unlike::add);
        assertEquals(Set.of(), unlike, "which our own endpoint has not");
    }

    private static String get(String address) throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(URI.create(address)).build(), HttpResponse.BodyHandlers.ofString())
                .body();
    }

    /** Whether a sample is of a name and has its labels. */
    private static boolean isOf(String wanted, String line) {
        int brace = wanted.indexOf('{');
        String name = brace < 0 ? wanted : wanted.substring(0, brace);
        // Newer agents end every counter in _total, also those that rules call _count.
        return Stream.of(name, name + "_total").anyMatch(n -> line.startsWith(n + " ") || line.startsWith(n + "{"))
                && (brace < 0
                        || Stream.of(wanted.substring(brace + 1, wanted.length() - 1).split(",", -1))
                                .allMatch(label -> line.contains(label + "=")));
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
