package io.millrace.tools.stream;

import io.millrace.client.IsolationLevel;
import io.millrace.client.admin.TopicDescription;
import io.millrace.client.consumer.Consumer;
import io.millrace.client.consumer.ConsumerConfig;
import io.millrace.client.consumer.GroupConfig;
import io.millrace.client.consumer.OffsetReset;
import io.millrace.protocol.TopicPartition;
import io.millrace.tools.connect.Clients;
import io.millrace.tools.connect.Cluster;
import io.millrace.tools.connect.ClusterOptions;
import io.millrace.tools.terminal.Failure;
import io.millrace.tools.terminal.Interruption;
import io.millrace.tools.terminal.Moment;
import io.millrace.tools.terminal.Progress;
import io.millrace.tools.terminal.Terminal;
import io.millrace.tools.terminal.Units;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.function.LongConsumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace consume}: prints the records of a topic. */
@Command(
        name = "consume",
        sortOptions = false,
        description = "Prints the records of a topic, and goes on with those that come.",
        footer = {
            "",
            "Places (--from, --to): " + Moment.FORMS + ".",
            "",
            "Examples:",
            "  millrace consume access                                  all values, then those that come",
            "  millrace consume access -e                               what is there now",
            "  millrace consume access --from -5 -e                     the last five of each partition",
            "  millrace consume access --from '2h ago' --to '1h ago'    an hour of them",
            "  millrace consume access -e -f '%%t-%%p@%%o %%I %%k: %%s\\n'     as text of your own",
            "  millrace consume access -e --json                        as JSON, a line each",
            "  millrace consume access -g readers -n 100                100 records as a group, then commits",
            "  millrace consume access -e --frames | millrace produce copy --frames    a copy, byte for byte"
        })
public final class ConsumeCommand implements Callable<Integer> {
    /** A full pipe may stall the reading for as long as it likes, without the group taking the partitions away. */
    private static final Duration AS_LONG_AS_IT_TAKES = Duration.ofDays(24);

    private static final int RECORDS_PER_POLL = 10_000;
    private static final Duration LEAVE = Duration.ofSeconds(5);

    private final Terminal terminal;

    @Parameters(paramLabel = "TOPIC", description = "what to read")
    private String topic = "";

    @Option(
            names = "--from",
            paramLabel = "PLACE",
            description = "where to begin; default earliest, or where the group is")
    private String from = "";

    @Option(names = "--to", paramLabel = "PLACE", description = "where to end; default never")
    private String to = "";

    @Option(
            names = {"-e", "--exit"},
            description = "ends at the end, as --to latest")
    private boolean exit;

    @Option(
            names = {"-n", "--count"},
            paramLabel = "N",
            description = "ends after so many records")
    private long count = Long.MAX_VALUE;

    @Option(names = "--idle", paramLabel = "TIME", description = "ends when no record came for so long, such as 5s")
    private String idle = "";

    @Option(
            names = {"-p", "--partition"},
            paramLabel = "N",
            split = ",",
            description = "these partitions alone")
    private List<Integer> partitions = new ArrayList<>();

    @Option(
            names = {"-g", "--group"},
            paramLabel = "GROUP",
            description = "shares the partitions with the group's other members, and commits what was printed")
    private String group = "";

    @Option(names = "--read-committed", description = "leaves out records of transactions that were not committed")
    private boolean readCommitted;

    @Option(
            names = "--count-aloud",
            hidden = true,
            description = "for kafka-console-consumer: says how many at the end")
    private boolean countsAloud;

    @Mixin
    private PrintOptions print;

    @Mixin
    private ClusterOptions clusters;

    ConsumeCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException {
        if (count < 0) {
            throw Failure.usage("--count is " + count + "; it must be 0 at least");
        }
        Duration quiet = idle();
        RecordFormat format = print.recordFormat();
        ZonedDateTime now = ZonedDateTime.now(ZoneId.systemDefault());
        Optional<Moment> begin = from.isEmpty() ? Optional.empty() : Optional.of(moment("--from", from, now));
        Optional<Moment> end = to.isEmpty() ? Optional.empty() : Optional.of(moment("--to", to, now));
        if (exit) {
            end = Optional.of(end.orElse(new Moment.Latest()));
        }
        if (!group.isEmpty() && !partitions.isEmpty()) {
            throw Failure.usage("--partition and --group exclude each other: the group says who reads what");
        }
        ConsumerConfig config = Clients.consumer(clusters, builder -> wishes(builder, begin));
        try (Cluster cluster = clusters.open(config.client())) {
            Stretch stretch = Stretch.of(
                    cluster,
                    chosen(cluster),
                    group.isEmpty() ? begin.orElse(new Moment.Earliest()) : new Moment.Earliest(),
                    end,
                    config.isolationLevel());
            return consume(config, format, stretch, quiet);
        }
    }

