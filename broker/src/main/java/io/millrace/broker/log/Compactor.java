package io.millrace.broker.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Compacts one log after the other. A run reads the keys of what is new into a map, as many as fit, and then rewrites
 * the segments up to there without the records that have a newer one in the map. What did not fit is the next run's.
 *
 * <p>Threading: one thread. The log goes on being written and read.
 */
final class Compactor {
    /** So many segments are merged at most: the log stands still while their files are renamed. */
    private static final int MOST_MERGED = 32;

    private static final String LOG_CHANGED = "the log changed meanwhile";

    private final long bufferBytes;
    private final CompactionThrottle throttle;
    private final Room room;
    private final CompactionSteps steps;

    /**
     * What a run did, in bytes of batches.
     *
     * @param mapUse how much of the room for keys it needed, from 0 to 1
     */
    record Outcome(long cleanUpTo, long bytesBefore, long bytesAfter, double mapUse) {}

    /** Whether a disk has room for what compaction writes before it frees anything. */
    interface Room {
        boolean isFor(Path directory, long bytes);
    }

    Compactor(long bufferBytes, CompactionThrottle throttle, Room room, CompactionSteps steps) {
        this.bufferBytes = bufferBytes;
        this.throttle = throttle;
        this.room = room;
        this.steps = steps;
    }

    /**
     * Compacts a log once.
     *
     * @param work as the log has just told it
     * @throws IOException if a file cannot be read or written; the log is as it was, or compacted in part
     */
    Outcome compact(LogCompaction log, Cleanable work, LogConfig config, long nowMs)
            throws IOException, CompactionAbandonedException {
        throttle.begin();
        OffsetMap newest = new OffsetMap(bufferBytes, work.to() - work.from());
        List<Rewrite.Original> originals = originals(work);
        long knownUpTo = readKeys(newest, work, originals, log);
        long retentionMs = config.compaction().deleteRetentionMs();
        long horizonMs = nowMs > Long.MAX_VALUE - retentionMs ? Long.MAX_VALUE : nowMs + retentionMs;
        Set<Long> keptAsHeaders = new HashSet<>(log.lastOfProducers());
        keptAsHeaders.add(work.to() - 1); // perhaps the log's last: who reads to the log's end must get there
        CompactionSieve sieve = new CompactionSieve(newest, knownUpTo, keptAsHeaders, nowMs, horizonMs);
        long before = 0;
        long after = 0;
        for (List<Rewrite.Original> group : groups(originals, knownUpTo, config.segmentBytes())) {
            long bytes = group.stream()
                    .mapToLong(original -> original.segment().size())
                    .sum();
            if (!room.isFor(log.directory(), bytes)) {
                throw new CompactionAbandonedException("the disk has no room for " + bytes + " bytes more");
            }
            before += bytes;
            after += rewrite(group, sieve, log, work.changes(), config);
        }
        if (!log.cleaned(knownUpTo, sieve.nextHorizonMs(), work.changes())) {
            throw new CompactionAbandonedException(LOG_CHANGED);
        }
        return new Outcome(
                knownUpTo, before, after, Math.min(1, (double) newest.size() * OffsetMap.BYTES_PER_KEY / bufferBytes));
    }

    private static List<Rewrite.Original> originals(Cleanable work) {
        List<Rewrite.Original> originals = new ArrayList<>();
        for (int i = 0; i < work.segments().size(); i++) {
            Segment segment = work.segments().get(i);
            originals.add(new Rewrite.Original(segment, work.endOf(i), segment.damage()));
        }
        return originals;
    }

    /** Notes keys as long as there is room. Returns the offset of the first that was not looked at. */
    private long readKeys(OffsetMap newest, Cleanable work, List<Rewrite.Original> originals, LogCompaction log)
            throws IOException, CompactionAbandonedException {
        for (Rewrite.Original original : originals) {
            if (original.end() > work.from()) {
                long next = readKeys(newest, original, log, work.from());
                if (next >= 0) {
                    return next;
                }
            }
        }
        return work.to();
    }

    /** The same for one segment; -1 if there was room for all of it. */
    private long readKeys(OffsetMap newest, Rewrite.Original original, LogCompaction log, long from)
            throws IOException, CompactionAbandonedException {
        hold(original.segment());
        try {
            OriginalScan scan = new OriginalScan(original, log);
            while (scan.next()) {
                if (scan.batch().lastOffset() < from) {
                    continue;
                }
                ByteBuffer bytes = read(original, scan);
                var opened = CompactionSieve.open(scan.batch(), bytes);
                if (opened.isPresent()) {
                    for (var record : opened.get().records()) {
                        Optional<ByteBuffer> key = record.offset() < from ? Optional.empty() : record.key();
                        if (key.isPresent() && !newest.put(key.get(), record.offset())) {
                            return record.offset();
                        }
                    }
                }
            }
            return -1;
        } finally {
            original.segment().release();
        }
    }

