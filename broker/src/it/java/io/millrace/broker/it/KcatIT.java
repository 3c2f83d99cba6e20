package io.millrace.broker.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The broker through kcat, that is librdkafka. */
@Timeout(60)
final class KcatIT {
    private static final List<String> NUMBERS =
            IntStream.range(0, 2_000).mapToObj(i -> "number " + i).toList();
    private static final String NUMBERS_TEXT = NUMBERS.stream().collect(Collectors.joining("\n", "", "\n"));

    private static final List<String> TOPICS = List.of(
            "kcat-none", "kcat-gzip", "kcat-snappy", "kcat-lz4", "kcat-zstd", "places", "asked", "grouped");

    @TempDir
    private static Path directory;

    private static BrokerProcess broker;
    private static Kcat kcat;

    @BeforeAll
    static void start() {
        assumeTrue(Kcat.isInstalled(), "kcat is not installed: apt-get install kcat");
        broker = BrokerProcess.start(directory, "group.initial.rebalance.delay.ms=100");
        kcat = new Kcat(broker.bootstrap());
        for (String topic : TOPICS) { // kcat takes a second to find a topic that it makes by using it
            broker.clients().createTopic(topic, 1);
        }
    }

    @AfterAll
    static void stop() {
        if (broker != null) {
            broker.close();
        }
    }

    @Test
    void metadataNamesBrokerTopicsAndPartitions() {
        broker.clients().createTopic("listed", 2);
        String listing = String.join("\n", kcat.lines("-L"));
        assertTrue(listing.contains("at 127.0.0.1:" + broker.port()), listing);
        assertTrue(listing.contains("topic \"listed\" with 2 partitions"), listing);
        assertTrue(listing.contains("partition 1, leader"), listing);
        String json = String.join("", kcat.lines("-L", "-J", "-t", "listed"));
        assertTrue(json.contains("\"topic\":\"listed\""), json);
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "gzip", "snappy", "lz4", "zstd"})
    void linesComeBackInOrderWithEveryCodec(String codec) {
        String topic = "kcat-" + codec;
        kcat.feed(NUMBERS_TEXT, "-P", "-t", topic, "-z", codec, "-X", "enable.idempotence=true");
        assertEquals(NUMBERS, kcat.lines("-C", "-e", "-q", "-t", topic, "-o", "beginning"));
    }

    @Test
    void keysHeadersAndTombstonesAreKept() {
        kcat.feed("a:1\nb:\nc:3\n", "-P", "-t", "keys", "-K:", "-Z", "-H", "from=kcat");
        assertEquals(
                List.of("a=1 (1) from=kcat", "b= (-1) from=kcat", "c=3 (1) from=kcat"),
                kcat.lines("-C", "-e", "-q", "-t", "keys", "-f", "%k=%s (%S) %h\n"));
    }

    @Test
    void readingStartsWhereAsked() {
        kcat.feed(NUMBERS_TEXT, "-P", "-t", "places");
        assertEquals(NUMBERS.subList(1_990, 2_000), kcat.lines("-C", "-e", "-q", "-t", "places", "-o", "1990"));
        assertEquals(NUMBERS.subList(1_997, 2_000), kcat.lines("-C", "-e", "-q", "-t", "places", "-o", "-3"));
        assertEquals(List.of(), kcat.lines("-C", "-e", "-q", "-t", "places", "-o", "end"));
        assertEquals(
                NUMBERS.subList(0, 5), kcat.lines("-C", "-q", "-t", "places", "-o", "beginning", "-c", "5"));
    }

    @Test
    void offsetsAreFoundByTime() {
        kcat.feed(NUMBERS_TEXT, "-P", "-t", "asked");
        assertEquals(List.of("asked [0] offset 0"), kcat.lines("-Q", "-t", "asked:0:1"));
        assertEquals(List.of("asked [0] offset 2000"), kcat.lines("-Q", "-t", "asked:0:-1"));
        assertEquals(List.of("asked [0] offset 0"), kcat.lines("-Q", "-t", "asked:0:-2"));
        assertEquals(2_000, kcat.lines("-C", "-e", "-q", "-t", "asked", "-o", "s@1").size());
    }

    @Test
    void aGroupGoesOnWhereItStopped() {
        kcat.feed(NUMBERS_TEXT, "-P", "-t", "grouped");
        List<String> first = kcat.lines("-G", "kcats", "-q", "-c", "500", "-o", "beginning", "grouped");
        assertEquals(NUMBERS.subList(0, 500), first);
        assertEquals(NUMBERS.subList(500, 2_000), kcat.lines("-G", "kcats", "-q", "-e", "grouped"));
    }
}
