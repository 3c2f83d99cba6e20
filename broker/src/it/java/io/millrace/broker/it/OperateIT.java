package io.millrace.broker.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.broker.metrics.StrictText;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import javax.management.JMException;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One broker, as its operator sees it: numbers by JMX and over HTTP, lag, health, logs. */
@Timeout(120)
final class OperateIT {
    private static final int RECORDS = 1000;

    /** Sent on top by the test of lag, before or after the others. */
    private static final int MORE = 10;

    private static final String TOPIC = "numbers";
    private static final String GROUP = "readers";
    private static final String OTHER = "limited";

    /** Beans that a lone broker without quotas does not have. */
    private static final Set<String> MADE_LATER = Set.of(
            "kafka.server:FetcherLagMetrics", "kafka.server:FetcherStats", "kafka.server:Produce", "kafka.server:Fetch",
            "kafka.server:Request");

    @TempDir
    private static Path directory;

    private static int adminPort;
    private static BrokerProcess broker;
    private static JMXConnector jmx;

    @BeforeAll
    @SuppressWarnings("BanJNDI") // that is how JMX is reached
    static void start() throws IOException {
        adminPort = Ports.free();
        int jmxPort = Ports.free();
        broker = BrokerProcess.startWith(
                Map.of("JMX_PORT", Integer.toString(jmxPort)),
                directory,
                "admin.listener=127.0.0.1:" + adminPort,
                "lag.interval.ms=100",
                "lag.window.ms=1500",
                "group.initial.rebalance.delay.ms=0");
        jmx = JMXConnectorFactory.connect(
                new JMXServiceURL("service:jmx:rmi:///jndi/rmi://127.0.0.1:" + jmxPort + "/jmxrmi"));
        broker.clients().createTopic(TOPIC, 3);
        try (KafkaProducer<String, String> producer = broker.clients().producer()) {
            send(producer, RECORDS);
        }
        try (KafkaConsumer<String, String> consumer = broker.clients().consumer("group.id=" + GROUP)) {
            consumer.subscribe(List.of(TOPIC));
            int read = 0;
            while (read < RECORDS) {
                read += consumer.poll(Duration.ofMillis(200)).count();
            }
            consumer.commitSync();
        }
    }

    private static void send(KafkaProducer<String, String> producer, int count) {
        for (int i = 0; i < count; i++) {
            producer.send(new ProducerRecord<>(TOPIC, Integer.toString(i), "v".repeat(100)));
        }
        producer.flush();
    }

    @AfterAll
    static void stop() throws IOException {
        if (jmx != null) {
            jmx.close();
        }
        broker.close();
    }

    private static HttpResponse<String> get(String path) {
        try {
            return HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + adminPort + path))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static StrictText scrape() {
        return StrictText.read(get("/metrics").body());
    }

    private static Object attribute(String bean, String attribute) {
        try {
            return jmx.getMBeanServerConnection().getAttribute(new ObjectName(bean), attribute);
        } catch (JMException | IOException e) {
            throw new IllegalStateException(bean + " " + attribute, e);
        }
    }

    private static long number(String bean, String attribute) {
        return ((Number) attribute(bean, attribute)).longValue();
    }

    private static String traffic(String name) {
        return "kafka.server:type=BrokerTopicMetrics,name=" + name + ",topic=" + TOPIC;
    }

