package io.millrace.broker.log;

import io.millrace.protocol.ApiException;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is done for all logs from time to time: retention, checkpoints, forgetting idle producers.
 *
 * <p>Threading: tasks run on the background threads, one at a time; the look at the disks beside them.
 */
final class Housekeeping {
    private static final Logger LOG = LoggerFactory.getLogger(Housekeeping.class);

    private static final long EXPIRY_CHECK_MS = TimeUnit.MINUTES.toMillis(10);
    private static final long RETENTION_AFTER_START_MS = TimeUnit.SECONDS.toMillis(30);

    /** So often that a fast producer cannot write much more meanwhile than the floor leaves. */
    private static final long DISK_WATCH_MS = 250;

    /** Also picks up a topic's new retention settings, by which an operator frees space. */
    private static final long RETENTION_WHEN_FULL_MS = 5000;

    /**
     * A log with more than this behind its recovery point is flushed when recovery points are noted: the operating
     * system has written most of it by then, and an unclean stop costs no more than reading so much again.
     */
    private static final long UNFLUSHED_BYTES = 64L << 20;

    private final List<LogDirectory> directories;
    private final Collection<Log> logs;
    private final LogsConfig config;
    private final Clock clock;
    private final ScheduledExecutorService background;
    private final DiskWatch diskWatch;
    private final List<ScheduledFuture<?>> tasks = new ArrayList<>();
    private long retentionForRoomMs; // when it was last applied for want of space
    private boolean stopped; // guarded by this

    /** @param logs a view that shows the logs there are when it is looked at */
    Housekeeping(
            LogDirectories directories,
            Collection<Log> logs,
            LogsConfig config,
            Clock clock,
            ScheduledExecutorService background,
            DiskWatch diskWatch) {
        this.diskWatch = diskWatch;
        this.directories = directories.all();
        this.logs = logs;
        this.config = config;
        this.clock = clock;
        this.background = background;
    }

    void start() {
        long check = config.retentionCheckMs();
        schedule(this::applyRetention, Math.min(check, RETENTION_AFTER_START_MS), check);
        schedule(this::noteWatermarks, config.highWatermarkCheckpointMs(), config.highWatermarkCheckpointMs());
        schedule(this::noteRecoveryPoints, config.flushCheckpointMs(), config.flushCheckpointMs());
        schedule(() -> logs.forEach(Log::flushIfDue), config.flushCheckMs(), config.flushCheckMs());
        scheduleAtOnce(this::watchDisks, DISK_WATCH_MS, DISK_WATCH_MS);
        schedule(this::expireProducers, EXPIRY_CHECK_MS, EXPIRY_CHECK_MS);
    }

    /** When this returns no task runs, and none will. */
    synchronized void stop() {
        stopped = true;
        tasks.forEach(task -> task.cancel(false)); // no interrupt: it would close files
    }

    private void schedule(Runnable task, long delayMs, long periodMs) {
        scheduleAtOnce(() -> runUnlessStopped(task), delayMs, periodMs);
    }

    /** For what must not wait for other tasks, and may still run when {@link #stop} returns. */
    private void scheduleAtOnce(Runnable task, long delayMs, long periodMs) {
        Runnable guarded = () -> {
            try {
                task.run();
            } catch (RuntimeException e) {
                LOG.error("A task of the logs' housekeeping failed; it is tried again next time", e);
            }
        };
        tasks.add(background.scheduleWithFixedDelay(guarded, delayMs, periodMs, TimeUnit.MILLISECONDS));
    }

    private synchronized void runUnlessStopped(Runnable task) {
        if (!stopped) {
            task.run();
        }
    }

    void applyRetention() {
        for (Log log : logs) {
            try {
                log.applyRetention();
            } catch (ApiException e) {
                LOG.debug("{}: no retention: {}", log, e.getMessage());
            }
        }
    }

    /** Looks at all directories; where one is full, retention does not wait for its next turn. */
    void watchDisks() {
        directories.forEach(diskWatch::look);
        long now = clock.millis();
        if (directories.stream().anyMatch(LogDirectory::isFull) && now - retentionForRoomMs >= RETENTION_WHEN_FULL_MS) {
            retentionForRoomMs = now;
            runUnlessStopped(this::applyRetention);
        }
    }

    /** Notes high watermarks, and starts that were raised: they move on request, and should not go back. */
    void noteWatermarks() {
        forEachOnline((directory, files) -> {
            files.writeHighWatermarks(logs);
            files.writeStarts(logs);
        });
    }

    /** How far a flush that is asked for here comes is noted the next time: background threads wait for no fsync of logs. */
    void noteRecoveryPoints() {
        for (Log log : logs) {
            if (log.unflushedBytes() > UNFLUSHED_BYTES) {
                log.requestFlush();
            }
        }
        forEachOnline((directory, files) -> files.writeRecoveryPoints(logs));
    }

    void expireProducers() {
        long before = clock.millis() - config.producerExpirationMs();
        logs.forEach(log -> log.producers().expire(before));
    }

    private interface CheckpointTask {
        void run(LogDirectory directory, DirectoryCheckpoints files) throws IOException;
    }

    private void forEachOnline(CheckpointTask task) {
        for (LogDirectory directory : directories) {
            if (directory.isOnline()) {
                try {
                    task.run(directory, directory.checkpoints());
                } catch (IOException e) {
                    directory.fail("write a checkpoint", e);
                }
            }
        }
    }
}
