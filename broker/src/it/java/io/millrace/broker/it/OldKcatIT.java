package io.millrace.broker.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The broker through kcat that takes it for one of 0.8.2 or 0.9, and so speaks as the clients of that time did. */
@Timeout(60)
final class OldKcatIT {
    private static final List<String> OF_0_8 =
            List.of("-X", "api.version.request=false", "-X", "broker.version.fallback=0.8.2.2");
    private static final List<String> OF_0_9 =
            List.of("-X", "api.version.request=false", "-X", "broker.version.fallback=0.9.0.1");
    private static final List<String> NUMBERS =
            IntStream.range(0, 2_000).mapToObj(i -> "number " + i).toList();
    private static final String NUMBERS_TEXT = NUMBERS.stream().collect(Collectors.joining("\n", "", "\n"));

    @TempDir
    private static Path directory;

    private static BrokerProcess broker;
    private static Kcat kcat;

    @BeforeAll
    static void start() {
        assumeTrue(Kcat.isInstalled(), "kcat is not installed: apt-get install kcat");
        broker = BrokerProcess.start(directory, "group.initial.rebalance.delay.ms=100");
        kcat = new Kcat(broker.bootstrap());
    }

    @AfterAll
    static void stop() {
        if (broker != null) {
            broker.close();
        }
    }

    private static String[] with(List<String> age, String... arguments) {
        return Stream.concat(Stream.of(arguments), age.stream()).toArray(String[]::new);
    }

    private static List<String> read(String topic, String from) {
        return kcat.lines(with(OF_0_8, "-C", "-e", "-q", "-t", topic, "-o", from));
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "gzip", "snappy", "lz4"})
    void linesComeBackInOrderWithEveryCodec(String codec) {
        String topic = "lines-" + codec;
        broker.clients().createTopic(topic, 1);
        kcat.feed(NUMBERS_TEXT, with(OF_0_8, "-P", "-t", topic, "-z", codec));
        assertEquals(NUMBERS, read(topic, "beginning"));
        assertEquals(
                NUMBERS,
                broker.clients().readAll(topic).stream()
                        .map(ConsumerRecord::value)
                        .toList());
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "gzip", "snappy", "lz4"})
    void whatTodaysProducerWritesIsReadFromWhereverAsked(String codec) {
        String topic = "places-" + codec;
        broker.clients().createTopic(topic, 1);
        try (KafkaProducer<String, String> producer =
                broker.clients().producer("compression.type=" + codec, "linger.ms=5", "batch.size=2000")) {
            NUMBERS.forEach(value -> producer.send(
                    new ProducerRecord<>(topic, 0, "key", value, List.of(new RecordHeader("header", new byte[9])))));
        }
        assertEquals(NUMBERS, read(topic, "beginning"));
        assertEquals(NUMBERS.subList(1_990, 2_000), read(topic, "1990"));
        assertEquals(NUMBERS.subList(1_997, 2_000), read(topic, "-3"));
        assertEquals(List.of(), read(topic, "end"));
    }

    @Test
    void aGroupGoesOnWhereItStopped() {
        broker.clients().createTopic("grouped", 1);
        kcat.feed(NUMBERS_TEXT, with(OF_0_9, "-P", "-t", "grouped"));
        List<String> first =
                kcat.lines(with(OF_0_9, "-G", "old-kcats", "-q", "-c", "500", "-o", "beginning", "grouped"));
        List<String> second = kcat.lines(with(OF_0_9, "-G", "old-kcats", "-q", "-e", "grouped"));
        List<String> both = new ArrayList<>(first);
        both.addAll(second);
        assertEquals(NUMBERS, both);
    }
}
