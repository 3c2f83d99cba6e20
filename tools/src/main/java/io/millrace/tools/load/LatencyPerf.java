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

/** {@code millrace perf latency}: from a record being due to its having been received. */
@Command(
        name = "latency",
        sortOptions = false,
        description =
                "Sends records at a rate and receives them again; says how long that takes, from when each was due.",
        footer = {
            "",
            "Examples:",
            "  millrace perf latency load --create 6                        1,000 records a second for ten seconds",
            "  millrace perf latency load --rate 10000 -s 100 -d 5s",
            "  millrace perf latency load -d 3s --svg latency.svg -o json"
        })
public final class LatencyPerf implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private LoadOptions load;

    @Option(
            names = {"-r", "--rate"},
            paramLabel = "N",
            description = "records a second; default 1000")
    private double rate = 1000;

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

    LatencyPerf(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException {
        if (rate <= 0) {
            throw Failure.usage("--rate is " + rate + "; it must be above 0");
        }
        ProducerConfig producer = Clients.producer(clusters, builder -> builder.linger(Duration.ZERO)
                .acks(ProducePerf.acks(acks))
                .maxRequestSize(Math.max(1 << 20, load.size() + 1024)));
        ConsumerConfig consumer = Clients.consumer(clusters, builder -> builder.createsTopics(false));
        int partitions;
        try (Cluster cluster = clusters.open(producer.client())) {
            partitions = load.partitions(cluster);
        }
        return new FleetRun(terminal, report, load, "millrace perf latency " + load.topic())
                .run(producer, 1, consumer, 1, partitions, rate, FleetRun.time("--warm-up", warmUp));
    }
}
