package io.millrace.broker.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** kcat that takes the broker for an old one, beside a new client on the same topic; and topics that recompress. */
@Timeout(90)
final class OldFormatsIT {
    private static final int LINES = 500;

    @TempDir
    private static Path directory;

    private static BrokerProcess broker;
    private static Kcat kcat;

    @BeforeAll
    static void start() {
        broker = BrokerProcess.start(directory);
        kcat = new Kcat(broker.bootstrap());
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    private static List<String> lines(String what) {
        return IntStream.range(0, LINES).mapToObj(i -> what + " " + i).toList();
    }

    /** Arguments of kcat with those that make it old in front. */
    private static String[] old(String version, String... arguments) {
        List<String> all = new ArrayList<>(
                List.of("-X", "api.version.request=false", "-X", "broker.version.fallback=" + version));
        all.addAll(List.of(arguments));
        return all.toArray(String[]::new);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.8.2.2", "0.9.0.1", "0.10.1.0"})
    void oldAndNewClientsReadWhatEachOtherWrites(String version) {
        assumeTrue(Kcat.isInstalled(), "kcat is not installed: apt-get install kcat");
        for (String codec : List.of("none", "gzip", "snappy", "lz4")) {
            String topic = "old-" + version + "-" + codec;
            broker.clients().createTopic(topic, 1);
            String text = lines("old").stream().collect(Collectors.joining("\n", "", "\n"));
            kcat.feed(text, old(version, "-P", "-t", topic, "-z", codec));
            try (KafkaProducer<String, String> producer =
                    broker.clients().producer("compression.type=" + codec, "linger.ms=20")) {
                lines("new").forEach(line -> producer.send(new ProducerRecord<>(topic, line)));
            }
            List<String> both = new ArrayList<>(lines("old"));
            both.addAll(lines("new"));
            assertEquals(
                    both,
                    broker.clients().readAll(topic).stream()
                            .map(ConsumerRecord::value)
                            .toList(),
                    topic);
            assertEquals(
                    both, kcat.lines(old(version, "-C", "-q", "-t", topic, "-o", "0", "-c", "" + both.size())), topic);
            assertEquals(
                    both.subList(700, both.size()),
                    kcat.lines(old(version, "-C", "-q", "-t", topic, "-o", "700", "-c", "300")),
                    topic);
        }
    }

    @Test
    void anOldConsumerReadsWhatIsCompressedWithZstd() {
        assumeTrue(Kcat.isInstalled(), "kcat is not installed: apt-get install kcat");
        broker.clients().createTopic("zstd", 1);
        try (KafkaProducer<String, String> producer = broker.clients().producer("compression.type=zstd")) {
            lines("new").forEach(line -> producer.send(new ProducerRecord<>("zstd", line)));
        }
        assertEquals(
                lines("new"),
                kcat.lines(old("0.9.0.1", "-C", "-q", "-t", "zstd", "-o", "0", "-c", "" + LINES)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"uncompressed", "gzip", "snappy", "lz4", "zstd"})
    void aTopicsCodecTakesTheProducersPlace(String type) {
        String topic = "packed-" + type;
        broker.clients().createTopic(topic, 1, "compression.type=" + type);
        List<String> sent = new ArrayList<>();
        for (String codec : List.of("none", "gzip", "zstd")) {
            try (KafkaProducer<String, String> producer =
                    broker.clients().producer("compression.type=" + codec, "linger.ms=20")) {
                lines(codec).forEach(line -> producer.send(new ProducerRecord<>(topic, line)));
            }
            sent.addAll(lines(codec));
        }
        assertEquals(
                sent,
                broker.clients().readAll(topic).stream().map(ConsumerRecord::value).toList());
    }
}
