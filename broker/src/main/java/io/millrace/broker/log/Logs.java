package io.millrace.broker.log;

import io.millrace.broker.metrics.Metrics;
import io.millrace.broker.quota.ReplicationThrottle;
import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.Uuid;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All logs of a broker, in its log directories: opens what is there, makes and deletes, keeps house.
 *
 * <p>A partition lies in one directory until it is told to move; a new one goes where the fewest lie. A directory that
 * fails goes offline with its logs, the others work on.
 *
 * <p>Threading: any.
 */
public final class Logs implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(Logs.class);

    /**
     * A log directory as DescribeLogDirs shows it.
     *
     * @param totalBytes of its volume; -1 if not known
     * @param usableBytes of its volume; -1 if not known
     * @param arriving logs that move here, and are still elsewhere
     */
    public record DirectoryStatus(
            Path path, boolean isOnline, long totalBytes, long usableBytes, List<Log> logs, List<Arriving> arriving) {}

    /**
     * A copy on its way into a directory.
     *
     * @param offsetLag about how many offsets it is behind
     */
    public record Arriving(TopicPartition partition, long sizeInBytes, long offsetLag) {}

    private final LogDirectories directories;
    private final LogsConfig config;
    private final Clock clock;
    private final ScheduledExecutorService background;
    private final boolean cleanStart;
    private volatile boolean unsettled;
    private final Map<TopicPartition, Log> logs;
    private final Housekeeping housekeeping;
    private final Scrubber scrubber;
    private final CompactionSchedule compactions;
    private final ReplicationThrottle moveThrottle;
    private final LogMoves moves;
    private final PreferredDirectories preferred = new PreferredDirectories();
    private final Object creation = new Object();
    private final AtomicBoolean closed = new AtomicBoolean();

    private Logs(
            LogDirectories directories,
            LogsConfig config,
            Clock clock,
            ScheduledExecutorService background,
            LogLoader.Loaded loaded) {
        this.directories = directories;
        this.config = config;
        this.clock = clock;
        this.background = background;
        this.cleanStart = loaded.clean();
        this.unsettled = loaded.unsettled() || !loaded.clean();
        this.logs = new ConcurrentHashMap<>(loaded.logs());
        DiskWatch disks = DiskWatch.ofVolumes(config.minFreeBytes());
        this.housekeeping = new Housekeeping(directories, logs.values(), config, clock, background, disks);
        this.scrubber = new Scrubber(logs.values(), config.scrub(), clock, background);
        this.compactions =
                new CompactionSchedule(directories, logs.values(), config.cleaner(), clock, disks::leavesRoom);
        this.moveThrottle = new ReplicationThrottle(config.moves(), System::nanoTime);
        this.moves = new LogMoves(moveThrottle, clock, background, MoveSteps.UNWATCHED);
        loaded.moves().settle(logs, isComplete(), moves, new Disposal(background, () -> true));
    }

    /** Whether what lies in all directories is known. */
    private boolean isComplete() {
        return directories.unusable().isEmpty() && directories.all().stream().allMatch(LogDirectory::isOnline);
    }

    /**
     * Opens all partitions that lie in the directories, after an unclean stop with recovery, with the broker's default
     * configuration: {@link Log#configure} each before {@link #startHousekeeping}.
     *
     * @param directories claimed; closed by {@link #close}, or by the caller if this throws
     * @param background runs what can wait: deletion, retention, flushes. It outlives this, and never interrupts
     * @throws UnusableDirectoryException if a partition lies in two directories, or no directory is left
     */
    public static Logs open(
            LogDirectories directories, LogsConfig config, Clock clock, ScheduledExecutorService background) {
        LogLoader loader = new LogLoader(directories.all(), config, clock, background);
        Logs opened = new Logs(directories, config, clock, background, loader.load());
        if (directories.all().stream().noneMatch(LogDirectory::isOnline)) {
            throw new UnusableDirectoryException("No log directory can be read; see the errors above");
        }
        return opened;
    }

    /** Begins with retention, compaction, checkpoints and expiry, in the background. Once. */
    public void startHousekeeping() {
        housekeeping.start();
        compactions.start();
        scrubber.start();
        moves.start();
    }

    /** Adds the numbers of logs and their directories. */
    public void addTo(Metrics metrics) {
        new LogNumbers(directories, Collections.unmodifiableCollection(logs.values())).addTo(metrics);
        compactions.addTo(metrics);
        moves.addTo(metrics);
    }

    /** What reading all segments again has come to. */
    public ScrubStatus scrubStatus() {
        return scrubber.status();
    }

    /** Whether all directories had been closed in order, and were there to tell. */
    public boolean isCleanStart() {
        return cleanStart;
    }

    /**
     * Whether records may be missing here that this broker has once acknowledged: after an unclean stop, and through any
     * number of stops in order after it, until {@link #settled}.
     */
    public boolean mayLackRecords() {
        return unsettled;
    }

    /** What an unclean stop has cost is made good, or known by all. */
    public void settled() {
        for (LogDirectory directory : directories.all()) {
            try {
                directory.settled();
            } catch (IOException e) {
                throw directory.fail("forget an unclean stop", e);
            }
        }
        unsettled = false;
    }

    public Optional<Log> get(TopicPartition partition) {
        return Optional.ofNullable(logs.get(partition));
    }

    /** All logs, at this moment. */
    public Collection<Log> all() {
        return List.copyOf(logs.values());
    }

    /**
     * The log of a partition, made if it is not there.
     *
     * @param isNew whether the partition was born just now, so that it cannot lie in a directory that was unreadable
     *     at the start
     * @throws ApiException KAFKA_STORAGE_ERROR if no directory takes it, or it may lie in one that cannot be read;
     *     INCONSISTENT_TOPIC_ID if what is there is an earlier topic's of that name
     */
    public Log getOrCreate(TopicPartition partition, Uuid topicId, LogConfig logConfig, boolean isNew) {
        Log existing = logs.get(partition);
        if (existing == null) {
            synchronized (creation) {
                existing = logs.get(partition);
                if (existing == null) {
                    return create(partition, topicId, logConfig, isNew);
                }
            }
        }
        existing.adoptTopicId(topicId);
        if (!topicId.isZero() && !existing.topicId().equals(topicId)) {
            throw new ApiException(
                    ErrorCode.INCONSISTENT_TOPIC_ID,
                    partition + " here has topic id " + existing.topicId() + ", asked for is " + topicId);
        }
        return existing;
    }

    private Log create(TopicPartition partition, Uuid topicId, LogConfig logConfig, boolean isNew) {
        if (!isNew && !isComplete()) {
            throw new ApiException(
                    ErrorCode.KAFKA_STORAGE_ERROR, partition + " may lie in a log directory that is offline");
        }
        LogDirectory directory = preferred
                .take(partition)
                .filter(LogDirectory::isOnline)
                .or(this::emptiest)
                .orElseThrow(() -> new ApiException(ErrorCode.KAFKA_STORAGE_ERROR, "All log directories are offline"));
        try {
            directory.checkpoints().forget(partition, logs.keySet());
            Path path = directory.path().resolve(partition.toString());
            Files.createDirectories(path);
            if (!topicId.isZero()) {
                PartitionDirectory.writeTopicId(path, topicId);
            }
            Log log = new Log(
                    partition,
                    topicId,
                    path,
                    logConfig,
                    new LogParts.Surroundings(directory, clock, background),
                    new Recovery(clock).open(partition, path, logConfig, Recovery.Known.NOTHING),
                    0);
            directory.partitionAdded();
            logs.put(partition, log);
            return log;
        } catch (IOException e) {
            throw directory.fail("create " + partition, e);
        }
    }

    private Optional<LogDirectory> emptiest() {
        return directories.all().stream()
                .filter(LogDirectory::isOnline)
                .min(Comparator.comparing(LogDirectory::isFull).thenComparingInt(LogDirectory::partitions));
    }

    /**
     * Has a partition move to a directory, while it serves; or stay, if it lies there. This only begins it: {@link
     * #directories} tells how far it is. It goes on after a stop.
     *
     * @throws ApiException LOG_DIR_NOT_FOUND for a directory that is none of this broker's; KAFKA_STORAGE_ERROR if that one
     *     or the partition's own is offline; REPLICA_NOT_AVAILABLE if the partition is not here: when it comes it will lie
     *     there
     */
    public void move(TopicPartition partition, Path to) {
        LogDirectory target = requireOnline(to);
        synchronized (creation) {
            Log log = logs.get(partition);
            if (log == null) {
                preferred.put(partition, target);
                throw new ApiException(
                        ErrorCode.REPLICA_NOT_AVAILABLE, partition + " is not here; it will lie in " + to);
            }
            log.requireWritable();
            moves.move(log, target, logs.keySet());
        }
    }

    private LogDirectory requireOnline(Path path) {
        if (directories.unusable().contains(path)) {
            throw new ApiException(ErrorCode.KAFKA_STORAGE_ERROR, "Log directory " + path + " cannot be used");
        }
        LogDirectory directory = directories.all().stream()
                .filter(each -> each.path().equals(path))
                .findFirst()
                .orElseThrow(() ->
                        new ApiException(ErrorCode.LOG_DIR_NOT_FOUND, path + " is no log directory of this broker"));
        directory.requireOnline();
        return directory;
    }

    /** Holds back the moves between directories. */
    public ReplicationThrottle moveThrottle() {
        return moveThrottle;
    }

    /**
     * Deletes a partition, if it is here. It is gone when this returns; the disk is freed after {@code
     * file.delete.delay.ms}.
     */
    public void delete(TopicPartition partition) {
        remove(partition, log -> {
            log.delete();
            LOG.debug("{}: deleted from {}", partition, log.directory());
        });
    }

    /** Takes a partition out of service that is not this broker's any more, and keeps its files for the operator. */
    public void setAside(TopicPartition partition) {
        remove(
                partition,
                log -> LOG.warn("{}: not assigned to this broker any more, kept in {}", partition, log.setAside()));
    }

    private void remove(TopicPartition partition, Consumer<Log> removal) {
        synchronized (creation) { // until its name is free, nobody makes it anew
            moves.cancel(partition);
            Optional<Log> removed = Optional.ofNullable(logs.remove(partition));
            removed.ifPresent(log -> {
                directories.all().stream()
                        .filter(directory -> directory.path().equals(log.directory()))
                        .forEach(LogDirectory::partitionRemoved);
                removal.accept(log);
            });
        }
    }

    /** Whether a directory is too full to take what producers send. Any thread. */
    public boolean areShortOfDisk() {
        return directories.all().stream().anyMatch(LogDirectory::isFull);
    }

    /** All log directories with the logs in them. Asks the volumes for their sizes. */
    public List<DirectoryStatus> directories() {
        List<DirectoryStatus> all = new ArrayList<>();
        for (LogDirectory directory : directories.all()) {
            all.add(status(directory));
        }
        directories.unusable().forEach(path -> all.add(new DirectoryStatus(path, false, -1, -1, List.of(), List.of())));
        return all;
    }

    private DirectoryStatus status(LogDirectory directory) {
        long total = -1;
        long usable = -1;
        try {
            FileStore volume = Files.getFileStore(directory.path());
            total = volume.getTotalSpace();
            usable = volume.getUsableSpace();
        } catch (IOException e) {
            LOG.debug("Volume of {} does not tell its size: {}", directory, e.toString());
        }
        List<Log> here = logs.values().stream()
                .filter(log -> log.directory().equals(directory.path()))
                .toList();
        List<Arriving> arriving =
                moves.into(directory).stream().map(LogMove::arriving).toList();
        return new DirectoryStatus(directory.path(), directory.isOnline(), total, usable, here, arriving);
    }

    /** Has somebody told of each log directory that goes offline, or has gone. He may be told twice, and must not wait. */
    public void tellOfLosses(Runnable told) {
        directories.all().forEach(directory -> directory.tellOfLoss(told));
    }

    /** Whether no log directory takes writes any more. */
    public boolean areLost() {
        return directories.all().stream().noneMatch(LogDirectory::isOnline);
    }

    /** What the background does by itself, for whoever wants it done now. */
    Housekeeping housekeeping() {
        return housekeeping;
    }

    /** The same for moves. */
    LogMoves moves() {
        return moves;
    }

    /** The same for compaction. */
    CompactionSchedule compactions() {
        return compactions;
    }

    /**
     * Closes all logs, notes in each directory that it was closed in order, and lets go of the directories. Nothing may
     * be under way in any log. Once more does nothing.
     */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return; // the directories may be another's by now
        }
        stop();
        new LogCloser(directories.all(), logs.values(), config.recoveryThreads()).close();
        directories.close();
    }

    /** Closes the files as they are, as the end of a process would: the next start has to recover. */
    public void abandon() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        stop();
        logs.values().forEach(Log::abandon);
        directories.close();
    }

    private void stop() {
        compactions.stop();
        moves.stop();
        housekeeping.stop();
        scrubber.stop();
    }
}
