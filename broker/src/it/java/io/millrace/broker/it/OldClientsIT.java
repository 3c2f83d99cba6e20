package io.millrace.broker.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.broker.it.age.Administrator;
import io.millrace.broker.it.age.Message;
import io.millrace.broker.it.age.Poller;
import io.millrace.broker.it.age.Release;
import io.millrace.broker.it.age.Sender;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** kafka-clients of 0.8.2 to 2.8, unchanged, beside today's: what one writes the others read. */
@Timeout(60)
final class OldClientsIT {
    private static final Path JARS = Millrace.home().resolve("broker/target/old-clients");
    private static final List<String> NUMBERS =
            IntStream.range(0, 300).mapToObj(i -> "number " + i).toList();
    private static final long HOUR_MS = 3_600_000;

    @TempDir
    private static Path directory;

    private static BrokerProcess broker;
    private static Map<String, Release> releases;

    @BeforeAll
    static void start() {
        broker = BrokerProcess.start(directory, "group.initial.rebalance.delay.ms=100");
        releases = new HashMap<>();
        for (String version : List.of("0.8.2.2", "0.9.0.1", "0.10.2.2", "1.1.1", "2.8.2")) {
            releases.put(version, new Release(JARS, version));
        }
    }

    @AfterAll
    static void stop() throws IOException {
        broker.close();
        for (Release release : releases.values()) {
            release.close();
        }
    }

    private static Map<String, String> settings(String... settings) {
        Map<String, String> all = new HashMap<>();
        broker.clients().properties(settings).forEach((key, value) -> all.put((String) key, (String) value));
        return all;
    }

    private static Map<String, String> reading(String... settings) {
        Map<String, String> all = settings("auto.offset.reset=earliest", "enable.auto.commit=false");
        all.putAll(settings(settings));
        return all;
    }

    /** The codecs of the release's age; kafka-clients 0.8.2 and 0.9 write LZ4 frames with a checksum of their own. */
    private static List<String> codecs(String version) {
        return version.startsWith("2.")
                ? List.of("none", "gzip", "snappy", "lz4", "zstd")
                : List.of("none", "gzip", "snappy", "lz4");
    }

    private static String topic(String version, String what) {
        return what + "-" + version;
    }