    static Moment moment(String option, String text, ZonedDateTime now) {
        try {
            return Moment.parse(text, now);
        } catch (IllegalArgumentException e) {
            throw Failure.usage(option + ": " + e.getMessage());
        }
    }

    private ConsumerConfig.Builder wishes(ConsumerConfig.Builder builder, Optional<Moment> begin) {
        builder.maxPollRecords(RECORDS_PER_POLL)
                .createsTopics(false)
                .isolationLevel(readCommitted ? IsolationLevel.READ_COMMITTED : IsolationLevel.READ_UNCOMMITTED)
                .offsetReset(OffsetReset.EARLIEST);
        if (!group.isEmpty()) {
            GroupConfig usual = GroupConfig.of(group);
            builder.group(usual.withAutoCommit(false, usual.autoCommitInterval())
                            .withTimes(usual.sessionTimeout(), usual.heartbeatInterval(), AS_LONG_AS_IT_TAKES))
                    .offsetReset(begin.map(ConsumeCommand::reset).orElse(OffsetReset.EARLIEST));
        }
        return builder;
    }

    /** With a group: where to begin in partitions that it has no position of. */
    private static OffsetReset reset(Moment begin) {
        if (begin instanceof Moment.At at) {
            Duration age = Duration.between(at.time(), Instant.now());
            return OffsetReset.byDuration(age.isNegative() ? Duration.ZERO : age);
        }
        if (begin instanceof Moment.Earliest || begin instanceof Moment.Latest) {
            return begin instanceof Moment.Earliest ? OffsetReset.EARLIEST : OffsetReset.LATEST;
        }
        throw Failure.usage(
                "With a group --from says where to begin if the group has no position: earliest, latest or a"
                        + " time; 'millrace group seek' moves one that it has");
    }

    private Set<TopicPartition> chosen(Cluster cluster) {
        TopicDescription described = cluster.describe(List.of(topic)).get(0);
        Set<Integer> wanted = new TreeSet<>(partitions);
        int there = described.partitions().size();
        for (int partition : wanted) {
            if (partition < 0 || partition >= there) {
                throw Failure.usage("Topic '" + topic + "' has no partition " + partition + "; it has " + there
                        + ", 0 to " + (there - 1));
            }
        }
        Set<TopicPartition> all = new LinkedHashSet<>();
        described.partitions().stream()
                .map(TopicDescription.Partition::number)
                .filter(number -> wanted.isEmpty() || wanted.contains(number))
                .forEach(number -> all.add(new TopicPartition(topic, number)));
        return all;
    }

    private Duration idle() {
        try {
            Duration wanted = idle.isEmpty() ? Reading.FOR_EVER : Units.parseDuration(idle);
            return wanted.compareTo(Reading.FOR_EVER) < 0 ? wanted : Reading.FOR_EVER;
        } catch (IllegalArgumentException e) {
            throw Failure.usage("--idle: " + e.getMessage());
        }
    }

    private int consume(ConsumerConfig config, RecordFormat format, Stretch stretch, Duration quiet)
            throws IOException {
        try (Consumer consumer = Consumer.open(config);
                Interruption interruption = Interruption.watch(consumer::wakeup, Duration.ofSeconds(30));
                Progress progress = Progress.ofCount(terminal, "Read", 0, "records")) {
            Reading reading = new Reading(consumer, format, print.sink(), stretch.ends(), quiet);
            if (group.isEmpty()) {
                consumer.assign(stretch.starts().keySet());
                stretch.starts().forEach(consumer::seek);
            } else {
                consumer.subscribe(List.of(topic), reading.committing(this::warn));
            }
            LongConsumer told = Stdio.isOutToFile(terminal) ? progress::to : printed -> {};
            try {
                reading.run(count, interruption::isRequested, told);
            } catch (ClosedPipeException e) {
                return 0;
            } finally {
                consumer.close(LEAVE);
            }
            if (countsAloud) {
                terminal.err().println("Processed a total of " + reading.printed() + " messages");
            }
            return 0;
        }
    }

    private void warn(String line) {
        terminal.err().println(terminal.errStyle().warning("millrace:") + " " + line);
    }
}
