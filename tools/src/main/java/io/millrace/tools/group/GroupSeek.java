package io.millrace.tools.group;

import io.millrace.client.admin.CommittedOffset;
import io.millrace.client.admin.GroupDescription;
import io.millrace.protocol.TopicPartition;
import io.millrace.tools.connect.Cluster;
import io.millrace.tools.connect.ClusterOptions;
import io.millrace.tools.terminal.Failure;
import io.millrace.tools.terminal.Interruption;
import io.millrace.tools.terminal.Output;
import io.millrace.tools.terminal.Table;
import io.millrace.tools.terminal.Terminal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace group seek}: a plan first; what it says happens with --execute. */
@Command(
        name = "seek",
        description =
                "Moves the positions of a group that nobody reads with. Shows the plan; --execute carries it out.",
        footer = {
            "",
            "Times: 2026-11-26T15:00:00Z, 2026-11-26, milliseconds since 1970, or -2h for two hours ago.",
            "",
            "Examples:",
            "  millrace group seek billing --to-earliest",
            "  millrace group seek billing --topic orders --to-time=-2h --execute",
            "  millrace group seek billing --topic orders:0,1 --shift=-100 --save before.csv --execute",
            "  millrace group seek billing --file before.csv --execute",
            "  millrace group seek billing --to-latest --dry-run -o json"
        })
final class GroupSeek implements Callable<Integer> {
    private static final Table<SeekTarget.Move> PLAN = Table.<SeekTarget.Move>of()
            .text("topic", move -> move.partition().topic())
            .number("partition", move -> move.partition().partition())
            .number("position", SeekTarget.Move::from)
            .number("newPosition", SeekTarget.Move::to)
            .number("end", SeekTarget.Move::end)
            .number("newLag", SeekTarget.Move::lag);

    /** Who breaks it off while positions move wants to know whether they have. */
    private static final Duration UNTIL_IT_IS_KNOWN = Duration.ofSeconds(20);

    private final Terminal terminal;

    @Parameters(paramLabel = "GROUP")
    private String name = "";

    @Option(
            names = "--topic",
            paramLabel = "TOPIC[:P,...]",
            description =
                    "of this topic, or these partitions of it; may be repeated; default all that the group has read")
    private List<String> topics = new ArrayList<>();

    @ArgGroup(multiplicity = "1")
    private Where where = new Where();

    @Option(names = "--execute", description = "do it")
    private boolean execute;

    @Option(names = "--dry-run", description = "only show the plan, as without --execute")
    private boolean dryRun;

    @Option(names = "--save", paramLabel = "FILE", description = "write the positions of now there, for --file")
    private Path save;

    @Mixin
    private ClusterOptions clusters;

    @Mixin
    private Output output;

    /** One of many ways to say it. */
    private static final class Where {
        @Option(names = "--to-earliest", description = "to the first record that there is")
        private boolean earliest;

        @Option(names = "--to-latest", description = "to the end")
        private boolean latest;

        @Option(names = "--to-time", paramLabel = "TIME", description = "to the first record at that time or later")
        private String time;

        @Option(names = "--to-offset", paramLabel = "N", description = "to an offset")
        private Long offset;

        @Option(names = "--shift", paramLabel = "N", description = "on by N records; back by N with -N")
        private Long shift;

        @Option(names = "--file", paramLabel = "FILE", description = "to offsets of a file: topic,partition,offset")
        private Path file;

        /** Empty if a file says it. */
        Optional<SeekTarget> target() {
            return file == null ? Optional.of(place()) : Optional.empty();
        }

        private SeekTarget place() {
            if (earliest) {
                return new SeekTarget.Earliest();
            }
            if (latest) {
                return new SeekTarget.Latest();
            }
            if (time != null) {
                try {
                    return new SeekTarget.Time(Times.parse(time, Instant.now(), ZoneId.systemDefault())
                            .toEpochMilli());
                } catch (IllegalArgumentException e) {
                    throw Failure.usage(e.getMessage());
                }
            }
            return shift == null ? new SeekTarget.Offset(offset) : new SeekTarget.Shift(shift);
        }
    }

    GroupSeek(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        Optional<SeekTarget> target = where.target();
        try (Cluster cluster = clusters.open()) {
            Optional<GroupDescription> group = Groups.find(cluster, name);
            if (group.isEmpty() && topics.isEmpty() && where.file == null) {
                throw Groups.unknown(cluster, name);
            }
            group.ifPresent(Groups::refuseActive);
            SeekPlan plan = SeekPlan.of(cluster, name, topics);
            List<SeekTarget.Move> moves = target.isPresent()
                    ? plan.moves(target.get())
                    : plan.moves(SeekFile.parse(where.file.toString(), read(where.file)));
            output.rows(PLAN, moves, "Group '" + name + "' has no positions; name a topic with --topic");
            if (save != null) {
                write(save, plan.positions());
            }
            if (!execute || dryRun || moves.isEmpty()) {
                say(moves.isEmpty() ? "" : "Nothing was changed; --execute does it");
                return 0;
            }
            Map<TopicPartition, CommittedOffset> wanted = new LinkedHashMap<>();
            moves.forEach(move -> wanted.put(move.partition(), CommittedOffset.of(move.to())));
            try (Interruption interruption = Interruption.watch(() -> {}, UNTIL_IT_IS_KNOWN)) {
                cluster.getAll(cluster.admin().alterGroupOffsets(name, wanted));
                String late = interruption.isRequested() ? "; too late to interrupt" : "";
                say("Moved " + moves.size() + (moves.size() == 1 ? " position" : " positions") + late);
            }
            return 0;
        }
    }

    private void say(String line) {
        if (output.isForPeople() && !line.isEmpty()) {
            terminal.err().println(line);
        }
    }

    private static List<String> read(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw Failure.usage("Cannot read positions from " + file + ": "
                    + (Files.exists(file) ? e.getMessage() : "there is no such file"));
        }
    }

    private static void write(Path file, Map<TopicPartition, Long> positions) {
        try {
            Files.write(file, SeekFile.lines(positions));
        } catch (IOException e) {
            throw Failure.of("Cannot save positions to " + file + ": " + e.getMessage());
        }
    }
}
