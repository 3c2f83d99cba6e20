package io.millrace.broker.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An access log shipped by rsyslog with the configuration that docs/producers.md shows. */
@Timeout(120)
final class RsyslogIT {
    private static final String TOPIC = "access-log";
    private static final int PARTITIONS = 4;
    private static final int LINES = 100_000;

    @TempDir
    private Path directory;

    private final SentLines written = new SentLines(LINES);

    /** A broker that dies and comes back costs neither a line nor the order, and doubles nothing. */
    @Test
    void everyLineArrivesOnceAndInOrderThoughTheBrokerIsKilled() throws IOException {
        Optional<String> whyNot = Rsyslog.whyNot();
        whyNot.ifPresent(reason -> System.out.println("RsyslogIT is skipped: " + reason));
        Assumptions.assumeTrue(whyNot.isEmpty(), whyNot.orElse(""));

        AccessLog lines = new AccessLog(Seed.forTest("RsyslogIT"));
        Path log = directory.resolve("access.log");
        append(log, lines, 0, LINES / 2);
        try (BrokerProcess broker = BrokerProcess.start(directory)) {
            broker.clients().createTopic(TOPIC, PARTITIONS);
            try (Rsyslog rsyslog = Rsyslog.start(directory, log, broker.bootstrap())) {
                awaitArrived(broker, 1);
                broker.kill();
                append(log, lines, LINES / 2, LINES);
                broker.restart();
                awaitArrived(broker, LINES);
                assertEquals(0, rsyslog.stop(), rsyslog.said());
            }
            verify(broker);
        }
    }

    private void append(Path log, AccessLog lines, int first, int end) throws IOException {
        try (OutputStream out = new BufferedOutputStream(
                Files.newOutputStream(log, StandardOpenOption.CREATE, StandardOpenOption.APPEND))) {
            for (int number = first; number < end; number++) {
                byte[] line = lines.next();
                written.add(number, line);
                out.write(line);
                out.write('\n');
            }
        }
    }

    private static void awaitArrived(BrokerProcess broker, long count) {
        try (Admin admin = broker.clients().admin()) {
            Awaitility.await("records of rsyslog")
                    .atMost(Duration.ofSeconds(60))
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> arrived(admin) >= count);
        }
    }

    private static long arrived(Admin admin) {
        Map<TopicPartition, OffsetSpec> latest = IntStream.range(0, PARTITIONS)
                .boxed()
                .collect(Collectors.toMap(p -> new TopicPartition(TOPIC, p), p -> OffsetSpec.latest()));
        return Clients.await(admin.listOffsets(latest).all()).values().stream()
                .mapToLong(ListOffsetsResultInfo::offset)
                .sum();
    }

    private void verify(BrokerProcess broker) {
        BitSet seen = new BitSet(LINES);
        long[] last = new long[PARTITIONS];
        Arrays.fill(last, -1);
        for (ConsumerRecord<String, String> record : broker.clients().readAll(TOPIC)) {
            byte[] line = record.value().getBytes(StandardCharsets.UTF_8);
            long number = AccessLog.numberOf(line);
            assertTrue(written.isLine(number, SentLines.checksum(line)), () -> "not a line of the log: " + record);
            assertTrue(last[record.partition()] < number, () -> "out of order: " + record);
            assertFalse(seen.get((int) number), () -> "for the second time: " + record);
            last[record.partition()] = number;
            seen.set((int) number);
        }
        assertEquals(LINES, seen.cardinality(), () -> "the first that is missing is " + seen.nextClearBit(0));
    }
}
