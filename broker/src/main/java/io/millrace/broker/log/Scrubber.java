package io.millrace.broker.log;

import java.time.Clock;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads everything that is stored again and again, slowly, to find what the disk has damaged while some other copy of it
 * may still be whole.
 *
 * <p>Threading: steps run on the background threads, one at a time; each reads little and schedules the next.
 */
final class Scrubber {
    private static final Logger LOG = LoggerFactory.getLogger(Scrubber.class);

    /** A broker has better things to do when it has just been started. */
    private static final long FIRST_AFTER_MS = TimeUnit.MINUTES.toMillis(10);

    private static final long STEPS_PER_SECOND = 4;
    private static final long MIN_STEP = 64 << 10;
    private static final long MAX_STEP = 1 << 20;

    /** Logs with nothing to read that one step may pass over. */
    private static final int MAX_CALLS = 100;

    private final Collection<Log> logs;
    private final ScrubConfig config;
    private final Clock clock;
    private final ScheduledExecutorService background;
    private final Queue<Log> waiting = new ArrayDeque<>(); // guarded by this, as are the next
    private Optional<LogScrub> current = Optional.empty();
    private long roundBeganMs;
    private boolean stopped;
    private long rounds;
    private long bytesRead;

    /** @param logs a view that shows the logs there are when it is looked at */
    Scrubber(Collection<Log> logs, ScrubConfig config, Clock clock, ScheduledExecutorService background) {
        this.logs = logs;
        this.config = config;
        this.clock = clock;
        this.background = background;
    }

    void start() {
        if (config.bytesPerSecond() > 0) {
            schedule(this::beginRound, Math.min(config.intervalMs(), FIRST_AFTER_MS));
        }
    }

    /** When this returns nothing is read, and nothing will be. */
    synchronized void stop() {
        stopped = true;
    }

    synchronized ScrubStatus status() {
        long corrupt = 0;
        for (Log log : logs) {
            corrupt += log.corruptRanges().size();
        }
        return new ScrubStatus(rounds, bytesRead, corrupt);
    }

    private synchronized void beginRound() {
        roundBeganMs = clock.millis();
        waiting.addAll(logs);
        step();
    }

    private synchronized void step() {
        if (stopped) {
            return;
        }
        long wanted = Math.max(MIN_STEP, Math.min(MAX_STEP, config.bytesPerSecond() / STEPS_PER_SECOND));
        long read = 0;
        for (int calls = 0; calls < MAX_CALLS && read < wanted; calls++) {
            if (current.isEmpty()) {
                current = Optional.ofNullable(waiting.poll()).map(Log::scrub);
            }
            if (current.isEmpty()) {
                endRound();
                return;
            }
            read += readOn(current.get(), wanted - read);
        }
        schedule(this::step, Math.max(1, TimeUnit.SECONDS.toMillis(read) / config.bytesPerSecond()));
    }

    private long readOn(LogScrub scrub, long maxBytes) {
        long read = scrub.step(maxBytes);
        if (read < 0) {
            current = Optional.empty();
            return 0;
        }
        bytesRead += read;
        return read;
    }

    private void endRound() {
        rounds++;
        long tookMs = Math.max(0, clock.millis() - roundBeganMs);
        LOG.debug("Scrubbed all logs in {} ms", tookMs);
        schedule(this::beginRound, Math.max(1, config.intervalMs() - tookMs));
    }

    private void schedule(Runnable task, long delayMs) {
        Runnable guarded = () -> {
            try {
                task.run();
            } catch (RuntimeException e) {
                LOG.error("Scrubbing failed; it begins again in {} ms", config.intervalMs(), e);
                abandonRound();
            }
        };
        try {
            background.schedule(guarded, delayMs, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("Stopping: no more scrubbing");
        }
    }

    private synchronized void abandonRound() {
        waiting.clear();
        current = Optional.empty();
        if (!stopped) {
            schedule(this::beginRound, config.intervalMs());
        }
    }
}
