package io.millrace.client.consumer;

import io.millrace.protocol.message.FetchResponse.Response.Partition.AbortedTransaction;
import io.millrace.protocol.record.BufferSlice;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One partition's share of an answer, on its way from the I/O thread to the application's: batches that nobody has looked
 * into yet.
 *
 * <p>Whoever has it last gives it back by {@link #release}. Threading: handed from thread to thread.
 */
final class FetchedSlice {
    private final PartitionState state;
    private final int generation;
    private final long from;
    private final long nextOffset;
    private final BufferSlice records;
    private final List<AbortedTransaction> aborted;
    private final Optional<FetchedFrame> frame;
    private final AtomicBoolean taken = new AtomicBoolean();
    private final AtomicBoolean released = new AtomicBoolean();

    /**
     * @param generation of the partition's position when this was asked for
     * @param from the offset that was asked for; the first batch may begin before
     * @param nextOffset where to read on behind it
     */
    FetchedSlice(
            PartitionState state,
            int generation,
            long from,
            long nextOffset,
            BufferSlice records,
            List<AbortedTransaction> aborted,
            Optional<FetchedFrame> frame) {
        this.state = state;
        this.generation = generation;
        this.from = from;
        this.nextOffset = nextOffset;
        this.records = records;
        this.aborted = aborted;
        this.frame = frame;
    }

    /** No records: the position moves. */
    static FetchedSlice jump(PartitionState state, int generation, long to) {
        return new FetchedSlice(state, generation, to, to, BufferSlice.EMPTY, List.of(), Optional.empty());
    }

    PartitionState state() {
        return state;
    }

    int generation() {
        return generation;
    }

    /** Whether the application still wants it: it has not sought, paused or let go of the partition since. */
    boolean isCurrent() {
        return state.isCurrent(generation);
    }

    long from() {
        return from;
    }

    long nextOffset() {
        return nextOffset;
    }

    int sizeInBytes() {
        return records.sizeInBytes();
    }

    SliceWalk walk() {
        return new SliceWalk(records.buffer());
    }

    List<AbortedTransaction> aborted() {
        return aborted;
    }

    /** The application begins to read it, which makes room for another one to be fetched. */
    void take() {
        if (taken.compareAndSet(false, true)) {
            frame.ifPresent(whole -> whole.sliceTaken(sizeInBytes()));
        }
    }

    /** Gives the bytes back; what was read from them is not valid any more. A second time it does nothing. */
    void release() {
        if (released.compareAndSet(false, true)) {
            take();
            records.release();
            frame.ifPresent(FetchedFrame::sliceGivenBack);
        }
    }
}
