package io.millrace.broker.lag;

/** Whether a group keeps up, the worst last. Boards know the number. */
public enum Verdict {
    /** It has caught up of late, or comes closer, or nothing can be said yet. */
    OK(0),
    /** It goes on, and falls behind ever more. */
    WARN(1),
    /** It commits, but always the same offset. */
    STALLED(2),
    /** It commits nothing, and there is something to consume. */
    STOPPED(3);

    private final int number;

    Verdict(int number) {
        this.number = number;
    }

    int number() {
        return number;
    }

    Verdict orWorse(Verdict other) {
        return number >= other.number ? this : other;
    }
}
