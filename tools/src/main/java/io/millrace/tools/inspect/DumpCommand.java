package io.millrace.tools.inspect;

import io.millrace.tools.terminal.Failure;
import io.millrace.tools.terminal.Terminal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace log dump}: shows what is in a log's files. */
@Command(
        name = "dump",
        description = "Shows what is in files of a log: batches and records of a .log, entries of .index, .timeindex,"
                + " .snapshot and checkpoints. Positions and groups in __consumer_offsets are shown as such.",
        footer = {
            "",
            "Examples:",
            "  millrace log dump data/access-0/00000000000000000000.log",
            "  millrace log dump data/access-0/00000000000000000000.log --records --from 15 -n 1",
            "  millrace log dump data/access-0                                    all files of a partition",
            "  millrace log dump data/access-0/leader-epoch-checkpoint -o json"
        })
final class DumpCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(paramLabel = "FILE", description = "files, or directories of partitions", arity = "1..*")
    private List<Path> paths = new ArrayList<>();

    @Option(
            names = {"-r", "--records"},
            description = "records as well as batches")
    private boolean records;

    @Option(names = "--from", paramLabel = "OFFSET", description = "leaves out what is below")
    private long from;

    @Option(
            names = {"-n", "--count"},
            paramLabel = "N",
            description = "so many batches of each file")
    private long count = Long.MAX_VALUE;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "table|json",
            description = "for people, or a line of JSON for each")
    private String output = "table";

    DumpCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException {
        if (count < 1) {
            throw Failure.usage("--count is " + count + "; it must be 1 at least");
        }
        Dump dump =
                switch (output) {
                    case "table" -> Dumps.people(terminal);
                    case "json" -> Dumps.json(terminal);
                    default ->
                        throw Failure.usage("'" + output + "' is no output format of a dump; it is table or json");
                };
        for (Path path : paths) {
            if (Files.isDirectory(path)) {
                directory(path, dump);
            } else if (!Files.exists(path)) {
                throw Failure.usage("There is no " + path);
            } else if (!file(path, dump)) {
                throw Failure.usage(path + " is no file of a log; there are .log, .index, .timeindex, .snapshot and"
                        + " checkpoints");
            }
            terminal.out().flush();
        }
        return 0;
    }

    private void directory(Path directory, Dump dump) throws IOException {
        List<Path> files;
        try (Stream<Path> inside = Files.list(directory)) {
            files = inside.filter(Files::isRegularFile).sorted().toList();
        }
        if (files.isEmpty()) {
            throw Failure.usage("There are no files in " + directory);
        }
        for (Path file : files) {
            file(file, dump);
        }
    }

    private boolean file(Path file, Dump dump) throws IOException {
        try {
            if (file.getFileName().toString().endsWith(".log")) {
                new SegmentDump(dump, records, from, count).dump(file);
                return true;
            }
            return new SmallFilesDump(dump).dump(file);
        } catch (IOException e) {
            throw Failure.of(file + " cannot be read: " + e.getMessage());
        }
    }
}
