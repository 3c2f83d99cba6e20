package io.millrace.broker.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Puts whole batches, which another replica has, in the place of corrupt ones. Below the high watermark all replicas are
 * the same byte for byte, so that nothing else in the log has to move; where compaction has made them differ the lengths do
 * not agree, and nothing is done.
 *
 * <p>Threading: under the log's lock.
 */
final class LogRepair {
    private final Segments segments;
    private final LogDamage damage;

    LogRepair(Segments segments, LogDamage damage) {
        this.segments = segments;
        this.damage = damage;
    }

    /** As {@link Log#repair}. */
    boolean repair(CorruptRange range, ByteBuffer given) throws IOException {
        long length = range.end() - range.position();
        Optional<Segment> segment = segments.view().stream()
                .filter(each -> each.baseOffset() == range.segmentBase())
                .filter(each -> each.damage().ranges().contains(range) && range.end() <= each.size())
                .findFirst();
        if (segment.isEmpty() || given.remaining() < length) {
            return false;
        }
        ByteBuffer batches = given.slice(given.position(), (int) length);
        if (!areWhole(batches, range)) {
            return false;
        }
        segment.get().rewrite(batches, range.position());
        damage.repaired(segment.get(), range);
        return true;
    }

    /** Whether these are batches, all of them right, that fill the range and hold nothing that lies outside of it. */
    private static boolean areWhole(ByteBuffer batches, CorruptRange range) {
        int at = 0;
        long next = range.firstOffset();
        while (at < batches.limit()) {
            Optional<StoredBatch> batch = StoredBatch.wholeAt(batches, at);
            if (batch.isEmpty()
                    || batch.get().baseOffset() < next
                    || batch.get().nextOffset() > range.nextOffset()) {
                return false;
            }
            next = batch.get().nextOffset();
            at += batch.get().sizeInBytes();
        }
        return at > 0;
    }
}
