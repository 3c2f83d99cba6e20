package io.millrace.broker.it;

import java.util.ArrayList;
import java.util.stream.Collectors;
import org.apache.kafka.common.config.ConfigResource;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What clients find again when the broker comes back, after a clean stop and after kill -9. */
@Timeout(90)
final class RestartIT {
    @TempDir
    private Path directory;

    private BrokerProcess broker;
    private Clients clients;

    @BeforeEach
    void start() {
        broker = BrokerProcess.start(
                directory,
                "group.initial.rebalance.delay.ms=0",
                "group.min.session.timeout.ms=1000",
                "offsets.topic.num.partitions=4",
                "log.segment.bytes=100000",
                "replica.high.watermark.checkpoint.interval.ms=100");
        clients = broker.clients();
    }

    @AfterEach
    void stop() {
        broker.close();
    }

    private void goAndComeBack(boolean clean) {
        if (clean) {
            assertEquals(0, broker.stop());
        } else {
            broker.kill();
        }
        broker.restart();
        System.out.println("RestartIT: " + (clean ? "stopped; " : "killed; ") + broker.readyLine());
    }

    @ParameterizedTest(name = "clean stop: {0}")
    @ValueSource(booleans = {true, false})
    void clientsThatStayGoOnAsIfNothingHadBeen(boolean clean) throws Exception {
        clients.createTopic("numbers", 2);
        try (KafkaProducer<String, String> producer = clients.producer("batch.size=1000", "linger.ms=1");
                Member member = new Member(clients.consumer(
                        "group.id=stays",
                        "session.timeout.ms=10000",
                        "heartbeat.interval.ms=200",
                        "metadata.recovery.strategy=none"))) { // else the client forgets the topic and joins again
            member.subscribe("numbers");
            List<Future<RecordMetadata>> answers = new ArrayList<>();
            for (int round = 0; round < 2; round++) {
                int base = round * 4_000;
                IntStream.range(base, base + 2_000).forEach(i -> answers.add(send(producer, i)));
                int seen = member.values().size();
                Member.pollUntil(() -> member.values().size() > seen, member);
                member.commit();
                IntStream.range(base + 2_000, base + 4_000).forEach(i -> answers.add(send(producer, i)));
                goAndComeBack(clean); // with requests in flight
            }
            for (int i = 0; i < answers.size(); i++) {
                assertEquals(i / 2, answers.get(i).get().offset(), "each record is stored once, in its place");
            }
            Member.pollUntil(() -> Set.copyOf(member.values()).size() == 8_000, member);
            member.commit();
            assertEquals(8_000, member.values().size(), "nothing is read twice");
            assertEquals(1, member.assignments(), "the group is still the same");
        }
        List<ConsumerRecord<String, String>> all = clients.readAll("numbers");
        assertEquals(8_000, all.size());
        all.forEach(r -> assertEquals(Long.toString(r.offset() * 2 + r.partition()), r.value()));
        assertEquals(8_000, committed("stays", "numbers", 2));
    }

    @ParameterizedTest(name = "clean stop: {0}")
    @ValueSource(booleans = {true, false})
    void topicsConfigsOffsetsAndIdsAreTheSameAfterwards(boolean clean) throws IOException {
        clients.createTopic("kept", 3, "retention.ms=77777777", "max.message.bytes=123456");
        TopicPartition first = new TopicPartition("kept", 0);
        long time = System.currentTimeMillis() - 100_000;
        try (KafkaProducer<String, String> producer = clients.producer("batch.size=500")) {
            IntStream.range(0, 900).forEach(i -> producer.send(
                    new ProducerRecord<>("kept", i % 3, time + i, "k" + i, "v" + i)));
        }
        String before;
        try (Admin admin = clients.admin()) {
            Clients.await(admin.deleteRecords(Map.of(first, RecordsToDelete.beforeOffset(100)))
                    .all());
            Clients.await(admin.alterConsumerGroupOffsets("kept", Map.of(first, new OffsetAndMetadata(123, "here")))
                    .all());
            before = picture(admin);
        }
        Awaitility.await("the raised start is on disk: it gets there within the checkpoint interval")
                .until(() -> Files.readString(broker.data().resolve("log-start-offset-checkpoint"))
                        .contains("kept 0 100"));
        goAndComeBack(clean);
        try (Admin admin = clients.admin();
                KafkaConsumer<String, String> consumer = clients.consumer("group.id=kept")) {
            assertEquals(before, picture(admin));
            assertEquals(
                    new OffsetAndMetadata(123, "here"),
                    consumer.committed(Set.of(first)).get(first));
            assertEquals(Map.of(first, 100L), consumer.beginningOffsets(List.of(first)));
            assertEquals(
                    201,
                    consumer.offsetsForTimes(Map.of(first, time + 603)).get(first).offset());
        }
        assertEquals(800, clients.readAll("kept").size());
    }

    @ParameterizedTest(name = "clean stop: {0}")
    @ValueSource(booleans = {true, false})
    void aTopicDeletedBeforeStaysDeleted(boolean clean) {
        clients.createTopic("deleted", 3);
        try (KafkaProducer<String, String> producer = clients.producer();
                Admin admin = clients.admin()) {
            producer.send(new ProducerRecord<>("deleted", "x"));
            producer.flush();
            Clients.await(admin.deleteTopics(List.of("deleted")).all());
        }
        goAndComeBack(clean);
        clients.createTopic("deleted", 1);
        assertTrue(clients.readAll("deleted").isEmpty());
    }

    private static Future<RecordMetadata> send(KafkaProducer<String, String> producer, int i) {
        return producer.send(new ProducerRecord<>("numbers", i % 2, null, Integer.toString(i)));
    }

    private long committed(String group, String topic, int partitions) {
        Set<TopicPartition> all = IntStream.range(0, partitions)
                .mapToObj(p -> new TopicPartition(topic, p))
                .collect(Collectors.toSet());
        try (KafkaConsumer<String, String> consumer = clients.consumer("group.id=" + group)) {
            return consumer.committed(all).values().stream()
                    .mapToLong(OffsetAndMetadata::offset)
                    .sum();
        }
    }

    /** All that the topic is, as text. */
    private static String picture(Admin admin) {
        ConfigResource resource = new ConfigResource(
                ConfigResource.Type.TOPIC, "kept");
        return Clients.await(admin.describeTopics(List.of("kept")).allTopicNames()) + " "
                + Clients.await(admin.describeConfigs(List.of(resource)).all()).get(resource).entries().stream()
                        .map(entry -> entry.name() + "=" + entry.value())
                        .sorted()
                        .toList()
                + Clients.await(admin.describeCluster().clusterId());
    }
}
