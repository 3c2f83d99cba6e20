package io.millrace.broker.log;

/** A compaction ends early, with the log as it was or as far as it came: the broker stops, or the log changed under it. */
final class CompactionAbandonedException extends Exception {
    private static final long serialVersionUID = 1;

    CompactionAbandonedException(String reason) {
        super(reason);
    }
}
