package io.millrace.tools.load;

import io.millrace.client.consumer.ConsumerConfig;
import io.millrace.client.producer.ProducerConfig;
import io.millrace.tools.connect.Clients;
import io.millrace.tools.connect.Cluster;
import io.millrace.tools.connect.ClusterOptions;
import io.millrace.tools.terminal.Failure;
import io.millrace.tools.terminal.Terminal;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code millrace perf fleet}: very many producers at once, and consumers that read what they send. */
@Command(
        name = "fleet",
        sortOptions = false,
        description = "Many producers that share a rate, as the servers of a site do, and consumers that read it all.",
        footer = {
            "",
            "Examples:",
            "  millrace perf fleet load --create 12 --producers 635 --consumers 4 --rate 20000 -s 217",
            "  millrace perf fleet load --producers 1000 --consumers 0 --rate 1000 -d 5s    acknowledgements alone",
            "  millrace perf fleet load --producers 100 --rate 5000 -d 3s -o json"
        })
public final class FleetPerf implements Callable<Integer> {
    /** What a fleet's producer keeps of records that are under way; there are many of them. */
    private static final long BUFFER = 4 << 20;

    private final Terminal terminal;

    @Mixin
    private LoadOptions load;

    @Option(names = "--producers", paramLabel = "N", description = "how many producers; default 100")
    private int producers = 100;

    @Option(
            names = "--consumers",
            paramLabel = "N",
            description = "how many consumers, which share the partitions; default 1")
    private int consumers = 1;

    @Option(
            names = {"-r", "--rate"},
            paramLabel = "N",
            description = "records a second of all together; default 10000")
    private double rate = 10_000;

    @Option(names = "--linger", paramLabel = "TIME", description = "how long a producer waits for more; default 100ms")
    private String linger = "100ms";

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

    @Option(names = "--warm-up", paramLabel = "TIME", description = "what does not count, at the beginning; default 2s")
    private String warmUp = "2s";

    @Mixin
    private PerfReport report;

    @Mixin
    private ClusterOptions clusters;

    FleetPerf(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException {
        if (rate <= 0 || producers < 1 || consumers < 0) {
            throw Failure.usage("--rate must be above 0, --producers 1 at least, and --consumers not below 0");
        }
        Duration lingers = FleetRun.time("--linger", linger);
        ProducerConfig producer = Clients.producer(clusters, builder -> builder.linger(lingers)
                .bufferMemory(Math.max(BUFFER, 4L * load.size()))
                .compression(ProducePerf.codec(compression))
                .acks(ProducePerf.acks(acks))
                .maxRequestSize(Math.max(1 << 20, load.size() + 1024)));
        ConsumerConfig consumer = Clients.consumer(clusters, builder -> builder.createsTopics(false));
        int partitions;
        try (Cluster cluster = clusters.open(producer.client())) {
            partitions = load.partitions(cluster);
        }
        return new FleetRun(terminal, report, load, "millrace perf fleet " + load.topic())
                .run(producer, producers, consumer, consumers, partitions, rate, FleetRun.time("--warm-up", warmUp));
    }
}
