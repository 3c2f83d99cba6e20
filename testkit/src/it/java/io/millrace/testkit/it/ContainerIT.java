package io.millrace.testkit.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.testcontainers.containers.Network;
import org.testcontainers.kafka.KafkaContainer;
import org.testcontainers.lifecycle.Startables;
import org.testcontainers.utility.DockerImageName;

/** Our image, by Docker and by Testcontainers' stock container for Kafka. Left out, with the reason, where no engine runs. */
class ContainerIT {

    @BeforeAll
    static void build() throws Exception {
        Optional<String> missing = Engine.missing();
        missing.ifPresent(why -> System.out.println("ContainerIT is left out: " + why));
        assumeTrue(missing.isEmpty(), () -> missing.orElse(""));
        // Testcontainers asks in a version that old engines do not know, and new ones do not know the old ones.
        System.setProperty("api.version", Engine.must("version", "--format", "{{.Server.APIVersion}}"));
    }

    @Test
    void testcontainersTakesItForKafka() throws Exception {
        DockerImageName image = DockerImageName.parse(Engine.IMAGE).asCompatibleSubstituteFor("apache/kafka");
        try (KafkaContainer kafka = new KafkaContainer(image)) {
            kafka.start();
            send(kafka.getBootstrapServers(), "greetings", "hello");
            assertEquals(Set.of("hello"), read(kafka.getBootstrapServers(), "greetings", 1));
        }
    }

