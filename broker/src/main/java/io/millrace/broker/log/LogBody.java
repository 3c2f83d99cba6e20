package io.millrace.broker.log;

/**
 * The parts of a log as long as it lies in one directory, and what works on them. {@link Log} has another one after it
 * has moved.
 */
final class LogBody {
    private final LogParts parts;
    private final LogReader reader;
    private final LogFlushes flushes;
    private final LogAppends appends;
    private final LogCompaction compaction;
    private final LogCuts cuts;

    /** How compaction gets the log to itself. */
    interface Compacting {
        /** Runs work under the log's lock; false if it did not run, since the log takes no writes or lies elsewhere. */
        boolean run(LogBody body, LogCompaction.Maintenance.Work work);
    }

    LogBody(LogParts parts, Compacting compacting) {
        this.parts = parts;
        this.reader = new LogReader(parts);
        this.flushes = new LogFlushes(parts);
        this.appends = new LogAppends(parts, flushes::request);
        this.compaction =
                new LogCompaction(parts, segment -> scrub().check(segment), work -> compacting.run(this, work));
        this.cuts = new LogCuts(parts, appends, compaction);
    }

    LogParts parts() {
        return parts;
    }

    Availability availability() {
        return parts.availability();
    }

    Segments segments() {
        return parts.segments();
    }

    LogOffsets offsets() {
        return parts.offsets();
    }

    LogReader reader() {
        return reader;
    }

    LogFlushes flushes() {
        return flushes;
    }

    LogAppends appends() {
        return appends;
    }

    LogCompaction compaction() {
        return compaction;
    }

    LogCuts cuts() {
        return cuts;
    }

    /** Reads all of it once, step by step, to find what is corrupt. */
    LogScrub scrub() {
        return new LogScrub(
                segments(), offsets(), parts.epochs(), parts.flusher(), parts.damage(), availability()::isOpen);
    }
}
