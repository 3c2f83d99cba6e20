package io.millrace.broker.log;

import io.millrace.protocol.ApiException;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where a log lies, which changes when it moves to another log directory.
 *
 * <p>Threading: replaced under the log's lock. Who has not taken that, and is told by what the log has left that it is
 * closed, asks again; so nobody else notices a move.
 */
final class LogPlace {
    private static final Logger LOG = LoggerFactory.getLogger(LogPlace.class);

    private final Object lock;
    private volatile LogBody body;
    private final AtomicInteger maintainers = new AtomicInteger(); // event loops stay away meanwhile
    private Optional<FlushListener> flushListener = Optional.empty(); // guarded by the lock

    /** @param lock the log's */
    LogPlace(Object lock, LogParts parts) {
        this.lock = lock;
        this.body = new LogBody(parts, this::compact);
    }

    LogBody body() {
        return body;
    }

    /** An answer of the log where it lies. */
    <T> T ask(Function<LogBody, T> question) {
        while (true) {
            LogBody here = body;
            try {
                return question.apply(here);
            } catch (ApiException e) {
                if (here == body) {
                    throw e;
                }
            }
        }
    }

    /** As {@link #ask}, for what has no answer. */
    void use(Consumer<LogBody> action) {
        ask(here -> {
            action.accept(here);
            return true;
        });
    }

    /** Raises the high watermark, which moves without the lock. */
    boolean raiseHighWatermark(long offset) {
        LogBody here;
        boolean moved;
        do {
            here = body;
            moved = here.offsets().raiseHighWatermark(offset);
        } while (here != body); // or what has taken its place would not hear of it
        return moved;
    }

    void tellFlushesTo(FlushListener listener) {
        synchronized (lock) {
            flushListener = Optional.of(listener);
            body.flushes().tellTo(listener);
        }
    }

    /** Whether somebody has the lock, or waits for it, who may keep it long. */
    boolean isMaintained() {
        return maintainers.get() > 0;
    }

    private boolean compact(LogBody where, LogCompaction.Maintenance.Work work) {
        return maintain("compact", where, work);
    }

    /**
     * Does work under the lock that may take long; false if it was not done, since the log takes no writes, or lies
     * elsewhere by now.
     */
    boolean maintain(String operation, LogBody where, LogCompaction.Maintenance.Work work) {
        maintainers.incrementAndGet();
        try {
            synchronized (lock) {
                return where == body && where.availability().isWritable() && work.run();
            }
        } catch (IOException e) {
            throw where.availability().failed(operation, e);
        } finally {
            maintainers.decrementAndGet();
        }
    }

    /** Makes the parts of the same log in another directory. */
    interface Arrival {
        LogParts make() throws IOException;
    }

    /**
     * Has the log lie elsewhere from now on; nothing is written to it meanwhile. What it leaves is renamed, and removed
     * after a while. If the arrival fails the log stays where it is, as it was.
     *
     * @param deleteDelayMs until what it left is removed
     * @throws ApiException if the log takes no writes any more
     */
    void move(Arrival arrival, long deleteDelayMs) throws IOException {
        maintainers.incrementAndGet();
        try {
            synchronized (lock) {
                LogBody from = body;
                from.availability().requireWritable();
                LogBody next = new LogBody(arrival.make(), this::compact);
                next.compaction().goOnFrom(from.compaction());
                flushListener.ifPresent(next.flushes()::tellTo);
                from.flushes().tellNobody(); // that it has ended is no failure
                body = next;
                next.offsets().raiseHighWatermark(from.offsets().highWatermark()); // may have moved meanwhile
                from.availability().end(false);
                leave(from, deleteDelayMs);
            }
        } finally {
            maintainers.decrementAndGet();
        }
        body.flushes().request(); // whoever waits for a flush is told that all is on disk
    }

    private static void leave(LogBody from, long deleteDelayMs) {
        try {
            new LogClosing(from.parts()).delete(deleteDelayMs);
        } catch (ApiException e) {
            LOG.warn(
                    "{} could not be renamed; the next start will find that it is out of date",
                    from.parts().path());
        }
    }
}
