package io.millrace.broker.log;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What is known to be corrupt in one segment. Immutable; replaced whole. */
final class Damage {
    static final Damage NONE = new Damage(List.of());

    /** With more than this in one segment, what lies between the last and a new one counts as corrupt, too. */
    private static final int MAX_RANGES = 1000;

    private final List<CorruptRange> ranges;

    private Damage(List<CorruptRange> ranges) {
        this.ranges = ranges;
    }

    /** @param ranges of one segment, ascending */
    static Damage of(List<CorruptRange> ranges) {
        Damage all = NONE;
        for (CorruptRange range : ranges) {
            all = all.with(range);
        }
        return all;
    }

    boolean isEmpty() {
        return ranges.isEmpty();
    }

    /** Ascending, none touches another. */
    List<CorruptRange> ranges() {
        return ranges;
    }

    /** With another range, which takes the place of all that it touches. */
    Damage with(CorruptRange added) {
        List<CorruptRange> now = new ArrayList<>(ranges.size() + 1);
        CorruptRange merged = added;
        for (CorruptRange range : ranges) {
            if (range.end() < merged.position()) {
                now.add(range);
            } else if (range.position() <= merged.end()) {
                merged = merge(range, merged);
            }
        }
        if (now.size() >= MAX_RANGES) {
            merged = merge(now.remove(now.size() - 1), merged);
        }
        now.add(merged);
        for (CorruptRange range : ranges) {
            if (range.position() > merged.end()) {
                now.add(range);
            }
        }
        return new Damage(List.copyOf(now));
    }

    private static CorruptRange merge(CorruptRange one, CorruptRange other) {
        return new CorruptRange(
                one.segmentBase(),
                Math.min(one.position(), other.position()),
                Math.max(one.end(), other.end()),
                Math.min(one.firstOffset(), other.firstOffset()),
                Math.max(one.nextOffset(), other.nextOffset()));
    }

    /** What is left of it when the segment is cut at a position. */
    Damage below(long position) {
        return new Damage(
                ranges.stream().filter(range -> range.end() <= position).toList());
    }

    /** The position itself, or the end of the range that it lies in. */
    long skip(long position) {
        for (CorruptRange range : ranges) {
            if (range.position() <= position && position < range.end()) {
                return range.end();
            }
        }
        return position;
    }

    /** Up to where bytes from a position on can be given away. */
    long limit(long from, long limit) {
        for (CorruptRange range : ranges) {
            if (range.position() >= from) {
                return Math.min(limit, range.position());
            }
        }
        return limit;
    }

    /** What a reader of an offset would pass over who is given the batch at a position. */
    Optional<CorruptRange> between(long offset, long position) {
        return ranges.stream()
                .filter(range -> range.nextOffset() > offset && range.position() < position)
                .findFirst();
    }

    /** The range that an offset was lost with. */
    Optional<CorruptRange> at(long offset) {
        return ranges.stream().filter(range -> range.holds(offset)).findFirst();
    }

    /** The offset behind the last range, or -1. */
    long nextOffset() {
        return ranges.isEmpty() ? -1 : ranges.get(ranges.size() - 1).nextOffset();
    }
}
