package io.millrace.broker.log;

import io.millrace.broker.metrics.Metrics;
import io.millrace.broker.metrics.Table;
import io.millrace.broker.quota.ReplicationThrottle;
import io.millrace.protocol.TopicPartition;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The moves of logs between log directories: one at a time into each, in the order in which they were asked for, all
 * within one rate.
 *
 * <p>Threading: any thread asks. The work is done on the sync threads of the directory that is moved into, a piece at a
 * time, so that flushes come in between; nobody sleeps for the rate.
 */
final class LogMoves {
    private static final Logger LOG = LoggerFactory.getLogger(LogMoves.class);
    private static final long PIECE = 8L << 20;

    /** No piece is smaller, however little the rate has left: it is waited for afterwards. */
    private static final long LEAST_PIECE = 1 << 16;

    /** Between two looks whether a full directory has room again, or a rate was raised. */
    private static final long LONGEST_WAIT_MS = 500;

    private final ReplicationThrottle throttle;
    private final Clock clock;
    private final ScheduledExecutorService background;
    private final MoveSteps steps;
    private final Map<TopicPartition, LogMove> moves = new LinkedHashMap<>(); // guarded by this
    private final Set<LogDirectory> busy = new HashSet<>(); // that have a piece of work queued; guarded by this
    private final ReadWriteLock life = new ReentrantReadWriteLock(); // who works has the one, who stops the other
    private boolean started; // guarded by this
    private boolean stopped; // guarded by life

    LogMoves(ReplicationThrottle throttle, Clock clock, ScheduledExecutorService background, MoveSteps steps) {
        this.throttle = throttle;
        this.clock = clock;
        this.background = background;
        this.steps = steps;
    }

    /** How far behind the copies are: Kafka's ReplicaAlterLogDirsManager. */
    void addTo(Metrics metrics) {
        List<LogMoves> self = List.of(this);
        metrics.add(Table.gauges("kafka.server.ReplicaAlterLogDirsManager", () -> self)
                .tag("clientId", all -> "ReplicaAlterLogDirs")
                .value("MaxLag", LogMoves::longestLag)
                .value("MinFetchRate", all -> 0)
                .value("FailedPartitionsCount", all -> 0)
                .value("DeadThreadCount", all -> 0)
                .build());
        throttle.addTo(metrics, "AlterLogDirsReplication");
    }

    private synchronized long longestLag() {
        return moves.values().stream().mapToLong(LogMove::lag).max().orElse(0);
    }

    /** Has a log move; instead of where it was moving to before. */
    synchronized void move(Log log, LogDirectory target, Set<TopicPartition> living) {
        LogMove before = moves.get(log.topicPartition());
        if (before != null && before.target().equals(target)) {
            return;
        }
        cancel(log.topicPartition());
        if (log.directoryOnDisk().equals(target)) {
            return;
        }
        try {
            target.checkpoints().forget(log.topicPartition(), living);
            moves.put(log.topicPartition(), LogMove.begin(log, target, clock, background, steps));
        } catch (IOException e) {
            throw target.fail("begin to move " + log.topicPartition(), e);
        }
        LOG.info("{}: is to move from {} to {}", log.topicPartition(), log.directory(), target);
        begin(target);
    }

    /** Ends the move of a log, if one is under way: it stays where it is. */
    synchronized void cancel(TopicPartition partition) {
        Optional.ofNullable(moves.remove(partition)).ifPresent(LogMove::cancel);
    }

    /** The moves under way into a directory. */
    synchronized List<LogMove> into(LogDirectory target) {
        return moves.values().stream()
                .filter(move -> move.target().equals(target))
                .toList();
    }

    /** Begins with the work. Once. */
    synchronized void start() {
        started = true;
        new ArrayList<>(moves.values()).forEach(move -> begin(move.target()));
    }

    private synchronized void begin(LogDirectory target) {
        if (started && busy.add(target)) {
            queue(target);
        }
    }

    /** When this returns nothing is worked on, and nothing will be; what is left the next start goes on with. */
    void stop() {
        life.writeLock().lock();
        try {
            stopped = true;
        } finally {
            life.writeLock().unlock();
        }
    }

    private void queue(LogDirectory target) {
        try {
            target.syncThreads().execute(() -> work(target));
        } catch (RejectedExecutionException e) {
            LOG.debug("Stopping: what is to move into {} is left for the next start", target);
        }
    }

    private void queueAfter(LogDirectory target, long ms) {
        try {
            var unused = background.schedule(() -> queue(target), ms, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("Stopping: what is to move into {} is left for the next start", target);
        }
    }

    private void work(LogDirectory target) {
        life.readLock().lock();
        try {
            Optional<LogMove> next = stopped ? Optional.empty() : next(target);
            if (next.isEmpty()) {
                return;
            }
            long waitMs = target.isFull() ? LONGEST_WAIT_MS : Math.min(LONGEST_WAIT_MS, throttle.waitMs());
            if (waitMs > 0) {
                queueAfter(target, waitMs);
                return;
            }
            goOn(next.get());
            queue(target);
        } finally {
            life.readLock().unlock();
        }
    }

    private synchronized Optional<LogMove> next(LogDirectory target) {
        Optional<LogMove> next = into(target).stream().findFirst();
        if (next.isEmpty()) {
            busy.remove(target);
        }
        return next;
    }

    private void goOn(LogMove move) {
        try {
            throttle.passed(move.advance(Math.min(PIECE, Math.max(LEAST_PIECE, throttle.room()))));
        } catch (RuntimeException | Error e) { // whatever it is, the others must go on
            LOG.error("{}: its move failed, and is given up", move.partition(), e);
            move.cancel();
        }
        if (move.isOver()) {
            synchronized (this) {
                moves.remove(move.partition(), move);
            }
        }
    }
}
