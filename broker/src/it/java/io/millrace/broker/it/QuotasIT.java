package io.millrace.broker.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.apache.kafka.common.quota.ClientQuotaFilter;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Quotas as clients meet them. Rates are measured over two windows of a second, so that bursts are short. */
@Timeout(90)
final class QuotasIT {
    private static final int MB = 1_000_000;

    /** What may be ahead of the rate: the first and the last pair of windows may be used up at their edges. */
    private static final int BURST = 3 * MB;

    private static final String VALUE = "x".repeat(1000);

    @TempDir
    private static Path directory;

    private static BrokerProcess broker;

    @BeforeAll
    static void start() {
        broker = BrokerProcess.start(directory, "quota.window.num=2");
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    /** Sets quotas, each as key=value; an empty value removes it. */
    private static void set(Map<String, String> entity, String... quotas) {
        List<ClientQuotaAlteration.Op> ops = Arrays.stream(quotas)
                .map(quota -> quota.split("=", -1))
                .map(pair -> new ClientQuotaAlteration.Op(pair[0], pair[1].isEmpty() ? null : Double.valueOf(pair[1])))
                .toList();
        try (Admin admin = broker.clients().admin()) {
            Clients.await(admin.alterClientQuotas(
                            List.of(new ClientQuotaAlteration(new ClientQuotaEntity(entity), ops)))
                    .all());
        }
    }

    private static Map<ClientQuotaEntity, Map<String, Double>> all() {
        try (Admin admin = broker.clients().admin()) {
            return Clients.await(
                    admin.describeClientQuotas(ClientQuotaFilter.all()).entities());
        }
    }

    private static Map<String, String> clientId(String id) {
        return Map.of(ClientQuotaEntity.CLIENT_ID, id);
    }

    private static double metric(Map<MetricName, ? extends Metric> metrics, String name) {
        return metrics.entrySet().stream()
                .filter(metric -> metric.getKey().name().equals(name)
                        && !metric.getKey().tags().containsKey("topic"))
                .mapToDouble(metric -> (double) metric.getValue().metricValue())
                .filter(value -> !Double.isNaN(value))
                .max()
                .orElse(0);
    }

    /** Sends records of 1,000 bytes; returns for how long the client was throttled at most, in milliseconds. */
    private static double produce(String clientId, String topic, int records) {
        try (KafkaProducer<String, String> producer = broker.clients()
                .producer("client.id=" + clientId, "batch.size=65536", "linger.ms=5", "delivery.timeout.ms=60000")) {
            for (int i = 0; i < records; i++) {
                producer.send(new ProducerRecord<>(topic, VALUE));
            }
            producer.flush();
            return metric(producer.metrics(), "produce-throttle-time-max");
        }
    }

    /** Reads records of 1,000 bytes; returns for how long the client was throttled at most, in milliseconds. */
    private static double consume(String clientId, String topic, int records) {
        try (KafkaConsumer<String, String> consumer = broker.clients()
                .consumer("client.id=" + clientId, "max.partition.fetch.bytes=200000", "fetch.max.wait.ms=50")) {
            int read = Clients.readAll(consumer, List.of(new TopicPartition(topic, 0)))
                    .size();
            assertEquals(records, read);
            return metric(consumer.metrics(), "fetch-throttle-time-max");
        }
    }

    @Test
    void aProducerKeepsToItsRateAndOthersAreNotThrottled() {
        broker.clients().createTopic("written", 1);
        set(clientId("slow"), "producer_byte_rate=" + MB);
        long start = System.nanoTime();
        assertTrue(produce("slow", "written", 6_000) > 0);
        double seconds = (System.nanoTime() - start) / 1e9;
        double beyondTheBurst = (6.0 * MB - BURST) / seconds;
        assertTrue(beyondTheBurst < 1.2 * MB, () -> beyondTheBurst + " bytes a second");
        assertEquals(0, produce("fast", "written", 4_000));

        set(clientId("slow"), "producer_byte_rate=" + 1000L * MB);
        assertEquals(0, produce("slow", "written", 4_000), "a change counts at once");
        set(clientId("slow"), "producer_byte_rate=1");
        set(clientId("slow"), "producer_byte_rate=");
        assertEquals(0, produce("slow", "written", 4_000), "and so does a removal");
    }

    @Test
    void aConsumerKeepsToItsRateAndOthersAreNotThrottled() {
        broker.clients().createTopic("read", 1);
        produce("writer", "read", 6_000);
        set(clientId("slow-reader"), "consumer_byte_rate=" + MB);
        long start = System.nanoTime();
        assertTrue(consume("slow-reader", "read", 6_000) > 0);
        double seconds = (System.nanoTime() - start) / 1e9;
        double beyondTheBurst = (6.0 * MB - BURST) / seconds;
        assertTrue(beyondTheBurst < 1.2 * MB, () -> beyondTheBurst + " bytes a second");
        assertEquals(0, consume("fast-reader", "read", 6_000));
    }

    @Test
    void theTimeThatRequestsTakeIsLimitedToo() {
        broker.clients().createTopic("asked", 1);
        set(Map.of(ClientQuotaEntity.USER, "ANONYMOUS", ClientQuotaEntity.CLIENT_ID, "busy"), "request_percentage=0.001");
        double throttle = produce("busy", "asked", 200);
        assertTrue(throttle > 0 && throttle <= 1000, () -> throttle + " ms");
    }

    @Test
    void kcatIsThrottledAndLosesNothing() {
        assumeTrue(Kcat.isInstalled(), "kcat is not installed: apt-get install kcat");
        broker.clients().createTopic("kcat", 1);
        set(clientId("kcat"), "producer_byte_rate=" + MB, "consumer_byte_rate=" + MB);
        Kcat kcat = new Kcat(broker.bootstrap());
        kcat.feed((VALUE + "\n").repeat(2_500), "-P", "-t", "kcat", "-X", "client.id=kcat");
        assertEquals(
                2_500,
                kcat.lines("-C", "-t", "kcat", "-o", "beginning", "-e", "-q", "-X", "client.id=kcat")
                        .size());
    }

    @Test
    void whatIsSetIsToldAlsoAfterARestart() {
        Map<String, String> byDefault = new HashMap<>();
        byDefault.put(ClientQuotaEntity.USER, null);
        byDefault.put(ClientQuotaEntity.CLIENT_ID, "app/1 *");
        set(byDefault, "producer_byte_rate=12345", "request_percentage=12.5");
        Optional<Map<String, Double>> wanted =
                Optional.of(Map.of("producer_byte_rate", 12345.0, "request_percentage", 12.5));
        assertEquals(wanted, Optional.ofNullable(all().get(new ClientQuotaEntity(byDefault))));
        assertEquals(0, broker.stop());
        broker.restart();
        assertEquals(wanted, Optional.ofNullable(all().get(new ClientQuotaEntity(byDefault))));
        set(byDefault, "producer_byte_rate=", "request_percentage=");
        assertTrue(!all().containsKey(new ClientQuotaEntity(byDefault)));
    }

    @Test
    void whatIsNotKeptIsRefused() {
        assertThrows(InvalidRequestException.class, () -> set(clientId("c"), "controller_mutation_rate=5"));
        assertThrows(InvalidRequestException.class, () -> set(clientId("c"), "no_such_quota=5"));
        assertThrows(
                InvalidRequestException.class,
                () -> set(Map.of(ClientQuotaEntity.IP, "127.0.0.1"), "connection_creation_rate=5"));
    }
}
