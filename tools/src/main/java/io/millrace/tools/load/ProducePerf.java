package io.millrace.tools.load;

import io.millrace.client.MillraceException;
import io.millrace.client.producer.Acks;
import io.millrace.client.producer.Producer;
import io.millrace.client.producer.ProducerConfig;
import io.millrace.protocol.compress.Compression;
import io.millrace.tools.connect.Clients;
import io.millrace.tools.connect.Cluster;
import io.millrace.tools.connect.ClusterOptions;
import io.millrace.tools.terminal.Failure;
import io.millrace.tools.terminal.Interruption;
import io.millrace.tools.terminal.Terminal;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code millrace perf produce}: how many records brokers take, and how long each takes to be acknowledged. */
@Command(
        name = "produce",
        sortOptions = false,
        description =
                "Sends records as fast as brokers take them, or at a rate, and says how long acknowledgements take.",
        footer = {
            "",
            "At a rate, a latency counts from when its record was due: a broker that stalls is not excused the records that"
                    + " could not be sent meanwhile.",
            "",
            "Examples:",
            "  millrace perf produce load --create 6                              ten seconds, as fast as it goes",
            "  millrace perf produce load -n 1000000 -s 100 -z lz4                a million small records",
            "  millrace perf produce load --rate 5000 -d 5s --svg latency.svg     at a rate, with a picture",
            "  millrace perf produce load -d 3s -o json"
        })
public final class ProducePerf implements Callable<Integer> {
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private final Terminal terminal;

    @Mixin
    private LoadOptions load;

    @Option(
            names = {"-r", "--rate"},
            paramLabel = "N",
            description = "records a second; default as many as go")
    private double rate;

    @Option(
            names = {"-z", "--compression"},
            paramLabel = "CODEC",
            description = "none, gzip, snappy, lz4 or zstd; default none")
    private String compression = "none";

    @Option(
            names = {"-a", "--acks"},
            paramLabel = "0|1|all",
            description = "default all")
    private String acks = "all";

    @Mixin
    private PerfReport report;

    @Mixin
    private ClusterOptions clusters;

    ProducePerf(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException {
        Payloads payloads = load.payloads();
        ProducerConfig config = Clients.producer(clusters, this::wishes);
        int partitions;
        try (Cluster cluster = clusters.open(config.client())) {
            partitions = load.partitions(cluster);
        }
        Meter meter = new Meter();
        AtomicReference<MillraceException> failure = new AtomicReference<>();
        long startNs;
        double seconds;
        try (Producer producer = Producer.open(config);
                Interruption interruption = Interruption.watch(() -> {}, PATIENCE)) {
            startNs = System.nanoTime();
            Watch watch = Watch.start(terminal, meter);
            try {
                send(producer, payloads, meter, failure, interruption);
                producer.flush().toCompletableFuture().join();
            } finally {
                watch.end();
            }
            seconds = (System.nanoTime() - startNs) / 1e9;
            Map<String, Object> more = new LinkedHashMap<>();
            more.put("topic", load.topic());
            more.put("partitions", partitions);
            more.put("recordBytes", load.size());
            String what = "millrace perf produce " + load.topic();
            report.tell(what, rate > 0 ? "from when a record was due" : "from send", more, meter, seconds);
        }
        if (failure.get() != null) {
            throw Cluster.explained(failure.get());
        }
        return 0;
    }

    private ProducerConfig.Builder wishes(ProducerConfig.Builder builder) {
        return builder.compression(codec(compression))
                .acks(acks(acks))
                .maxRequestSize(Math.max(1 << 20, load.size() + 1024));
    }

    static Compression codec(String name) {
        return Compression.named(name.toLowerCase(Locale.ROOT))
                .orElseThrow(
                        () -> Failure.usage("'" + name + "' is no codec; there are none, gzip, snappy, lz4 and zstd"));
    }

    static Acks acks(String name) {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "0" -> Acks.NONE;
            case "1" -> Acks.LEADER;
            case "all", "-1" -> Acks.ALL;
            default -> throw Failure.usage("'" + name + "' are no acks; they are 0, 1 or all");
        };
    }

    private void send(
            Producer producer,
            Payloads payloads,
            Meter meter,
            AtomicReference<MillraceException> failure,
            Interruption interruption) {
        Pace pace = new Pace(System.nanoTime(), rate);
        long endNs = pace.startNs() + load.duration().toNanos();
        int size = load.size();
        for (long i = 0; i < load.count() && failure.get() == null && !interruption.isRequested(); i++) {
            long due = pace.await(i);
            if (due - endNs >= 0) {
                return;
            }
            producer.awaitRoom(Math.max(1, size), PATIENCE);
            producer.send(load.topic(), payloads.get(i), outcome -> {
                if (outcome.isSuccess()) {
                    meter.add(size);
                    meter.latency(System.nanoTime() - due);
                } else {
                    meter.failed();
                    failure.compareAndSet(null, outcome.error().orElseThrow());
                }
            });
        }
    }
}
