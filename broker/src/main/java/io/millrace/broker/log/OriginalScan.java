package io.millrace.broker.log;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Walks the batches of a segment for compaction, which trusts offsets to tell what is newer. No checksum covers a
 * batch's base offset, so one that is out of order ends the walk, before anything was removed because of it; as do bytes
 * that are no batch.
 *
 * <p>Threading: one thread, which holds the segment.
 */
final class OriginalScan {
    private final Rewrite.Original original;
    private final LogCompaction log;
    private final BatchScan scan;
    private final Deque<CorruptRange> holes;
    private long expectedOffset;
    private long passedUpTo;

    OriginalScan(Rewrite.Original original, LogCompaction log) throws IOException {
        this.original = original;
        this.log = log;
        this.scan = original.segment().batches(original.damage());
        this.holes = new ArrayDeque<>(original.damage().ranges());
        this.expectedOffset = original.segment().baseOffset();
    }

    /**
     * Goes to the next batch, past what is known to be corrupt. False behind the last.
     *
     * @throws IOException if there is something else; the segment was looked at again and is told of
     */
    boolean next() throws IOException {
        if (!scan.next()) {
            if (scan.nextPosition() != original.segment().size()) {
                throw suspicious("no whole batch at position " + scan.nextPosition());
            }
            passedUpTo = Long.MAX_VALUE;
            return false;
        }
        if (batch().baseOffset() < expectedOffset || batch().nextOffset() > original.end()) {
            throw suspicious("offset " + batch().baseOffset() + " where " + expectedOffset + " or more is due");
        }
        expectedOffset = batch().nextOffset();
        passedUpTo = scan.position();
        return true;
    }

    private IOException suspicious(String what) throws IOException {
        log.suspect(original.segment());
        return new IOException(what + " of " + original.segment());
    }

    StoredBatch batch() {
        return scan.batch();
    }

    Segment.Place place() {
        return new Segment.Place(scan.batch(), scan.position());
    }

    /** The corrupt ranges that the walk has passed since this was last asked; behind the last batch all that are left. */
    List<CorruptRange> passed() {
        List<CorruptRange> passed = new ArrayList<>();
        while (!holes.isEmpty() && holes.peek().position() < passedUpTo) {
            passed.add(holes.poll());
        }
        return passed;
    }
}
