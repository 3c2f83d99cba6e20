package io.millrace.broker.log;

import java.io.IOException;
import java.nio.ByteBuffer;
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

    private final long bufferBytes;
    private final CompactionThrottle throttle;
    private final CompactionSteps steps;

    /** What a run did, in bytes of batches. */
    record Outcome(long cleanUpTo, long bytesBefore, long bytesAfter) {}

    Compactor(long bufferBytes, CompactionThrottle throttle, CompactionSteps steps) {
        this.bufferBytes = bufferBytes;
        this.throttle = throttle;
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
        long knownUpTo = readKeys(newest, work);
        long retentionMs = config.compaction().deleteRetentionMs();
        long horizonMs = nowMs > Long.MAX_VALUE - retentionMs ? Long.MAX_VALUE : nowMs + retentionMs;
        Set<Long> keptAsHeaders = new HashSet<>(log.lastOfProducers());
        keptAsHeaders.add(work.to() - 1); // perhaps the log's last: who reads to the log's end must get there
        CompactionSieve sieve = new CompactionSieve(newest, knownUpTo, keptAsHeaders, nowMs, horizonMs);
        long before = 0;
        long after = 0;
        for (List<Segment> group : groups(work, knownUpTo, config.segmentBytes())) {
            for (Segment segment : group) {
                before += segment.size();
            }
            after += rewrite(group, sieve, log, work.changes(), config);
        }
        log.cleanedUpTo(knownUpTo, sieve.nextHorizonMs());
        return new Outcome(knownUpTo, before, after);
    }

    /** Notes keys as long as there is room. Returns the offset of the first that was not looked at. */
    private long readKeys(OffsetMap newest, Cleanable work) throws IOException, CompactionAbandonedException {
        for (int i = 0; i < work.segments().size(); i++) {
            if (work.endOf(i) > work.from()) {
                long next = readKeys(newest, work.segments().get(i), work.from());
                if (next >= 0) {
                    return next;
                }
            }
        }
        return work.to();
    }

    /** The same for one segment; -1 if there was room for all of it. */
    private long readKeys(OffsetMap newest, Segment segment, long from)
            throws IOException, CompactionAbandonedException {
        hold(segment);
        try {
            BatchScan scan = segment.batches();
            while (scan.next()) {
                if (scan.batch().lastOffset() < from) {
                    continue;
                }
                ByteBuffer bytes = read(segment, scan);
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
            segment.release();
        }
    }

    /** Neighbours that together make no more than one full segment. */
    private static List<List<Segment>> groups(Cleanable work, long knownUpTo, int segmentBytes) {
        List<List<Segment>> groups = new ArrayList<>();
        List<Segment> group = new ArrayList<>();
        long bytes = 0;
        for (int i = 0; i < work.segments().size(); i++) {
            Segment segment = work.segments().get(i);
            if (segment.baseOffset() >= knownUpTo) {
                break;
            }
            boolean fits = !group.isEmpty()
                    && group.size() < MOST_MERGED
                    && bytes + segment.size() <= segmentBytes
                    && work.endOf(i) - group.get(0).baseOffset() <= Integer.MAX_VALUE;
            if (!fits) {
                group = new ArrayList<>();
                groups.add(group);
                bytes = 0;
            }
            group.add(segment);
            bytes += segment.size();
        }
        return groups;
    }

    /** Rewrites segments as one, if that changes anything. Returns what they hold then, in bytes. */
    private long rewrite(List<Segment> group, CompactionSieve sieve, LogCompaction log, int changes, LogConfig config)
            throws IOException, CompactionAbandonedException {
        long base = group.get(0).baseOffset();
        try (CleanedSegmentWriter cleaned =
                new CleanedSegmentWriter(log.directory(), base, config.indexIntervalBytes(), steps)) {
            boolean announced = false;
            try {
                boolean changed = group.size() > 1;
                for (Segment segment : group) {
                    changed |= copy(segment, sieve, cleaned);
                }
                if (changed) {
                    cleaned.finish(group.get(group.size() - 1).lastModified());
                    SegmentSwap swap = new SegmentSwap(log.directory(), base, steps);
                    announce(swap);
                    announced = true;
                    putInPlace(group, swap, log, changes, config);
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

    private static void putInPlace(
            List<Segment> group, SegmentSwap swap, LogCompaction log, int changes, LogConfig config)
            throws IOException, CompactionAbandonedException {
        if (!log.replace(group, swap, config, changes)) {
            swap.withdraw();
            throw new CompactionAbandonedException("the log changed meanwhile");
        }
        Checkpoint.syncDirectory(log.directory());
    }

    /** Copies what stays of a segment. Returns whether that is less than all, or other. */
    private boolean copy(Segment segment, CompactionSieve sieve, CleanedSegmentWriter cleaned)
            throws IOException, CompactionAbandonedException {
        hold(segment);
        try {
            boolean changed = false;
            BatchScan scan = segment.batches();
            while (scan.next()) {
                CompactionSieve.Sifted sifted = sieve.sift(scan.batch(), read(segment, scan));
                changed |= sifted.isChanged();
                if (sifted.bytes().isPresent()) {
                    ByteBuffer stays = sifted.bytes().get();
                    if (!cleaned.append(stays)) {
                        throw new CompactionAbandonedException("segment " + segment + " would grow past 2 GiB");
                    }
                    throttle.passed(stays.remaining());
                }
            }
            if (scan.nextPosition() != segment.size()) {
                throw new IOException("no whole batch at position " + scan.nextPosition() + " of " + segment);
            }
            return changed;
        } finally {
            segment.release();
        }
    }

    private ByteBuffer read(Segment segment, BatchScan scan) throws IOException, CompactionAbandonedException {
        ByteBuffer bytes = segment.read(new Segment.Place(scan.batch(), scan.position()));
        throttle.passed(bytes.remaining());
        return bytes;
    }

    /** Keeps a segment's file open under it, so that it is readable whatever becomes of its name. */
    private static void hold(Segment segment) throws CompactionAbandonedException {
        if (!segment.hold()) {
            throw new CompactionAbandonedException("the log changed meanwhile");
        }
    }
}
