package io.millrace.tools.load;

import io.millrace.client.consumer.Consumer;
import io.millrace.client.consumer.ConsumerConfig;
import io.millrace.client.consumer.ConsumerRecord;
import io.millrace.client.consumer.Position;
import io.millrace.protocol.TopicPartition;
import io.millrace.tools.connect.Clients;
import io.millrace.tools.connect.Cluster;
import io.millrace.tools.connect.ClusterOptions;
import io.millrace.tools.terminal.Interruption;
import io.millrace.tools.terminal.Terminal;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code millrace perf consume}: how fast a topic is read. */
@Command(
        name = "consume",
        sortOptions = false,
        description = "Reads a topic from its beginning, and says how fast, and how long requests for records take.",
        footer = {
            "",
            "Examples:",
            "  millrace perf consume load              all that is there",
            "  millrace perf consume load -n 100000    so many records",
            "  millrace perf consume load -d 5s -o json"
        })
public final class ConsumePerf implements Callable<Integer> {
    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration NOTHING_MORE = Duration.ofSeconds(1);
    private static final int RECORDS_PER_POLL = 10_000;

    private final Terminal terminal;

    @Mixin
    private LoadOptions load;

    @Option(names = "--wait", description = "waits for records that are not there yet, instead of ending")
    private boolean waits;

    @Mixin
    private PerfReport report;

    @Mixin
    private ClusterOptions clusters;

    ConsumePerf(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException {
        ConsumerConfig config = Clients.consumer(
                clusters, builder -> builder.createsTopics(false).maxPollRecords(RECORDS_PER_POLL));
        List<TopicPartition> partitions;
        try (Cluster cluster = clusters.open(config.client())) {
            partitions = IntStream.range(0, load.partitions(cluster))
                    .mapToObj(number -> new TopicPartition(load.topic(), number))
                    .toList();
        }
        Meter meter = new Meter();
        long startNs = System.nanoTime();
        try (Consumer consumer = Consumer.open(config);
                Interruption interruption = Interruption.watch(consumer::wakeup, Duration.ofSeconds(10))) {
            consumer.onFetchLatency(meter::latency);
            consumer.assign(partitions);
            partitions.forEach(partition -> consumer.seek(partition, Position.earliest()));
            long lastNs;
            Watch watch = Watch.start(terminal, meter);
            try {
                lastNs = read(consumer, meter, startNs, interruption);
            } finally {
                watch.end();
            }
            Map<String, Object> more = new LinkedHashMap<>();
            more.put("topic", load.topic());
            more.put("partitions", partitions.size());
            report.tell(
                    "millrace perf consume " + load.topic(),
                    "of requests for records",
                    more,
                    meter,
                    Math.max(1, lastNs - startNs) / 1e9);
        }
        return 0;
    }

    /** Reads until the end, and says when the last record came. */
    private long read(Consumer consumer, Meter meter, long startNs, Interruption interruption) {
        long endNs = startNs + (waits || load.isTimed() ? load.duration() : Duration.ofDays(365)).toNanos();
        long lastNs = startNs;
        long now = startNs;
        while (meter.records() < load.count() && !interruption.isRequested() && now - endNs < 0) {
            List<ConsumerRecord> records = consumer.poll(POLL);
            now = System.nanoTime();
            long bytes = 0;
            for (ConsumerRecord record : records) {
                bytes += record.keySize() + record.valueSize();
            }
            if (!records.isEmpty()) {
                meter.add(records.size(), bytes);
                lastNs = now;
            } else if (!waits && now - lastNs > NOTHING_MORE.toNanos()) {
                return lastNs;
            }
        }
        return lastNs;
    }
}
