package io.millrace.broker.log;

import io.micrometer.core.instrument.Counter;
import io.millrace.broker.metrics.Metrics;
import io.millrace.broker.metrics.Table;
import io.millrace.protocol.ApiException;
import io.millrace.protocol.TopicPartition;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compacts the logs that ask for it, one at a time: first those whose records have waited too long, then the one with
 * the largest share of new bytes.
 *
 * <p>Threading: a thread of its own, since a compaction that is held back takes long; {@link #start} and {@link #stop}
 * from any other.
 */
final class CompactionSchedule {
    private static final Logger LOG = LoggerFactory.getLogger(CompactionSchedule.class);

    /** A log whose compaction failed is let alone for so long. */
    private static final long REST_MS = TimeUnit.MINUTES.toMillis(1);

    private final List<LogDirectory> directories;
    private final Collection<Log> logs;
    private final CleanerConfig config;
    private final Clock clock;
    private final Compactor compactor;
    private final Map<TopicPartition, Long> restingUntilMs = new ConcurrentHashMap<>();
    private final CountDownLatch stopping = new CountDownLatch(1);
    private Optional<Thread> thread = Optional.empty(); // guarded by this

    private volatile long lastRunMs;
    private volatile double longestSeconds;
    private volatile double recopyPercent;
    private volatile double mapUsePercent;
    private volatile double dirtiestPercent;
    private volatile double latestSeconds;
    private volatile Optional<Counter> passed = Optional.empty();

    /** What the last compactions were like: Kafka's LogCleaner and LogCleanerManager. */
    void addTo(Metrics metrics) {
        List<CompactionSchedule> self = List.of(this);
        lastRunMs = clock.millis();
        passed = Optional.of(metrics.registry().counter("kafka.utils.Throttler.cleaner-io"));
        metrics.add(Table.gauges("kafka.log.LogCleaner", () -> self)
                .value("max-clean-time-secs", schedule -> schedule.longestSeconds)
                .value("cleaner-recopy-percent", schedule -> schedule.recopyPercent)
                .value("max-buffer-utilization-percent", schedule -> schedule.mapUsePercent)
                .value("max-compaction-delay-secs", schedule -> schedule.latestSeconds)
                .value("DeadThreadCount", CompactionSchedule::deadThreads)
                .build());
        metrics.add(Table.gauges("kafka.log.LogCleanerManager", () -> self)
                .value("max-dirty-percent", schedule -> schedule.dirtiestPercent)
                .value("time-since-last-run-ms", schedule -> clock.millis() - schedule.lastRunMs)
                .build());
        metrics.add(Table.<LogDirectory>gauges("kafka.log.LogCleanerManager", () -> directories)
                .tag("logDirectory", directory -> directory.path().toString())
                .value("uncleanable-partitions-count", directory -> uncleanable(directory)
                        .count())
                .value("uncleanable-bytes", directory -> uncleanable(directory)
                        .mapToLong(Log::sizeInBytes)
                        .sum())
                .build());
    }

    private Stream<Log> uncleanable(LogDirectory directory) {
        return logs.stream()
                .filter(log -> log.directoryOnDisk() == directory && restingUntilMs.containsKey(log.topicPartition()));
    }

    private synchronized int deadThreads() {
        return thread.filter(cleaner -> !cleaner.isAlive() && !isStopped()).isPresent() ? 1 : 0;
    }

    private record Candidate(Log log, LogConfig config, Cleanable work) {}

    /** @param logs a view that shows the logs there are when it is looked at */
    CompactionSchedule(
            LogDirectories directories, Collection<Log> logs, CleanerConfig config, Clock clock, Compactor.Room room) {
        this.directories = directories.all();
        this.logs = logs;
        this.config = config;
        this.clock = clock;
        CompactionThrottle throttle = new CompactionThrottle(
                config.bytesPerSecond(),
                System::nanoTime,
                new CompactionThrottle.Pace() {
                    @Override
                    public void pause(long nanos) {
                        pauseUnlessStopped(TimeUnit.NANOSECONDS.toMillis(nanos));
                    }

                    @Override
                    public boolean isStopped() {
                        return CompactionSchedule.this.isStopped();
                    }
                },
                bytes -> passed.ifPresent(counter -> counter.increment((double) bytes)));
        this.compactor = new Compactor(config.bufferBytes(), throttle, room, CompactionSteps.UNWATCHED);
    }

    /** Begins, if compaction is enabled. Once. */
    synchronized void start() {
        if (config.enabled() && !isStopped()) {
            Thread cleaner = new Thread(this::run, "log-cleaner");
            cleaner.setDaemon(true);
            cleaner.start();
            thread = Optional.of(cleaner);
        }
    }

    /** When this returns no log is compacted, and none will be. No interrupt: it would close files. */
    void stop() {
        Optional<Thread> running;
        synchronized (this) {
            stopping.countDown();
            running = thread;
        }
        try {
            if (running.isPresent()) {
                running.get().join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean isStopped() {
        return stopping.getCount() == 0;
    }

    private void pauseUnlessStopped(long ms) {
        try {
            var unused = stopping.await(ms, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            stopping.countDown(); // nobody does; if somebody does, files are no safe thing to touch any more
        }
    }

    private void run() {
        while (!isStopped()) {
            boolean worked = false;
            try {
                worked = compactNeediest();
                lastRunMs = clock.millis();
            } catch (RuntimeException | Error e) { // without this thread nothing would be compacted any more
                LOG.error("Compaction failed; it is tried again", e);
            }
            if (!worked) {
                pauseUnlessStopped(config.backoffMs());
            }
        }
    }

    /** Compacts the log that needs it most. False if none does. */
    boolean compactNeediest() {
        Optional<Candidate> neediest = candidates().stream()
                .max(Comparator.comparing(
                                (Candidate candidate) -> candidate.work().overdue())
                        .thenComparing(candidate -> candidate.work().dirtyRatio()));
        neediest.ifPresent(this::compact);
        return neediest.isPresent();
    }

    private List<Candidate> candidates() {
        long nowMs = clock.millis();
        restingUntilMs.values().removeIf(until -> until <= nowMs);
        List<Candidate> due = new ArrayList<>();
        double dirtiest = 0;
        long latestMs = 0;
        for (Log log : logs) {
            if (log.compaction().takeLowered()) {
                note(log);
            }
            LogConfig logConfig = log.config();
            boolean possible = logConfig.compaction().isCompacting()
                    && log.directoryOnDisk().isOnline()
                    && !restingUntilMs.containsKey(log.topicPartition());
            if (possible) {
                try {
                    log.rollIfOverdue();
                    Cleanable work = log.compaction().measure(logConfig.compaction(), nowMs);
                    dirtiest = Math.max(dirtiest, work.dirtyRatio());
                    latestMs = Math.max(latestMs, work.lateMs());
                    if (work.isDue(logConfig.compaction().minDirtyRatio())) {
                        due.add(new Candidate(log, logConfig, work));
                    }
                } catch (IOException | ApiException e) {
                    rest(log, e);
                }
            }
        }
        dirtiestPercent = 100 * dirtiest;
        latestSeconds = latestMs / 1000.0;
        return due;
    }

    private void compact(Candidate candidate) {
        Log log = candidate.log();
        try {
            long begunMs = clock.millis();
            Compactor.Outcome outcome =
                    compactor.compact(log.compaction(), candidate.work(), candidate.config(), clock.millis());
            LOG.info(
                    "{}: compacted up to {}: {} bytes where there were {}",
                    log,
                    outcome.cleanUpTo(),
                    outcome.bytesAfter(),
                    outcome.bytesBefore());
            longestSeconds = (clock.millis() - begunMs) / 1000.0;
            recopyPercent = outcome.bytesBefore() == 0 ? 0 : 100.0 * outcome.bytesAfter() / outcome.bytesBefore();
            mapUsePercent = 100 * outcome.mapUse();
            note(log);
        } catch (CompactionAbandonedException e) {
            LOG.info("{}: compaction given up: {}", log, e.getMessage());
            restingUntilMs.put(log.topicPartition(), clock.millis() + config.backoffMs());
        } catch (LostWriteException e) {
            rest(log, log.directoryOnDisk().fail("compact " + log, e));
        } catch (IOException | RuntimeException e) {
            rest(log, e);
        }
    }

    /** Whether its disk is broken its appends will tell; a compaction that cannot be only leaves the log as it is. */
    private void rest(Log log, Exception failure) {
        LOG.warn("{}: not compacted, tried again in {} ms", log, REST_MS, failure);
        restingUntilMs.put(log.topicPartition(), clock.millis() + REST_MS);
    }

    private void note(Log log) {
        for (LogDirectory directory : directories) {
            if (directory.path().equals(log.directory()) && directory.isOnline()) {
                try {
                    directory.checkpoints().writeCleaned(logs);
                } catch (IOException e) {
                    throw directory.fail("write a checkpoint", e);
                }
            }
        }
    }
}