    /** Polls until so many messages are there. */
    private static List<Message> poll(Poller poller, int count) {
        List<Message> messages = new ArrayList<>();
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(1))
                .until(() -> {
                    messages.addAll(poller.poll(100));
                    return messages.size() >= count;
                });
        return messages;
    }

    private static List<String> values(List<Message> messages) {
        return messages.stream().map(Message::value).toList();
    }

    private static List<String> readToday(String topic) {
        return broker.clients().readAll(topic).stream().map(ConsumerRecord::value).toList();
    }

    private static void send(String version, String topic, List<String> values) {
        try (Sender sender = releases.get(version).sender(settings("acks=all"))) {
            sender.send(topic, 0, values);
        }
    }

    // ---- produce

    @ParameterizedTest
    @ValueSource(strings = {"0.8.2.2", "0.9.0.1", "0.10.2.2", "1.1.1", "2.8.2"})
    void whatAnOldProducerWritesTodaysConsumerReads(String version) {
        for (String codec : codecs(version)) {
            String topic = topic(version, "written-" + codec);
            broker.clients().createTopic(topic, 1);
            for (String acks : List.of("all", "1")) {
                Map<String, String> settings =
                        settings("compression.type=" + codec, "acks=" + acks, "linger.ms=5", "batch.size=1000");
                try (Sender sender = releases.get(version).sender(settings)) {
                    long first = acks.equals("all") ? 0 : NUMBERS.size();
                    assertEquals(
                            LongStream.range(first, first + NUMBERS.size())
                                    .boxed()
                                    .toList(),
                            sender.send(topic, 0, NUMBERS));
                }
            }
            List<String> twice = new ArrayList<>(NUMBERS);
            twice.addAll(NUMBERS);
            assertEquals(twice, readToday(topic), codec);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.8.2.2", "0.9.0.1", "0.10.2.2", "1.1.1", "2.8.2"})
    void anOldProducerThatWantsNoAnswerLosesNothing(String version) {
        String topic = topic(version, "unanswered");
        broker.clients().createTopic(topic, 1);
        try (Sender sender = releases.get(version).sender(settings("acks=0"))) {
            sender.send(topic, 0, NUMBERS);
        }
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertEquals(NUMBERS, readToday(topic)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.8.2.2", "0.10.2.2"})
    void anOldProducerMakesItsTopicByUsingIt(String version) {
        String topic = topic(version, "made-by-use");
        send(version, topic, NUMBERS);
        assertEquals(NUMBERS, readToday(topic));
    }

    // ---- consume

    @ParameterizedTest
    @ValueSource(strings = {"1.1.1", "2.8.2"})
    void whatTodaysProducerWritesAnOldConsumerReads(String version) {
        for (String codec : codecs(version)) {
            String topic = topic(version, "read-" + codec);
            broker.clients().createTopic(topic, 1);
            long before = System.currentTimeMillis();
            try (KafkaProducer<String, String> producer =
                    broker.clients().producer("compression.type=" + codec, "linger.ms=5", "batch.size=1000")) {
                NUMBERS.forEach(value -> producer.send(new ProducerRecord<>(
                        topic, 0, "key", value, List.of(new RecordHeader("header", new byte[] {1})))));
            }
            try (Poller poller = releases.get(version).poller(reading())) {
                poller.assign(topic, 0, 0);
                List<Message> messages = poll(poller, NUMBERS.size());
                assertEquals(NUMBERS, values(messages), codec);
                for (int i = 0; i < messages.size(); i++) {
                    assertEquals(i, messages.get(i).offset());
                    boolean knowsTimes = !version.startsWith("0.9");
                    assertTrue(
                            knowsTimes ? messages.get(i).timestamp() >= before : messages.get(i).timestamp() == -1);
                }
                poller.seek(topic, 0, 250);
                assertEquals(NUMBERS.subList(250, 300), values(poll(poller, 50)));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.1.1", "2.8.2"})
    void twoOldMembersShareATopicAndTheNextGoesOnBehindThem(String version) {
        String topic = topic(version, "shared");
        broker.clients().createTopic(topic, 2);
        Map<String, String> settings = reading("group.id=group-" + version, "heartbeat.interval.ms=100");
        try (Sender sender = releases.get(version).sender(settings())) {
            sender.send(topic, 0, NUMBERS);
            sender.send(topic, 1, NUMBERS);
        }
        Release release = releases.get(version);
        Set<Message> read = new HashSet<>();
        try (Poller first = release.poller(settings)) {
            first.subscribe(topic);
            read.addAll(poll(first, 2 * NUMBERS.size()));
            assertEquals(Set.of(0, 1), first.assignment(topic));
            first.commit();
            try (Poller second = joined(release, settings, topic, first)) {
                try (Sender sender = release.sender(settings())) {
                    sender.send(topic, 0, List.of("late"));
                    sender.send(topic, 1, List.of("late"));
                }
                assertEquals(List.of("late"), values(poll(first, 1)));
                assertEquals(List.of("late"), values(poll(second, 1)));
                first.commit();
                second.commit();
            }
        }
        assertEquals(2 * NUMBERS.size(), read.size());
        try (Sender sender = release.sender(settings())) {
            sender.send(topic, 0, List.of("last"));
        }
        try (Poller third = release.poller(settings)) {
            third.subscribe(topic);
            assertEquals(List.of("last"), values(poll(third, 1)));
        }
    }

    /** A second member, once both have their share; old ones join from inside of poll, so each polls on its thread. */
    private static Poller joined(Release release, Map<String, String> settings, String topic, Poller first) {
        Poller second = release.poller(settings);
        second.subscribe(topic);
        Thread other = new Thread(() -> {
            while (second.assignment(topic).isEmpty()) {
                second.poll(50);
            }
        });
        other.start();
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(1))
                .until(() -> {
                    assertTrue(first.poll(50).isEmpty());
                    return !other.isAlive() && first.assignment(topic).size() == 1;
                });
        Set<Integer> both = new HashSet<>(first.assignment(topic));
        both.addAll(second.assignment(topic));
        assertEquals(Set.of(0, 1), both);
        return second;
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.10.2.2", "1.1.1", "2.8.2"})
    void anOldConsumerFindsOffsetsByTime(String version) {
        String topic = topic(version, "timed");
        broker.clients().createTopic(topic, 1);
        long now = System.currentTimeMillis();
        try (KafkaProducer<String, String> producer = broker.clients().producer()) {
            for (int i = 0; i < 10; i++) {
                producer.send(new ProducerRecord<>(topic, 0, now - HOUR_MS + i * 1000L, "key", "value"));
            }
        }
        try (Poller poller = releases.get(version).poller(reading())) {
            assertEquals(OptionalLong.of(0), poller.offsetForTime(topic, 0, 0));
            assertEquals(OptionalLong.of(4), poller.offsetForTime(topic, 0, now - HOUR_MS + 3500));
            assertEquals(OptionalLong.empty(), poller.offsetForTime(topic, 0, now));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.1.1"})
    void membersOfTwoAgesAreOneGroup(String version) {
        String topic = topic(version, "mixed");
        broker.clients().createTopic(topic, 2);
        Map<String, String> settings = reading("group.id=mixed-" + version, "heartbeat.interval.ms=100");
        send("2.8.2", topic, List.of("a"));
        try (Poller old = releases.get(version).poller(settings)) {
            old.subscribe(topic);
            assertEquals(List.of("a"), values(poll(old, 1)));
            try (Poller newer = joined(releases.get("2.8.2"), settings, topic, old)) {
                assertEquals(1, newer.assignment(topic).size());
            }
        }
    }

    // ---- administer

    @ParameterizedTest
    @ValueSource(strings = {"1.1.1", "2.8.2"})
    void anOldAdminClientMakesChangesDescribesAndDeletes(String version) {
        String topic = topic(version, "administered");
        try (Administrator admin = releases.get(version).administrator(settings())) {
            assertEquals(1, admin.cluster().getValue());
            assertFalse(admin.cluster().getKey().isEmpty());
            admin.createTopic(topic, 2, Map.of("retention.ms", "60000"));
            assertTrue(admin.topics().contains(topic));
            assertEquals(2, admin.partitions(topic));
            assertEquals("60000", admin.setting(topic, "retention.ms"));
            admin.replaceSettings(topic, Map.of("max.message.bytes", "50000"));
            assertEquals("50000", admin.setting(topic, "max.message.bytes"));
            assertEquals("604800000", admin.setting(topic, "retention.ms"));
            admin.addPartitions(topic, 3);
            assertEquals(3, admin.partitions(topic));
            send(version, topic, NUMBERS);
            admin.deleteRecords(topic, 0, 100);
            assertEquals(NUMBERS.subList(100, 300), readToday(topic));
            admin.deleteTopic(topic);
            assertFalse(admin.topics().contains(topic));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"2.8.2"})
    void anOldAdminClientDescribesAndDeletesGroups(String version) {
        String topic = topic(version, "grouped");
        String group = "described-" + version;
        broker.clients().createTopic(topic, 1);
        send(version, topic, List.of("a"));
        try (Administrator admin = releases.get(version).administrator(settings())) {
            try (Poller poller = releases.get(version).poller(reading("group.id=" + group))) {
                poller.subscribe(topic);
                poll(poller, 1);
                poller.commit();
                assertEquals(Map.entry("Stable", 1), admin.group(group));
            }
            assertEquals(Map.entry("Empty", 0), admin.group(group));
            admin.deleteGroup(group);
            assertEquals(Map.entry("Dead", 0), admin.group(group));
        }
    }
}
