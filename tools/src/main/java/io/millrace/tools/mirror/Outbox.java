package io.millrace.tools.mirror;

import io.millrace.client.consumer.AbortedTransactions;
import io.millrace.protocol.record.BatchHeader;
import io.millrace.protocol.record.BufferSlice;
import io.millrace.protocol.record.RecordBatch;
import io.millrace.protocol.record.RecordBatches;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * What one partition has to send by Produce, in its order: takes portions apart into batches, gives each the copy's own
 * producer and the next sequence, and leaves out what a reader of committed records does not see.
 *
 * <p>Threading: the I/O thread.
 */
final class Outbox {
    private final PartitionCopy copy;
    private final Deque<Parcel> unsent = new ArrayDeque<>();
    private final Deque<Parcel> underWay = new ArrayDeque<>();
    private OffsetPairs pairs;
    private ProducerPlace next;
    private int leader = -1;
    private int refusals;

    Outbox(PartitionCopy copy, OffsetPairs pairs) {
        this.copy = copy;
        begin(pairs);
    }

    PartitionCopy copy() {
        return copy;
    }

    OffsetPairs pairs() {
        return pairs;
    }

    /** Begins anew there. */
    void begin(OffsetPairs where) {
        clear();
        pairs = where;
        next = where.place().producer();
    }

    /** Lets go of what is not sent; what is under way is nobody's any more. */
    void clear() {
        unsent.forEach(Outbox::drop);
        unsent.clear();
        underWay.clear();
    }

    private static void drop(Parcel parcel) {
        parcel.records().release();
        parcel.crate().landed();
    }

    /**
     * Takes a portion apart.
     *
     * @return why it cannot be copied; empty if it can
     */
    Optional<String> take(Portion portion, Parcel.Crate crate) {
        AbortedTransactions aborted = new AbortedTransactions(portion.aborted());
        RecordBatches batches = new RecordBatches(portion.records().buffer());
        long told = portion.from();
        while (batches.hasNext()) {
            RecordBatch batch = batches.next();
            if (!aborted.hides(batch) && batch.recordsCount() > 0) {
                if (!BatchRuns.isKept(batch) && !batch.hasValidCrc()) {
                    return Optional.of(
                            portion.copy().source() + " has a damaged batch at offset " + batch.baseOffset());
                }
                List<OffsetPairs.Run> runs = BatchRuns.of(batch);
                if (runs.get(runs.size() - 1).sourceEnd() <= portion.from()) {
                    continue; // the target has all its records; only what compaction removed lies behind them
                }
                add(batch, runs, crate);
                told = batch.nextOffset();
            }
        }
        if (told < portion.to()) {
            crate.filled();
            unsent.add(new Parcel(crate, slice(ByteBuffer.allocate(0), crate), List.of(), portion.to(), 0, -1, 0));
        }
        return Optional.empty();
    }

    private void add(RecordBatch batch, List<OffsetPairs.Run> runs, Parcel.Crate crate) {
        int count = batch.recordsCount();
        long sourceNext = batch.nextOffset();
        long timestamp = batch.maxTimestamp();
        ByteBuffer bytes;
        if (BatchRuns.isKept(batch)) {
            int size = batch.sizeInBytes();
            BatchHeader.restamp(
                    batch.buffer(), batch.position(), size, next.producerId(), next.epoch(), next.sequence());
            bytes = batch.buffer().slice(batch.position(), size);
        } else {
            bytes = BatchRuns.madeDense(batch, next);
        }
        crate.filled();
        unsent.add(new Parcel(
                crate, slice(bytes, crate), runs, sourceNext, next.sequence(), timestamp, bytes.remaining()));
        next = next.after(count);
    }

    private static BufferSlice slice(ByteBuffer bytes, Parcel.Crate crate) {
        return new BufferSlice(bytes, crate::sent);
    }

    /**
     * What goes to a broker next; empty if there is nothing, or it has enough.
     *
     * @param leads who leads the partition
     */
    Optional<Parcel> poll(int leads, int most) {
        boolean isElsewhere = leader != leads && !underWay.isEmpty();
        if (unsent.isEmpty() || isEmptyNext() || underWay.size() >= most || isElsewhere) {
            return Optional.empty();
        }
        leader = leads;
        Parcel parcel = unsent.removeFirst();
        underWay.add(parcel);
        return Optional.of(parcel);
    }

    boolean isDue() {
        return !unsent.isEmpty();
    }

    /** The next, if it has no records and nothing is under way before it. */
    Optional<Parcel> pollEmpty() {
        return underWay.isEmpty() && isEmptyNext() ? Optional.of(unsent.removeFirst()) : Optional.empty();
    }

    private boolean isEmptyNext() {
        return !unsent.isEmpty() && unsent.peekFirst().isEmpty();
    }

    /** Whether this one is the first that is under way, as it must be for what it says to count. */
    @SuppressWarnings("ReferenceEquality") // this very one, not one that looks the same
    boolean isFirst(Parcel parcel) {
        return underWay.peekFirst() == parcel;
    }

    /** The first that is under way is stored. */
    void stored() {
        underWay.removeFirst();
        refusals = 0;
    }

    /** The target did not take the sequence. */
    void refused() {
        refusals++;
    }

    /** How often it did not since it took something, or there was another producer. */
    int refusals() {
        return refusals;
    }

    void renamed() {
        refusals = 0;
    }
}
