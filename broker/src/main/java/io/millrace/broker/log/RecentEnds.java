package io.millrace.broker.log;

import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Where reads of a log's tail have ended lately: there the next ones begin, so that a consumer that keeps up costs no
 * search, no read of a header and no memory.
 *
 * <p>A place is good as long as no file of the log was taken away or replaced since it was noted, which {@link
 * Segments#changes} tells. Few are kept; who is not found searches.
 *
 * <p>Threading: any, without a lock.
 */
final class RecentEnds {
    private static final int SLOT_BITS = 3;
    private static final int SPREAD = 0x9E3779B9;

    private record Seen(LogEnd end, int changes) {}

    private volatile AtomicReferenceArray<Seen> slots = new AtomicReferenceArray<>(0); // most logs are never read

    /**
     * Remembers an end that a read has reached.
     *
     * @param changes of the segments, taken before the end was
     */
    void note(LogEnd end, int changes) {
        AtomicReferenceArray<Seen> now = slots;
        if (now.length() == 0) {
            now = new AtomicReferenceArray<>(1 << SLOT_BITS);
            slots = now;
        }
        int slot = slot(end.offset());
        Seen there = now.get(slot);
        if (there == null || there.changes() != changes || !there.end().equals(end)) {
            now.set(slot, new Seen(end, changes));
        }
    }

    /** Where in a segment the batch begins that has this offset as its first; -1 if that is not known. */
    long positionOf(long offset, Segment segment, int changes) {
        AtomicReferenceArray<Seen> now = slots;
        Seen there = now.length() == 0 ? null : now.get(slot(offset));
        return there != null
                        && there.changes() == changes
                        && there.end().offset() == offset
                        && there.end().isPositionIn(segment)
                ? there.end().position()
                : -1;
    }

    private static int slot(long offset) {
        return (Long.hashCode(offset) * SPREAD) >>> (Integer.SIZE - SLOT_BITS);
    }
}