    @Test
    void beansTellWhatWasSent() throws IOException, JMException {
        long sent = number(traffic("MessagesInPerSec"), "Count");
        assertTrue(sent == RECORDS || sent == RECORDS + MORE, "sent " + sent);
        assertTrue(number(traffic("BytesInPerSec"), "Count") > RECORDS);
        assertTrue(number(traffic("BytesOutPerSec"), "Count") > RECORDS);
        assertTrue(number(traffic("TotalProduceRequestsPerSec"), "Count") >= 3);
        assertTrue(number(traffic("TotalFetchRequestsPerSec"), "Count") >= 3);
        long ends = 0;
        for (int p = 0; p < 3; p++) {
            ends += number("kafka.log:type=Log,name=LogEndOffset,topic=" + TOPIC + ",partition=" + p, "Value");
        }
        assertEquals(sent, ends);
        assertEquals(3, number("kafka.server:type=KafkaServer,name=BrokerState", "Value"));
        assertEquals(1, number("kafka.controller:type=KafkaController,name=ActiveControllerCount", "Value"));
        assertEquals(0, number("kafka.controller:type=KafkaController,name=OfflinePartitionsCount", "Value"));
        long leaders = number("kafka.server:type=ReplicaManager,name=LeaderCount", "Value");
        assertTrue(leaders == 53 || leaders == 54, leaders + ": three, fifty of the offsets topic, perhaps another test's");
        assertEquals(leaders, number("kafka.server:type=ReplicaManager,name=PartitionCount", "Value"));
        assertTrue(number("kafka.network:type=RequestMetrics,name=TotalTimeMs,request=Produce", "Count") >= 1);
        assertTrue(number("kafka.network:type=RequestMetrics,name=TotalTimeMs,request=FetchConsumer", "Count") >= 1);
        MBeanServerConnection server = jmx.getMBeanServerConnection();
        ObjectName sockets = new ObjectName("kafka.server:type=socket-server-metrics,listener=PLAINTEXT,*");
        assertTrue(server.queryNames(sockets, null).size() >= 2);
    }

    /** All of Kafka's that this broker can fill; those of quotas are there once somebody with a quota has come. */
    @Test
    void kafkasBeansAnswer() throws IOException, JMException {
        broker.clients().createTopic(OTHER, 1);
        Map<String, String> entity = Map.of(ClientQuotaEntity.CLIENT_ID, "limited");
        List<ClientQuotaAlteration.Op> quotas = Stream.of(
                        "producer_byte_rate", "consumer_byte_rate", "request_percentage")
                .map(key -> new ClientQuotaAlteration.Op(key, 1e6))
                .toList();
        try (Admin admin = broker.clients().admin()) {
            Clients.await(admin.alterClientQuotas(
                            List.of(new ClientQuotaAlteration(new ClientQuotaEntity(entity), quotas)))
                    .all());
        }
        TopicPartition place = new TopicPartition(OTHER, 0);
        try (KafkaProducer<String, String> producer = broker.clients().producer("client.id=limited");
                KafkaConsumer<String, String> consumer =
                        broker.clients().consumer("client.id=limited", "group.id=limited")) {
            consumer.assign(List.of(place));
            Awaitility.await().atMost(Duration.ofSeconds(30)).until(
                    () -> {
                        producer.send(new ProducerRecord<>(OTHER, "value"));
                        producer.flush();
                        consumer.seekToBeginning(List.of(place));
                        consumer.poll(Duration.ofMillis(100));
                        return KafkaBeans.missing(jmx.getMBeanServerConnection());
                    },
                    Set.of()::equals);
        }
    }

    /** What docs/metrics.md names is there: series whole or by their beginning, beans by the beginning of their names. */
    @Test
    void theDocumentNamesWhatIsThere() throws IOException, JMException {
        Set<String> missing = new TreeSet<>();
        Set<String> series = scrape().names();
        for (String line : Files.readAllLines(Millrace.home().resolve("docs/metrics.md"))) {
            MetricNames.ofSeries(line).stream()
                    .filter(name -> series.stream().noneMatch(known -> known.startsWith(name)))
                    .forEach(missing::add);
            Map<List<String>, List<String>> beans = MetricNames.ofBeans(line);
            for (Map.Entry<List<String>, List<String>> row : beans.entrySet()) {
                Set<String> known = new TreeSet<>();
                for (String type : row.getKey()) {
                    Set<String> words = KafkaBeans.words(jmx.getMBeanServerConnection(), type);
                    if (words.isEmpty() && !MADE_LATER.contains(type)) {
                        missing.add(type);
                    }
                    known.addAll(words);
                }
                row.getValue().stream()
                        .filter(word -> known.stream().noneMatch(name -> name.contains(word)))
                        .filter(word -> row.getKey().stream().noneMatch(MADE_LATER::contains))
                        .forEach(word -> missing.add(row.getKey() + " " + word));
            }
        }
        assertEquals(Set.of(), missing);
    }

