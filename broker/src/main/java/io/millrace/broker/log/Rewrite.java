package io.millrace.broker.log;

import java.util.List;

/**
 * Neighbouring segments that compaction has rewritten as one.
 *
 * @param originals ascending
 * @param holes what was corrupt in them, as it lies in the new one
 * @param changes to the log's end before the first was read, see {@link Cleanable}
 */
record Rewrite(List<Original> originals, List<DamageCheckpoint.Entry> holes, int changes) {

    /**
     * A segment to rewrite.
     *
     * @param end behind the last offset that can be in it
     * @param damage as far as it was known before the segment was read
     */
    record Original(Segment segment, long end, Damage damage) {}

    List<Segment> segments() {
        return originals.stream().map(Original::segment).toList();
    }

    /** Whether the same is known to be corrupt in the originals as when they were read: nothing bad was copied as good. */
    boolean knewAllDamage() {
        return originals.stream().allMatch(original -> original.segment()
                .damage()
                .ranges()
                .equals(original.damage().ranges()));
    }

    /** What is corrupt in the new segment. */
    Damage damage() {
        return Damage.of(holes.stream().map(DamageCheckpoint.Entry::range).toList());
    }
}
