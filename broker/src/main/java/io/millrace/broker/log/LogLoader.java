package io.millrace.broker.log;

import io.millrace.protocol.TopicPartition;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens everything in the log directories at the start, several partitions of each at a time. */
final class LogLoader {
    private static final Logger LOG = LoggerFactory.getLogger(LogLoader.class);

    /**
     * @param moves what moves between directories have left
     * @param clean whether all directories had been closed in order
     * @param unsettled whether one had not, now or before, and it is not settled what that may have cost
     */
    record Loaded(Map<TopicPartition, Log> logs, UnfinishedMoves moves, boolean clean, boolean unsettled) {}

    /** A directory with what is to be opened in it. */
    private record Work(LogDirectory directory, Offsets offsets, Queue<Path> partitions) {}

    private record Offsets(
            boolean clean,
            Map<TopicPartition, Long> recoveryPoints,
            Map<TopicPartition, Long> highWatermarks,
            Map<TopicPartition, Long> starts,
            Map<TopicPartition, Long> cleaned) {}

    private final List<LogDirectory> directories;
    private final LogsConfig config;
    private final Clock clock;
    private final ScheduledExecutorService background;
    private final Map<TopicPartition, Log> logs = new ConcurrentHashMap<>();
    private final UnfinishedMoves moves = new UnfinishedMoves();
    private final AtomicBoolean anyCut = new AtomicBoolean();

    LogLoader(List<LogDirectory> directories, LogsConfig config, Clock clock, ScheduledExecutorService background) {
        this.directories = directories;
        this.config = config;
        this.clock = clock;
        this.background = background;
    }

    Loaded load() {
        List<Runnable> workers = new ArrayList<>();
        boolean allClean = true;
        boolean anyUnsettled = false;
        for (LogDirectory directory : directories) {
            Optional<Work> work = prepare(directory);
            allClean &= work.map(known -> known.offsets().clean()).orElse(false);
            anyUnsettled |= work.isEmpty() || directory.isUnsettled();
            work.ifPresent(known -> {
                int threads =
                        Math.min(config.recoveryThreads(), known.partitions().size());
                for (int i = 0; i < threads; i++) {
                    workers.add(() -> openAll(known));
                }
            });
        }
        Parallel.run("log-open", workers);
        return new Loaded(logs, moves, allClean && !anyCut.get(), anyUnsettled || anyCut.get());
    }

    private Optional<Work> prepare(LogDirectory directory) {
        try {
            Queue<Path> live = sort(directory);
            Offsets offsets = offsets(directory);
            if (!offsets.clean()) {
                directory.unsettled();
            }
            if (!offsets.clean() && !live.isEmpty()) {
                LOG.info(
                        "{}: the last stop was not clean, reading {} partitions from their recovery points on",
                        directory,
                        live.size());
            }
            return Optional.of(new Work(directory, offsets, live));
        } catch (IOException e) {
            directory.takeOffline("open", e);
            return Optional.empty();
        }
    }

    private static Offsets offsets(LogDirectory directory) throws IOException {
        DirectoryCheckpoints checkpoints = directory.checkpoints();
        return new Offsets(
                directory.takeCleanMark(),
                checkpoints.read(OffsetCheckpoint.RECOVERY_POINT),
                checkpoints.read(OffsetCheckpoint.HIGH_WATERMARK),
                checkpoints.read(OffsetCheckpoint.LOG_START),
                checkpoints.read(OffsetCheckpoint.CLEANED));
    }

    /** The partitions' directories that are to be opened; others go or stay, as their names say. */
    private Queue<Path> sort(LogDirectory directory) throws IOException {
        Queue<Path> live = new ConcurrentLinkedQueue<>();
        Disposal disposal = new Disposal(background, () -> true);
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory.path())) {
            for (Path entry : entries) {
                String name = entry.getFileName().toString();
                PartitionDirectory.parse(name)
                        .filter(parsed -> Files.isDirectory(entry))
                        .ifPresent(parsed -> {
                            switch (parsed.fate()) {
                                case LIVE -> live.add(entry);
                                case DELETE -> disposal.removeDirectory(entry, 0);
                                case FUTURE -> moves.found(new FutureDirectory(directory, entry, parsed.partition()));
                                case STRAY -> LOG.warn("{} is not in use and is kept", entry);
                            }
                        });
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return live;
    }

    private void openAll(Work work) {
        Recovery recovery = new Recovery(clock);
        for (Path path = work.partitions().poll();
                path != null;
                path = work.partitions().poll()) {
            try {
                open(path, work, recovery);
            } catch (IOException e) {
                work.directory().takeOffline("open " + path.getFileName(), e);
            }
        }
    }

    private void open(Path path, Work work, Recovery recovery) throws IOException {
        TopicPartition partition = PartitionDirectory.parse(path.getFileName().toString())
                .orElseThrow()
                .partition();
        Offsets offsets = work.offsets();
        Optional<MovedMark> mark = MovedMark.in(path);
        long markedStart = mark.map(MovedMark::startOffset).orElse(0L);
        long markedWatermark = mark.map(MovedMark::highWatermark).orElse(0L);
        Recovery.Known known = known(partition, offsets, markedStart);
        Recovery.Recovered recovered = recovery.open(partition, path, config.defaults(), known);
        if (known.clean() && recovered.endOffset() < known.recoveryPoint()) {
            LOG.warn(
                    "{}: ends at {}, and was closed in order at {} or later: taken for an unclean stop",
                    partition,
                    recovered.endOffset(),
                    known.recoveryPoint());
            work.directory().unsettled();
            anyCut.set(true);
        }
        Log log = new Log(
                partition,
                PartitionDirectory.topicId(path),
                path,
                config.defaults(),
                new LogParts.Surroundings(work.directory(), clock, background),
                recovered,
                Math.max(markedWatermark, offsets.highWatermarks().getOrDefault(partition, 0L)));
        log.compaction().cleanedUpTo(offsets.cleaned().getOrDefault(partition, 0L), Long.MAX_VALUE);
        add(log);
        if (mark.isPresent()) {
            moves.foundMarked(log);
        }
    }

    private void add(Log log) throws IOException {
        log.directoryOnDisk().partitionAdded();
        Log other = logs.putIfAbsent(log.topicPartition(), log);
        if (other != null) {
            Log chosen = UnfinishedMoves.choose(log, other);
            logs.put(log.topicPartition(), chosen);
            (chosen == log ? other : log).directoryOnDisk().partitionRemoved();
        }
    }

    /** What the checkpoints say, unless they cannot be true: a log that was closed in order does not end below its start. */
    private static Recovery.Known known(TopicPartition partition, Offsets offsets, long markedStart) {
        long recoveryPoint = offsets.recoveryPoints().getOrDefault(partition, 0L);
        long start = offsets.starts().getOrDefault(partition, 0L);
        if (offsets.clean() && start > recoveryPoint) {
            LOG.warn("{}: was closed in order at {}, its noted start {} is wrong", partition, recoveryPoint, start);
            start = 0;
        }
        return new Recovery.Known(offsets.clean(), recoveryPoint, Math.max(markedStart, start));
    }
}
