package io.millrace.tools.load;

import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Model.CommandSpec;

/** What Kafka's own performance tools print in the end, for those who take it apart. */
final class KafkaLines {
    private static final double MEGABYTE = 1024 * 1024;
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss:SSS").withZone(ZoneId.systemDefault());

    /** Whose lines. */
    enum As {
        OURS,
        KAFKA_PRODUCER,
        KAFKA_CONSUMER,
        KAFKA_CONSUMER_BARE
    }

    private KafkaLines() {}

    static List<String> of(As as, Meter meter, Distribution latencies, double seconds) {
        double megabytes = meter.bytes() / MEGABYTE;
        if (as == As.KAFKA_PRODUCER) {
            return List.of(String.format(
                    Locale.ROOT,
                    "%d records sent, %.1f records/sec (%.2f MB/sec), %.2f ms avg latency, %.2f ms max latency,"
                            + " %d ms 50th, %d ms 95th, %d ms 99th, %d ms 99.9th.",
                    meter.records(),
                    meter.records() / seconds,
                    megabytes / seconds,
                    latencies.meanMs(),
                    latencies.maxMs(),
                    Math.round(latencies.percentileMs(50)),
                    Math.round(latencies.percentileMs(95)),
                    Math.round(latencies.percentileMs(99)),
                    Math.round(latencies.percentileMs(99.9))));
        }
        Instant end = Instant.now();
        long ms = Math.max(1, Math.round(seconds * 1000));
        String line = String.format(
                Locale.ROOT,
                "%s, %s, %.4f, %.4f, %d, %.4f, 0, %d, %.4f, %.4f",
                TIME.format(end.minusMillis(ms)),
                TIME.format(end),
                megabytes,
                megabytes / seconds,
                meter.records(),
                meter.records() / seconds,
                ms,
                megabytes / seconds,
                meter.records() / seconds);
        return as == As.KAFKA_CONSUMER_BARE
                ? List.of(line)
                : List.of(
                        "start.time, end.time, data.consumed.in.MB, MB.sec, data.consumed.in.nMsg, nMsg.sec,"
                                + " rebalance.time.ms, fetch.time.ms, fetch.MB.sec, fetch.nMsg.sec",
                        line);
    }

    /** What a script of Kafka's is asked for and is not to be had here, without harm. */
    static void passedOver(CommandSpec spec, String options, String instead) {
        spec.commandLine().getErr().println("millrace: passes over " + options + "; " + instead);
    }
}
