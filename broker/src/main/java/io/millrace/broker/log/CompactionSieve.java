package io.millrace.broker.log;

import io.millrace.protocol.compress.DecompressionBoundException;
import io.millrace.protocol.record.BatchRecords;
import io.millrace.protocol.record.Record;
import io.millrace.protocol.record.RecordBatch;
import io.millrace.protocol.record.RecordBatches;
import io.millrace.protocol.record.ThinnedBatch;
import io.millrace.protocol.wire.MalformedMessageException;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Decides what stays of a batch: the newest record of each key, tombstones for their time, the last batch of each
 * producer and of the log if only as a header.
 *
 * <p>What cannot be judged stays as it is: control batches and transactional ones, messages of magic 0 and 1, batches
 * whose checksum or payload is wrong.
 *
 * <p>Threading: one thread.
 */
final class CompactionSieve {
    private final OffsetMap newest;
    private final long knownUpTo;
    private final Set<Long> keptAsHeaders;
    private final long nowMs;
    private final long newHorizonMs;
    private long nextHorizonMs = Long.MAX_VALUE;

    /**
     * @param newest offset of each key among the records up to {@code knownUpTo}, exclusive
     * @param keptAsHeaders last offsets of batches that stay even if no record of them does: those that a producer's
     *     sequence goes on from, and the last of all
     * @param newHorizonMs until when tombstones stay that are met for the first time
     */
    CompactionSieve(OffsetMap newest, long knownUpTo, Set<Long> keptAsHeaders, long nowMs, long newHorizonMs) {
        this.newest = newest;
        this.knownUpTo = knownUpTo;
        this.keptAsHeaders = keptAsHeaders;
        this.nowMs = nowMs;
        this.newHorizonMs = newHorizonMs;
    }

    /** The records of a batch whose keys count; none if it is to stay as it is, whatever is in it. */
    static Optional<Opened> open(StoredBatch header, ByteBuffer bytes) {
        if (header.isLegacy() || header.isControl() || header.isTransactional()) {
            return Optional.empty();
        }
        RecordBatches batches = new RecordBatches(bytes);
        if (!batches.hasNext()) {
            return Optional.empty();
        }
        RecordBatch batch = batches.next();
        if (!batch.hasValidCrc()) {
            return Optional.empty();
        }
        try {
            BatchRecords records = batch.records(CompactionConfig.MAX_OPENED_BYTES);
            records.check();
            return Optional.of(new Opened(batch, records));
        } catch (MalformedMessageException | DecompressionBoundException e) {
            return Optional.empty();
        }
    }

    /** A batch and its records, which can all be read. */
    record Opened(RecordBatch batch, BatchRecords records) {}

    /**
     * What is to be stored in place of a batch.
     *
     * @param bytes none if nothing of it stays
     */
    record Sifted(Optional<ByteBuffer> bytes, boolean isChanged) {}

    Sifted sift(StoredBatch header, ByteBuffer bytes) {
        Optional<Opened> opened = header.baseOffset() < knownUpTo ? open(header, bytes) : Optional.empty();
        return opened.isEmpty() ? new Sifted(Optional.of(bytes), false) : sift(opened.get(), bytes);
    }

    private Sifted sift(Opened opened, ByteBuffer bytes) {
        RecordBatch batch = opened.batch();
        boolean pastHorizon = batch.hasDeleteHorizon() && batch.baseTimestamp() <= nowMs;
        boolean tombstones = false;
        BitSet kept = new BitSet(); // the records themselves may be millions
        int place = 0;
        for (Record record : opened.records()) {
            boolean tombstone = !record.hasValue();
            if (isNewest(record) && !(tombstone && pastHorizon && record.offset() < knownUpTo)) {
                kept.set(place);
                tombstones |= tombstone;
            }
            place++;
        }
        if (kept.isEmpty() && !keptAsHeaders.contains(batch.lastOffset())) {
            return new Sifted(Optional.empty(), true);
        }
        OptionalLong horizon = OptionalLong.empty();
        if (tombstones) {
            if (!batch.hasDeleteHorizon()) {
                horizon = OptionalLong.of(newHorizonMs);
            }
            nextHorizonMs = Math.min(nextHorizonMs, horizon.orElse(batch.baseTimestamp()));
        }
        boolean isChanged = kept.cardinality() < batch.recordsCount() || horizon.isPresent();
        ByteBuffer stays = isChanged ? ThinnedBatch.of(batch, opened.records(), kept, horizon) : bytes;
        return new Sifted(Optional.of(stays), isChanged);
    }

    /** One without a key, which only an earlier policy can have let in, was never to be found again: it goes. */
    private boolean isNewest(Record record) {
        return record.offset() >= knownUpTo
                || record.key().map(key -> record.offset() >= newest.get(key)).orElse(false);
    }

    /** When the first of the tombstones that stayed may go; {@link Long#MAX_VALUE} if none stayed. */
    long nextHorizonMs() {
        return nextHorizonMs;
    }
}
