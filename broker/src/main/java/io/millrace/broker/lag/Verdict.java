package io.millrace.broker.lag;

/** Whether a group keeps up, the worst last. Boards know the number, which is the place in this order. */
public enum Verdict {
    /** It has caught up of late, or comes closer, or nothing can be said yet. */
    OK,
    /** It goes on, and falls behind ever more. */
    WARN,
    /** It commits, but always the same offset. */
    STALLED,
    /** It commits nothing, and there is something to consume. */
    STOPPED;

    Verdict orWorse(Verdict other) {
        return compareTo(other) >= 0 ? this : other;
    }
}
