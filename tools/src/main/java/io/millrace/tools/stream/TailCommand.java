package io.millrace.tools.stream;

import io.millrace.client.admin.TopicDescription;
import io.millrace.client.consumer.Consumer;
import io.millrace.client.consumer.ConsumerConfig;
import io.millrace.client.consumer.Position;
import io.millrace.protocol.TopicPartition;
import io.millrace.tools.connect.Clients;
import io.millrace.tools.connect.Cluster;
import io.millrace.tools.connect.ClusterOptions;
import io.millrace.tools.terminal.Failure;
import io.millrace.tools.terminal.Interruption;
import io.millrace.tools.terminal.Moment;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace topic tail}: the newest records of a topic, and those that come. */
@Command(
        name = "tail",
        sortOptions = false,
        description =
                "Prints the newest records of a topic, of all partitions in the order of their times, then those that"
                        + " come.",
        footer = {
            "",
            "Examples:",
            "  millrace topic tail access                     the last ten, then those that come",
            "  millrace topic tail access -n 100 --no-follow",
            "  millrace topic tail access -n 1 --no-follow --json"
        })
public final class TailCommand implements Callable<Integer> {
    private static final int MOST_KEPT = 100_000;

    @Parameters(paramLabel = "TOPIC", description = "what to read")
    private String topic = "";

    @Option(
            names = {"-n", "--lines"},
            paramLabel = "N",
            description = "how many to begin with; default 10")
    private int lines = 10;

    @Option(names = "--no-follow", description = "ends behind the newest record")
    private boolean noFollow;

    @Mixin
    private PrintOptions print;

    @Mixin
    private ClusterOptions clusters;

    @Override
    public Integer call() throws IOException {
        if (lines < 0 || lines > MOST_KEPT) {
            throw Failure.usage("--lines is " + lines + "; it must be 0 to " + MOST_KEPT
                    + ", since they are kept in memory; consume --from takes any number");
        }
        RecordFormat format = print.recordFormat();
        ConsumerConfig config = Clients.consumer(clusters, builder -> builder.createsTopics(false));
        Stretch stretch;
        try (Cluster cluster = clusters.open(config.client())) {
            List<TopicPartition> partitions = cluster.describe(List.of(topic)).get(0).partitions().stream()
                    .map(TopicDescription.Partition::number)
                    .map(number -> new TopicPartition(topic, number))
                    .toList();
            stretch = Stretch.of(
                    cluster,
                    partitions,
                    new Moment.Last(lines),
                    Optional.of(new Moment.Latest()),
                    config.isolationLevel());
        }
        return tail(config, format, stretch);
    }

    private int tail(ConsumerConfig config, RecordFormat format, Stretch stretch) throws IOException {
        try (Consumer consumer = Consumer.open(config);
                Interruption interruption = Interruption.watch(consumer::wakeup, Duration.ofSeconds(5))) {
            consumer.assign(stretch.starts().keySet());
            stretch.starts().forEach(consumer::seek);
            ByteSink out = print.sink();
            Newest newest = new Newest(print.unguarded(), lines);
            new Reading(consumer, (record, ignored) -> newest.add(record), out, stretch.ends(), Reading.FOR_EVER)
                    .run(Long.MAX_VALUE, interruption::isRequested, printed -> {});
            for (byte[] printed : newest.take()) {
                out.put(printed);
            }
            flush(out);
            if (!noFollow && !interruption.isRequested()) {
                consumer.assign(List.of()); // what was read beyond the ends comes again
                consumer.assign(stretch.starts().keySet());
                stretch.ends()
                        .orElseThrow()
                        .forEach((partition, end) -> consumer.seek(partition, Position.offset(end)));
                new Reading(consumer, format, out, Optional.empty(), Reading.FOR_EVER)
                        .run(Long.MAX_VALUE, interruption::isRequested, printed -> {});
            }
            return 0;
        } catch (ClosedPipeException e) {
            return 0;
        }
    }

    private void flush(ByteSink out) throws IOException {
        try {
            out.flush();
        } catch (BinaryGuard.BinaryException e) {
            throw Failure.of(
                    "Some of the last " + lines + " records of '" + topic + "' are binary, which a terminal may take"
                            + " for orders; print them with --json, into a file or pipe, or with --binary all the same");
        }
    }
}
