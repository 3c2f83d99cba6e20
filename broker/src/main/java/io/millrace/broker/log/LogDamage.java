package io.millrace.broker.log;

import io.millrace.protocol.TopicPartition;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is known to be corrupt in one log: tells it to the segments, which readers ask, to the operator and to a
 * checkpoint, so that it holds after a restart.
 *
 * <p>Threading: any; guarded by itself. What a segment knows is published by one volatile write.
 */
final class LogDamage {
    private static final Logger LOG = LoggerFactory.getLogger(LogDamage.class);

    /** Lines that one call may write to the broker's log. */
    private static final int MAX_LINES = 10;

    private final TopicPartition partition;
    private final Path directory;
    private final Segments segments;
    private final DamageCheckpoint checkpoint;
    private boolean noted;
    private List<DamageCheckpoint.Entry> expected = List.of(); // of a segment that compaction is about to put in place

    LogDamage(TopicPartition partition, Path directory, Segments segments) {
        this.partition = partition;
        this.directory = directory;
        this.segments = segments;
        this.checkpoint = new DamageCheckpoint(directory);
        this.noted =
                segments.view().stream().anyMatch(segment -> !segment.damage().isEmpty());
    }

    List<CorruptRange> ranges() {
        List<CorruptRange> all = new ArrayList<>();
        segments.view().forEach(segment -> all.addAll(segment.damage().ranges()));
        return all;
    }

    /** The offset itself, or the next one that is not known to be corrupt. */
    long nextReadable(long offset) {
        long next = offset;
        for (Segment segment : segments.view()) {
            if (!segment.damage().isEmpty()) {
                next = segment.damage().at(next).map(CorruptRange::nextOffset).orElse(next);
            }
        }
        return next;
    }

    /** Notes ranges that were found in a segment, beside what is known of it. */
    synchronized void found(Segment segment, List<CorruptRange> ranges) {
        Damage now = segment.damage();
        for (CorruptRange range : ranges) {
            now = now.with(range);
        }
        replace(segment, now);
    }

    /**
     * Notes that a segment was read to its end and all that is corrupt in it is this, and what somebody else has found
     * since the reading began, perhaps behind it.
     */
    synchronized void settle(Segment segment, Damage whenBegun, List<CorruptRange> ranges) {
        Damage before = segment.damage();
        Damage now = Damage.of(ranges);
        for (CorruptRange range : before.ranges()) {
            now = whenBegun.ranges().contains(range) ? now : now.with(range);
        }
        replace(segment, now);
        if (!before.isEmpty() && segment.damage().isEmpty()) {
            LOG.info("{}: segment {} in {} is whole again", partition, segment.baseOffset(), directory);
        }
    }

    /** A range of a segment holds what it should again. */
    synchronized void repaired(Segment segment, CorruptRange repaired) {
        replace(
                segment,
                Damage.of(segment.damage().ranges().stream()
                        .filter(range -> !range.equals(repaired))
                        .toList()));
    }

    private void replace(Segment segment, Damage now) {
        List<CorruptRange> before = segment.damage().ranges();
        if (now.ranges().equals(before)) {
            return;
        }
        segment.damaged(now);
        tell(now.ranges().stream().filter(range -> !before.contains(range)).toList());
        write();
    }

    private void tell(List<CorruptRange> fresh) {
        fresh.stream()
                .limit(MAX_LINES)
                .forEach(range -> LOG.error(
                        "{}: corrupt on disk in {}: {}; not served, readable again from offset {}",
                        partition,
                        directory,
                        range,
                        range.nextOffset()));
        if (fresh.size() > MAX_LINES) {
            LOG.error("{}: and {} more such ranges", partition, fresh.size() - MAX_LINES);
        }
    }

    /** The log has let go of segments or replaced them: what was known of them counts no more. */
    synchronized void segmentsChanged() {
        if (noted) {
            write();
        }
    }

    /** Notes what is corrupt in a rewrite before it is put in place, so that a start in between knows it either way. */
    synchronized void expect(Rewrite rewrite) throws IOException {
        expected = rewrite.holes();
        if (!expected.isEmpty()) {
            checkpoint.write(segments.view(), expected);
            noted = true;
        }
    }

    /** Replaces segments and their files. */
    interface Replacement {
        void make() throws IOException;
    }

    /** Puts a rewrite in place. False, with nothing done, if more or other is known of the originals by now. */
    synchronized boolean replace(Rewrite rewrite, Replacement replacement) throws IOException {
        expected = List.of();
        boolean right = rewrite.knewAllDamage();
        if (right) {
            replacement.make();
        }
        segmentsChanged();
        return right;
    }

    private void write() {
        noted = true;
        try {
            checkpoint.write(segments.view(), expected);
            noted = checkpoint.exists();
        } catch (IOException e) {
            LOG.warn("{}: what is corrupt is not noted for the next start: {}", partition, e.toString());
        }
    }
}