    @Test
    void metricsAreStrictTextAndTellWhatWasSent() {
        StrictText text = scrape();
        assertEquals(
                (double) number(traffic("MessagesInPerSec"), "Count"),
                text.value("kafka_server_brokertopicmetrics_messagesin_total", "topic", TOPIC));
        assertEquals(1, text.value("kafka_controller_kafkacontroller_activecontrollercount"));
        assertEquals(3, text.value("kafka_topic_partitions", "topic", TOPIC));
        assertEquals(1, text.value("kafka_brokers"));
        assertTrue(text.value("kafka_log_log_size", "topic", TOPIC, "partition", "0") > 0);
        assertTrue(text.value("jvm_memory_bytes_used", "area", "heap") > 0);
        assertTrue(text.value("process_resident_memory_bytes") > 1 << 20);
        assertTrue(text.has("kafka_server_kafkarequesthandlerpool_requesthandleravgidle_percent"));
        assertTrue(text.value("kafka_network_requestmetrics_errors_total", "request", "Produce", "error", "NONE") >= 1);
    }

    @Test
    void lagIsToldAndJudged() {
        awaitLag(0, "OK");
        try (KafkaProducer<String, String> producer = broker.clients().producer()) {
            send(producer, MORE);
        }
        awaitLag(MORE, "STOPPED");
        assertEquals(MORE, scrape().value("kafka_consumergroup_lag_sum", "consumergroup", GROUP, "topic", TOPIC));
        assertEquals(3, scrape().value("kafka_consumergroup_group_status", "consumergroup", GROUP));
    }

    private static void awaitLag(int records, String verdict) {
        String wanted = "\"group\":\"" + GROUP + "\",\"state\":\"Empty\",\"members\":0,\"verdict\":\"" + verdict
                + "\",\"lag\":" + records + ",";
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .until(() -> get("/lag").body(), body -> body.contains(wanted));
    }

    @Test
    void healthIsTold() {
        assertEquals(200, get("/health/live").statusCode());
        HttpResponse<String> ready = get("/health/ready");
        assertEquals(200, ready.statusCode());
        assertTrue(ready.body().startsWith("{\"ready\":true,\"broker\":1,\"state\":\"RUNNING\""), ready.body());
        assertEquals(404, get("/health/nothing").statusCode());
        assertEquals(404, get("/metrics/../../etc/passwd").statusCode());
    }

    @Test
    void levelsOfLogsAreChangedAndChangesAreAudited() {
        ConfigResource loggers = new ConfigResource(ConfigResource.Type.BROKER_LOGGER, "1");
        try (Admin admin = broker.clients().admin()) {
            ConfigEntry debug = new ConfigEntry("io.millrace", "DEBUG");
            alter(admin, loggers, new AlterConfigOp(debug, AlterConfigOp.OpType.SET));
            Config levels =
                    Clients.await(admin.describeConfigs(List.of(loggers)).all()).get(loggers);
            assertEquals("DEBUG", levels.get("io.millrace").value());
            assertEquals("WARN", levels.get("root").value());
            alter(admin, loggers, new AlterConfigOp(new ConfigEntry("io.millrace", "INFO"), AlterConfigOp.OpType.SET));
            ConfigEntry unknown = new ConfigEntry("io.nowhere", "INFO");
            assertThrows(
                    InvalidConfigurationException.class,
                    () -> alter(admin, loggers, new AlterConfigOp(unknown, AlterConfigOp.OpType.SET)));
        }
        List<String> audited = broker.process().err().stream()
                .filter(line -> line.contains("audit"))
                .toList();
        assertTrue(audited.stream().anyMatch(line -> line.contains("CreateTopics by") && line.contains(TOPIC)));
        assertTrue(
                audited.stream().anyMatch(line -> line.contains("logs of broker '1': set io.millrace=DEBUG")),
                audited.toString());
    }

    private static void alter(Admin admin, ConfigResource resource, AlterConfigOp change) {
        Clients.await(admin.incrementalAlterConfigs(Map.of(resource, List.of(change))).all());
    }
}
