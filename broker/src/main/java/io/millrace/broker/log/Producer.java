package io.millrace.broker.log;

import io.millrace.protocol.record.BatchHeader;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * What a partition knows of one producer id. Immutable.
 *
 * @param batches the newest, at most five, oldest first; empty if its epoch began with a marker
 * @param coordinatorEpoch of the last transaction marker, or -1
 * @param transactionStart first offset of its open transaction, or -1
 * @param lastWriteMs when it last wrote here, by this broker's clock
 */
record Producer(
        long producerId,
        short epoch,
        List<Batch> batches,
        int coordinatorEpoch,
        long transactionStart,
        long lastWriteMs) {

    /** So many batches are remembered: as many as a client has in flight. */
    static final int REMEMBERED = 5;

    /** A batch that was appended. */
    record Batch(int lastSequence, long lastOffset, int offsetDelta, long timestamp) {
        static Batch of(StoredBatch batch) {
            return new Batch(batch.lastSequence(), batch.lastOffset(), batch.offsetDelta(), batch.maxTimestamp());
        }

        int firstSequence() {
            return (lastSequence - offsetDelta) & Integer.MAX_VALUE;
        }

        long baseOffset() {
            return lastOffset - offsetDelta;
        }
    }

    /** The batch that the given one repeats. */
    Optional<Batch> find(StoredBatch batch) {
        if (batch.producerEpoch() != epoch) {
            return Optional.empty();
        }
        for (int i = 0; i < batches.size(); i++) {
            Batch known = batches.get(i);
            if (known.firstSequence() == batch.baseSequence() && known.lastSequence() == batch.lastSequence()) {
                return Optional.of(known);
            }
        }
        return Optional.empty();
    }

    /** The last sequence written in the current epoch, or -1. */
    int lastSequence() {
        return batches.isEmpty()
                ? BatchHeader.NO_SEQUENCE
                : batches.get(batches.size() - 1).lastSequence();
    }

    /** The sequence that has to come next. */
    int nextSequence() {
        return (lastSequence() + 1) & Integer.MAX_VALUE;
    }

    /** The timestamp of the newest batch, or -1. */
    long lastTimestamp() {
        return batches.isEmpty()
                ? BatchHeader.NO_TIMESTAMP
                : batches.get(batches.size() - 1).timestamp();
    }

    /** What is known once a batch has been appended. */
    Producer with(StoredBatch batch, long nowMs) {
        boolean sameEpoch = batch.producerEpoch() == epoch;
        if (batch.isControl()) {
            return new Producer(
                    producerId, batch.producerEpoch(), sameEpoch ? batches : List.of(), coordinatorEpoch, -1, nowMs);
        }
        int kept = sameEpoch ? Math.min(batches.size(), REMEMBERED - 1) : 0;
        Batch[] newest = new Batch[kept + 1];
        for (int i = 0; i < kept; i++) {
            newest[i] = batches.get(batches.size() - kept + i);
        }
        newest[kept] = Batch.of(batch);
        long start = batch.isTransactional() && transactionStart < 0 ? batch.baseOffset() : transactionStart;
        List<Batch> unchanging = Collections.unmodifiableList(Arrays.asList(newest)); // every batch comes by: no copies
        return new Producer(producerId, batch.producerEpoch(), unchanging, coordinatorEpoch, start, nowMs);
    }

    /** The same with the batches that lead up to the newest one, which is the only one that is known. */
    Producer remembering(List<Batch> upToNewest) {
        int from = upToNewest.size() - 1; // backwards, as long as sequences follow one another: in one epoch they do
        while (from > 0
                && ((upToNewest.get(from - 1).lastSequence() + 1) & Integer.MAX_VALUE)
                        == upToNewest.get(from).firstSequence()) {
            from--;
        }
        List<Batch> known = upToNewest.subList(Math.max(0, from), upToNewest.size());
        return new Producer(producerId, epoch, List.copyOf(known), coordinatorEpoch, transactionStart, lastWriteMs);
    }

    static Producer first(StoredBatch batch, long nowMs) {
        return new Producer(batch.producerId(), batch.producerEpoch(), List.of(), -1, -1, nowMs).with(batch, nowMs);
    }
}
