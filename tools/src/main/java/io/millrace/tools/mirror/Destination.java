package io.millrace.tools.mirror;

import io.millrace.client.IsolationLevel;
import java.util.List;

/**
 * A way for batches to get into the target: {@link TargetAppends} at the offsets that they have, {@link RestampAppends} at
 * those that the target gives them.
 *
 * <p>Threading: the I/O thread.
 */
interface Destination {
    /** What it is to be given of transactions. */
    IsolationLevel isolation();

    /** Finds out where these go on; each copy is told by {@link PartitionCopy#goOnAt}, or interrupted. */
    void ask(List<PartitionCopy> copies);

    /** Sends these, or lets them go. */
    void send(List<Portion> portions);

    /** The source begins there by now, and nothing is under way that would tell the target. */
    void sourceStartsAt(PartitionCopy copy, long offset);

    /** Something may have changed that it waits for. */
    default void run() {}

    /** Nothing more comes of this one. */
    default void forget(PartitionCopy copy) {}
}