    /** As Testcontainers' own documentation has a cluster: each is told of all voters of Kafka's quorum. */
    @Test
    void severalKafkaContainersAreOneCluster() throws Exception {
        DockerImageName image = DockerImageName.parse(Engine.IMAGE).asCompatibleSubstituteFor("apache/kafka");
        try (Network network = Network.newNetwork()) {
            List<KafkaContainer> brokers = new ArrayList<>();
            for (int id = 1; id <= 3; id++) {
                brokers.add(new KafkaContainer(image)
                        .withNetwork(network)
                        .withNetworkAliases("broker-" + id)
                        .withEnv("KAFKA_BROKER_ID", Integer.toString(id))
                        .withEnv("KAFKA_NODE_ID", Integer.toString(id))
                        .withEnv(
                                "KAFKA_CONTROLLER_QUORUM_VOTERS", "1@broker-1:9094,2@broker-2:9094,3@broker-3:9094")
                        .withEnv("KAFKA_DEFAULT_REPLICATION_FACTOR", "3")
                        .withEnv("KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR", "3"));
            }
            try {
                Startables.deepStart(brokers).get(120, TimeUnit.SECONDS);
                String bootstrap = brokers.get(0).getBootstrapServers();
                send(bootstrap, "shared", "by one");
                send(brokers.get(2).getBootstrapServers(), "shared", "by another");
                assertEquals(Set.of("by one", "by another"), read(bootstrap, "shared", 2));
                try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
                    assertEquals(3, admin.describeCluster().nodes().get().size());
                }
            } finally {
                brokers.forEach(KafkaContainer::stop);
            }
        }
    }

    /**
     * docker/compose.yaml but for Grafana: one is killed, one cut off; then one is stopped, all others
     * killed, and all come back with their volumes.
     */
    @Test
    void theComposedClusterOutlivesAKillACutAndARestart() throws Exception {
        int[] ports = {19592, 19593, 19594};
        Optional<Compose> found = Compose.find(ports, 19590);
        if (found.isEmpty()) {
            System.out.println("compose.yaml is not tried: there is no docker compose, or no prometheus");
        }
        assumeTrue(found.isPresent(), "no docker compose");
        Compose compose = found.get();
        String[] brokers = {"broker1", "broker2", "broker3"};
        String bootstrap = "127.0.0.1:19592,127.0.0.1:19593,127.0.0.1:19594";
        try {
            compose.must("down", "--volumes"); // what a run that was broken off has left
            compose.must("up", "--detach", "broker1", "broker2", "broker3", "prometheus");
            for (String broker : brokers) {
                awaitHealthy(compose.container(broker));
            }
            send(bootstrap, "composed", "before");
            Engine.must("kill", compose.container("broker2"));
            send(bootstrap, "composed", "while one is dead");
            Engine.must("start", compose.container("broker2"));
            awaitHealthy(compose.container("broker2"));
            String third = compose.container("broker3");
            Engine.must("network", "disconnect", Compose.network(), third);
            send("127.0.0.1:19592,127.0.0.1:19593", "composed", "while one is cut off");
            Engine.must("network", "connect", "--alias", "broker3", Compose.network(), third);
            awaitHealthy(third);
            awaitAnswer("sum(kafka_broker_info)", "9");
            awaitAnswer("sum(kafka_controller_kafkacontroller_activecontrollercount)", "1");
            String first = compose.container("broker1");
            assertEquals("1000", Engine.must("exec", first, "id", "-u"), "it runs as nobody in particular");
            assertTrue(Engine.must("exec", first, "millrace", "topic", "list", "-b", "broker2:29092")
                    .contains("composed"));
            Engine.must("stop", first);
            assertEquals("0", Engine.must("inspect", "--format", "{{.State.ExitCode}}", first));
            compose.must("kill"); // ZooKeepers, too
            compose.must("up", "--detach", "broker1", "broker2", "broker3");
            for (String broker : brokers) {
                awaitHealthy(compose.container(broker));
            }
            assertEquals(
                    Set.of("before", "while one is dead", "while one is cut off"), read(bootstrap, "composed", 3));
        } finally {
            compose.must("down", "--volumes", "--timeout", "1");
        }
    }

    /** Asks the composed Prometheus until it says so. */
    private static void awaitAnswer(String expression, String value) throws Exception {
        URI uri = URI.create("http://127.0.0.1:19590/api/v1/query?query="
                + URLEncoder.encode(expression, StandardCharsets.UTF_8));
        Awaitility.await(expression)
                .atMost(Duration.ofSeconds(90))
                .pollInterval(Duration.ofMillis(200)) // Prometheus reads the brokers every 15 s
                .until(
                        () -> HttpClient.newHttpClient()
                                .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
                                .body(),
                        answer -> answer.contains(",\"" + value + "\"]"));
    }

    @Test
    void aWrongVariableAndAVolumeThatCannotBeWrittenAreToldInOneLine() throws Exception {
        Engine.Outcome wrong = Engine.docker("run", "--rm", "--env", "MILLRACE_LOG_RETENTION_HOUR=1", Engine.IMAGE);
        assertEquals(2, wrong.code(), wrong.output());
        assertTrue(wrong.output().contains("MILLRACE_LOG_RETENTION_HOUR"), wrong.output());
        assertTrue(wrong.output().contains("did you mean MILLRACE_LOG_RETENTION_HOURS"), wrong.output());
        Engine.Outcome readOnly = Engine.docker(
                "run", "--rm", "--tmpfs", "/var/lib/millrace:mode=0500,uid=0", Engine.IMAGE);
        assertNotEquals(0, readOnly.code());
        assertTrue(readOnly.output().contains("/var/lib/millrace"), readOnly.output());
        assertTrue(readOnly.output().lines().count() <= 3, readOnly.output());
    }

    private static void awaitHealthy(String container) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(90);
        while (true) {
            String state = Engine.must("inspect", "--format", "{{.State.Status}} {{.State.Health.Status}}", container);
            if (state.equals("running healthy")) {
                return;
            }
            if (!state.startsWith("running") || System.nanoTime() > deadline) {
                throw new IllegalStateException(container + " is " + state + ":\n" + Engine.must("logs", container));
            }
        }
    }

    private static void send(String bootstrap, String topic, String value) throws Exception {
        Map<String, Object> config = Map.of("bootstrap.servers", bootstrap, "linger.ms", 0, "acks", "all");
        try (var producer = new KafkaProducer<>(config, new StringSerializer(), new StringSerializer())) {
            producer.send(new ProducerRecord<>(topic, value)).get(90, TimeUnit.SECONDS);
        }
    }

    private static Set<String> read(String bootstrap, String topic, int count) {
        Map<String, Object> config = Map.of(
                "bootstrap.servers", bootstrap, "group.id", "readers-of-" + topic, "auto.offset.reset", "earliest");
        List<String> values = new ArrayList<>();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(90);
        try (var consumer = new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer())) {
            consumer.subscribe(List.of(topic));
            while (values.size() < count && System.nanoTime() < deadline) {
                for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(500))) {
                    values.add(record.value());
                }
            }
        }
        return new TreeSet<>(values);
    }
}