    /** Neighbours that together make no more than one full segment. */
    private static List<List<Rewrite.Original>> groups(
            List<Rewrite.Original> originals, long knownUpTo, int segmentBytes) {
        List<List<Rewrite.Original>> groups = new ArrayList<>();
        List<Rewrite.Original> group = new ArrayList<>();
        long bytes = 0;
        for (Rewrite.Original original : originals) {
            Segment segment = original.segment();
            if (segment.baseOffset() >= knownUpTo) {
                break;
            }
            boolean fits = !group.isEmpty()
                    && group.size() < MOST_MERGED
                    && bytes + segment.size() <= segmentBytes
                    && original.end() - group.get(0).segment().baseOffset() <= Integer.MAX_VALUE;
            if (!fits) {
                group = new ArrayList<>();
                groups.add(group);
                bytes = 0;
            }
            group.add(original);
            bytes += segment.size();
        }
        return groups;
    }

    /** Rewrites segments as one, if that changes anything. Returns what they hold then, in bytes. */
    private long rewrite(
            List<Rewrite.Original> group, CompactionSieve sieve, LogCompaction log, int changes, LogConfig config)
            throws IOException, CompactionAbandonedException {
        long base = group.get(0).segment().baseOffset();
        try (CleanedSegmentWriter cleaned =
                new CleanedSegmentWriter(log.directory(), base, config.indexIntervalBytes(), steps)) {
            boolean announced = false;
            try {
                boolean changed = group.size() > 1;
                for (Rewrite.Original original : group) {
                    changed |= copy(original, sieve, log, cleaned);
                }
                if (changed) {
                    cleaned.finish(group.get(group.size() - 1).segment().lastModified());
                    Rewrite rewrite = new Rewrite(group, cleaned.holes(), changes);
                    if (!log.expect(rewrite)) {
                        throw new CompactionAbandonedException(LOG_CHANGED);
                    }
                    SegmentSwap swap = new SegmentSwap(log.directory(), base, steps);
                    announce(swap);
                    announced = true;
                    putInPlace(rewrite, swap, log, config);
                }
                return cleaned.size();
            } finally {
                if (!announced) {
                    cleaned.discard();
                }
            }
        }
    }

    private static void announce(SegmentSwap swap) throws IOException {
        try {
            swap.announce();
        } catch (IOException e) {
            swap.withdraw();
            throw e;
        }
    }

    private static void putInPlace(Rewrite rewrite, SegmentSwap swap, LogCompaction log, LogConfig config)
            throws IOException, CompactionAbandonedException {
        if (!log.replace(rewrite, swap, config)) {
            swap.withdraw();
            throw new CompactionAbandonedException(LOG_CHANGED);
        }
        Checkpoint.syncDirectory(log.directory());
    }

    /** Copies what stays of a segment. Returns whether that is less than all, or other. */
    private boolean copy(
            Rewrite.Original original, CompactionSieve sieve, LogCompaction log, CleanedSegmentWriter cleaned)
            throws IOException, CompactionAbandonedException {
        hold(original.segment());
        try {
            boolean changed = false;
            OriginalScan scan = new OriginalScan(original, log);
            while (scan.next()) {
                carry(scan.passed(), cleaned, original);
                CompactionSieve.Sifted sifted = sieve.sift(scan.batch(), read(original, scan));
                changed |= sifted.isChanged();
                if (sifted.bytes().isPresent()) {
                    ByteBuffer stays = sifted.bytes().get();
                    requireRoom(cleaned.append(stays), original);
                    throttle.passed(stays.remaining());
                }
            }
            carry(scan.passed(), cleaned, original);
            return changed;
        } finally {
            original.segment().release();
        }
    }

    /** What is corrupt goes on being known to be: who reads there must hear of it. */
    private static void carry(List<CorruptRange> holes, CleanedSegmentWriter cleaned, Rewrite.Original original)
            throws IOException, CompactionAbandonedException {
        for (CorruptRange hole : holes) {
            requireRoom(cleaned.appendHole(hole), original);
        }
    }

    private static void requireRoom(boolean hadRoom, Rewrite.Original original) throws CompactionAbandonedException {
        if (!hadRoom) {
            throw new CompactionAbandonedException("segment " + original.segment() + " would grow past 2 GiB");
        }
    }

    private ByteBuffer read(Rewrite.Original original, OriginalScan scan)
            throws IOException, CompactionAbandonedException {
        ByteBuffer bytes = original.segment().read(scan.place());
        throttle.passed(bytes.remaining());
        return bytes;
    }

    /** Keeps a segment's file open under it, so that it is readable whatever becomes of its name. */
    private static void hold(Segment segment) throws CompactionAbandonedException {
        if (!segment.hold()) {
            throw new CompactionAbandonedException(LOG_CHANGED);
        }
    }
}
