package io.millrace.tools.inspect;

import io.millrace.broker.log.SegmentInspector;
import io.millrace.tools.terminal.Failure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Which files are meant: of a data directory, of one partition's, or one file.
 *
 * @param directory of the partition
 * @param segments its {@code .log} files in the order of their offsets
 */
record LogFiles(Path directory, List<Path> segments) {
    private static final Pattern PARTITION = Pattern.compile(".+-\\d+");

    /** {@code topic-3}, as the directory is called. */
    String name() {
        return directory.toAbsolutePath().normalize().getFileName().toString();
    }

    /** The offset with which the segment behind this one begins. */
    OptionalLong nextBase(int place) {
        return place + 1 < segments.size()
                ? SegmentInspector.baseOffset(segments.get(place + 1))
                : OptionalLong.empty();
    }

    /**
     * All partitions under a path.
     *
     * @throws Failure if there are none
     */
    static List<LogFiles> under(Path path) throws IOException {
        if (Files.isRegularFile(path)) {
            if (!isSegment(path)) {
                throw Failure.usage(
                        path + " is no segment; name a .log file, a partition's directory or a data directory");
            }
            LogFiles whole = of(path.toAbsolutePath().getParent());
            int place = whole.segments().indexOf(path.toAbsolutePath());
            int end = Math.min(whole.segments().size(), place + 1);
            return List.of(new LogFiles(whole.directory(), whole.segments().subList(place, end)));
        }
        if (!Files.isDirectory(path)) {
            throw Failure.usage("There is no " + path);
        }
        LogFiles own = of(path);
        if (!own.segments().isEmpty()) {
            return List.of(own);
        }
        List<LogFiles> all = new ArrayList<>();
        try (Stream<Path> inside = Files.list(path)) {
            for (Path directory : inside.filter(LogFiles::isPartition).sorted().toList()) {
                try {
                    LogFiles files = of(directory);
                    if (!files.segments().isEmpty()) {
                        all.add(files);
                    }
                } catch (NoSuchFileException e) {
                    // a running broker has just deleted the topic
                }
            }
        }
        if (all.isEmpty()) {
            throw Failure.usage(
                    path + " has no segments; name a data directory, a partition's directory or a .log file");
        }
        return all;
    }

    private static boolean isPartition(Path path) {
        return Files.isDirectory(path)
                && PARTITION.matcher(path.getFileName().toString()).matches();
    }

    private static boolean isSegment(Path path) {
        return path.getFileName().toString().endsWith(".log")
                && SegmentInspector.baseOffset(path).isPresent();
    }

    private static LogFiles of(Path directory) throws IOException {
        try (Stream<Path> inside = Files.list(directory)) {
            return new LogFiles(
                    directory,
                    inside.filter(LogFiles::isSegment)
                            .sorted(Comparator.comparingLong(
                                    file -> SegmentInspector.baseOffset(file).orElseThrow()))
                            .toList());
        }
    }
}
