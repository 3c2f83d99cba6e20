package io.millrace.broker.replica;

/** What this broker is to a partition right now. Replaced whole. */
sealed interface Role {

    /** It leads, at an epoch. */
    record Leader(int leaderEpoch) implements Role {}

    /** It does not lead, or not yet. */
    record Offline() implements Role {}

    /** The partition is gone, and its log with it. */
    record Deleted() implements Role {}
}
