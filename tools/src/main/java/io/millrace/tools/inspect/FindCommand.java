package io.millrace.tools.inspect;

import io.millrace.tools.terminal.Failure;
import io.millrace.tools.terminal.Moment;
import io.millrace.tools.terminal.Output;
import io.millrace.tools.terminal.Printable;
import io.millrace.tools.terminal.Table;
import io.millrace.tools.terminal.Terminal;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace log find}: the first record from a time on, in files. */
@Command(
        name = "find",
        description =
                "Finds the first record from a time on, or with an offset, and the file and position where it lies.",
        footer = {
            "",
            "Examples:",
            "  millrace log find data --time '2h ago'",
            "  millrace log find data/access-0 --time 2026-11-26T14:30",
            "  millrace log find data/access-0 --offset 15"
        })
final class FindCommand implements Callable<Integer> {
    private static final Table<LogSearch.Found> FOUND = Table.<LogSearch.Found>of()
            .text("partition", LogSearch.Found::partition)
            .number("offset", LogSearch.Found::offset)
            .text("time", found -> found.timestamp() < 0 ? "-" : Instant.ofEpochMilli(found.timestamp()))
            .data("timestamp", LogSearch.Found::timestamp)
            .text("file", LogSearch.Found::file)
            .number("position", LogSearch.Found::position);

    private final Terminal terminal;

    @Parameters(
            paramLabel = "PATH",
            description = "a data directory, partitions' directories or segments",
            arity = "1..*")
    private List<Path> paths = new ArrayList<>();

    @Option(names = "--time", paramLabel = "TIME", description = "such as 2026-11-26T14:30, '2h ago', @1700000000")
    private String time = "";

    @Option(names = "--offset", paramLabel = "OFFSET", description = "the record with it, or the next that is there")
    private long offset = -1;

    @Mixin
    private Output output;

    FindCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException {
        if (time.isEmpty() == offset < 0) {
            throw Failure.usage("Give either --time or --offset");
        }
        LogSearch search = offset >= 0 ? LogSearch.forOffset(offset) : LogSearch.forTime(timestamp());
        List<LogSearch.Found> found = new ArrayList<>();
        for (Path path : paths) {
            for (LogFiles partition : LogFiles.under(path)) {
                search.in(partition).ifPresent(found::add);
            }
        }
        search.unreadable().forEach(line -> terminal.err()
                .println(terminal.errStyle().warning("millrace:") + " Passed over " + Printable.of(line)));
        output.rows(FOUND, found, "There is no such record");
        return found.isEmpty() ? 1 : 0;
    }

    private long timestamp() {
        try {
            if (Moment.parse(time, ZonedDateTime.now(ZoneId.systemDefault())) instanceof Moment.At at) {
                return at.time().toEpochMilli();
            }
        } catch (IllegalArgumentException e) {
            throw Failure.usage("--time: " + e.getMessage());
        }
        throw Failure.usage("'" + time + "' is no time; write such as 2026-11-26T14:30, '2h ago' or @1700000000");
    }
}
