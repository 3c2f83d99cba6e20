package io.millrace.broker;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.filter.Filter;
import ch.qos.logback.core.spi.FilterReply;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one event that happens over and over from filling the log: of lines that differ in their values only, so many are
 * written in ten seconds, and then one that says how many were not. What an operator asked for, by level DEBUG or as an
 * audit, is written whole.
 *
 * <p>Threading: any thread.
 */
final class FloodGate extends Filter<ILoggingEvent> {
    private static final Logger LOG = LoggerFactory.getLogger(FloodGate.class);
    private static final int LINES = 50;
    private static final long PERIOD_MS = 10_000;
    private static final int MOST_KINDS = 500;

    private final LongSupplier nowMs;
    private final Map<String, Kind> kinds = new ConcurrentHashMap<>();

    /** Lines with the same message but for its values. */
    private static final class Kind {
        private long sinceMs;
        private int count;

        /** How many more lines there were in the period before, if this one begins another; -1 if it is one too many. */
        synchronized int add(long nowMs) {
            if (nowMs - sinceMs >= PERIOD_MS) {
                int left = Math.max(0, count - LINES);
                sinceMs = nowMs;
                count = 1;
                return left;
            }
            count++;
            return count > LINES ? -1 : 0;
        }
    }

    FloodGate(LongSupplier nowMs) {
        this.nowMs = nowMs;
    }

    @Override
    public FilterReply decide(ILoggingEvent event) {
        if (!event.getLevel().isGreaterOrEqual(Level.INFO)
                || event.getLoggerName().equals("io.millrace.audit")) {
            return FilterReply.NEUTRAL;
        }
        if (kinds.size() >= MOST_KINDS) {
            kinds.clear();
        }
        String message = String.valueOf(event.getMessage());
        int left = kinds.computeIfAbsent(event.getLoggerName() + " " + message, key -> new Kind())
                .add(nowMs.getAsLong());
        if (left > 0) {
            LOG.warn("{} more lines of {} like '{}' were left out", left, event.getLoggerName(), message);
        }
        return left < 0 ? FilterReply.DENY : FilterReply.NEUTRAL;
    }
}
