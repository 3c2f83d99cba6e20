package io.millrace.broker.log;

import io.millrace.protocol.ApiException;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.Uuid;
import io.millrace.protocol.record.Records;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One partition's records on disk: a chain of segments, of which only the last takes appends.
 *
 * <p>Invariant: start offset <= high watermark <= end offset, recovery point <= end offset; no two records share an
 * offset.
 *
 * <p>Threading: whoever appends has decided on offsets under the partition's lock, which goes before this log's own.
 * Reads and accessors take no lock and work on any thread.
 *
 * <p>Errors: an I/O error takes the whole log directory offline. From then on everything that writes throws {@link
 * ApiException} KAFKA_STORAGE_ERROR; reads go on while the disk still gives what is asked. A log that was deleted or
 * closed meanwhile answers UNKNOWN_TOPIC_OR_PARTITION or NOT_LEADER_OR_FOLLOWER.
 */
public final class Log {
    private static final Logger LOG = LoggerFactory.getLogger(Log.class);

    /** What a log shares with all others in its directory. */
    record Surroundings(LogDirectory directory, Clock clock, ScheduledExecutorService background) {}

    private final TopicPartition partition;
    private volatile Uuid topicId;
    private final Path path;
    private final LogDirectory directory;
    private final Clock clock;
    private final Disposal disposal;
    private final Availability availability;
    private final Segments segments;
    private final LogOffsets offsets;
    private final LogReader reader;
    private final Flusher flusher;
    private final LeaderEpochs epochs;
    private final LogDamage damage;
    private final ProducerStates producers;
    private final ProducerSnapshots snapshots; // guarded by lock
    private final RollPolicy rollPolicy; // guarded by lock
    private final RecentTail recent = new RecentTail();
    private final LogCompaction compaction;
    private final Object lock = new Object();

    private final GroupSync groupSync;

    private volatile LogConfig config;
    private final AtomicInteger maintainers = new AtomicInteger(); // event loops stay away meanwhile
    private volatile Optional<FlushListener> flushListener = Optional.empty();

    /** @param highWatermark as far as it is known; brought within start and end */
    Log(
            TopicPartition partition,
            Uuid topicId,
            Path path,
            LogConfig config,
            Surroundings surroundings,
            Recovery.Recovered parts,
            long highWatermark) {
        this.partition = partition;
        this.topicId = topicId;
        this.path = path;
        this.config = config;
        this.directory = surroundings.directory();
        this.clock = surroundings.clock();
        this.disposal = new Disposal(surroundings.background(), directory::isFull);
        this.availability = new Availability(partition, directory);
        this.segments = new Segments(parts.segments());
        this.epochs = parts.epochs();
        this.producers = parts.producers();
        this.snapshots = parts.snapshots();
        this.rollPolicy = new RollPolicy(clock, partition.hashCode());
        Segment active = segments.active();
        LogEnd end = new LogEnd(parts.endOffset(), active.baseOffset(), active.size());
        this.offsets = new LogOffsets(partition, parts.startOffset(), end, highWatermark);
        this.reader = new LogReader(segments, offsets, availability);
        this.flusher = new Flusher(directory, path, segments, epochs, clock, parts.recoveryPoint());
        this.groupSync = new GroupSync(directory.syncThreads(), this::flush, this::tellFlushed);
        this.damage = new LogDamage(partition, path, segments);
        this.compaction = new LogCompaction(
                path,
                segments,
                offsets,
                flusher,
                producers,
                snapshots,
                damage,
                segment -> scrub().check(segment),
                disposal,
                this::maintainSegments);
    }

    public TopicPartition topicPartition() {
        return partition;
    }

    /** The topic's id; zero if the directory does not tell. */
    public Uuid topicId() {
        return topicId;
    }

    /** Notes the topic's id where the directory did not tell one. */
    void adoptTopicId(Uuid known) {
        synchronized (lock) {
            if (topicId.isZero() && !known.isZero()) {
                availability.requireWritable();
                try {
                    PartitionDirectory.writeTopicId(path, known);
                } catch (IOException e) {
                    throw availability.failed("note the topic id of", e);
                }
                topicId = known;
            }
        }
    }

    /** The log directory that this log lies in. */
    public Path directory() {
        return directory.path();
    }

    LogDirectory directoryOnDisk() {
        return directory;
    }

    public LogConfig config() {
        return config;
    }

    /** Sets how the log is kept from now on; an index interval from the next segment on. */
    public void configure(LogConfig newConfig) {
        config = newConfig;
    }

    /** The first offset that can be read. */
    public long startOffset() {
        return offsets.start();
    }

    /** The log end offset: the next to be written. */
    public long endOffset() {
        return offsets.endOffset();
    }

    public long highWatermark() {
        return offsets.highWatermark();
    }

    /** All below is on disk for good. */
    public long recoveryPoint() {
        return flusher.recoveryPoint();
    }

    /** Bytes of all segments, indexes not counted. */
    public long sizeInBytes() {
        return segments.sizeInBytes();
    }

    /** Base offsets of all segments, ascending. */
    public List<Long> segmentBases() {
        return segments.view().stream().map(Segment::baseOffset).toList();
    }

    /** Base offsets of those segments, ascending, that hold nothing newer than a timestamp (in ms). */
    public List<Long> segmentBasesUpTo(long timestamp) {
        return reader.ask("look up segments by time in", view -> SegmentAge.basesUpTo(view, timestamp));
    }

    public LeaderEpochs leaderEpochs() {
        return epochs;
    }

    public ProducerStates producers() {
        return producers;
    }

    /**
     * Appends whole batches that carry their final offsets, epochs and timestamps. Whether they should be appended, the
     * caller has found out before; nothing is checked here but that offsets ascend from the log's end on.
     *
     * @param batches between position and limit, which stay as they are; read from before this returns
     * @throws ApiException KAFKA_STORAGE_ERROR if the disk does not take them
     */
    public void append(ByteBuffer batches) {
        List<StoredBatch> headers = StoredBatch.readAll(batches);
        if (headers.isEmpty()) {
            return;
        }
        synchronized (lock) {
            availability.requireWritable();
            requireAscending(headers);
            try {
                Segment active = activeFor(headers, batches.remaining());
                for (StoredBatch batch : headers) {
                    epochs.assign(batch.leaderEpoch(), batch.baseOffset()); // first: it may fail for want of space
                }
                active.append(batches, headers);
                long nowMs = clock.millis();
                for (StoredBatch batch : headers) {
                    producers.update(batch, nowMs);
                }
                offsets.moveEnd(new LogEnd(last(headers).nextOffset(), active.baseOffset(), active.size()));
                recent.appended(headers.get(0).baseOffset(), batches.remaining(), nowMs);
            } catch (IOException e) {
                throw availability.failed("append to", e);
            }
        }
        if (offsets.endOffset() - flusher.recoveryPoint() >= config.flushMessages()) {
            groupSync.request();
        }
    }

    /**
     * Whether an append would touch no other file than the active segment's, and wait for nobody.
     *
     * @param bytes of the batch
     * @param timestamp the largest in it, or -1
     */
    public boolean takesAtOnce(int bytes, long timestamp) {
        Segment active = segments.active();
        return maintainers.get() == 0
                && active.isLoaded()
                && !rollPolicy.mayBeDue(active, config, bytes, offsets.endOffset() + bytes, timestamp);
    }

    /** Whether everything from an offset on was written so lately that the system still has it in memory. */
    public boolean isRecent(long offset) {
        if (maintainers.get() > 0 || !recent.contains(offset, clock.millis())) {
            return false;
        }
        List<Segment> view = segments.view();
        int place = Segments.floor(view, offset);
        return place >= 0 && view.get(place).isLoaded();
    }

    private void requireAscending(List<StoredBatch> batches) {
        long next = offsets.endOffset();
        for (StoredBatch batch : batches) {
            if (batch.baseOffset() < next) {
                throw new IllegalStateException(
                        partition + ": batch at offset " + batch.baseOffset() + " behind " + (next - 1));
            }
            next = batch.nextOffset();
        }
    }

    private Segment activeFor(List<StoredBatch> batches, int bytes) throws IOException {
        Segment active = segments.active();
        long timestamp = -1;
        for (StoredBatch batch : batches) {
            timestamp = Math.max(timestamp, batch.maxTimestamp());
        }
        if (!rollPolicy.isDue(active, config, bytes, last(batches).lastOffset(), timestamp)) {
            return active;
        }
        boolean isEmpty = active.baseOffset() == offsets.endOffset();
        return roll(isEmpty ? batches.get(0).baseOffset() : offsets.endOffset());
    }

    private static StoredBatch last(List<StoredBatch> batches) {
        return batches.get(batches.size() - 1);
    }

    /**
     * Goes on in a new segment; the old one is brought to the disk in the background. If there is no space for that, the
     * log stays as it was, and nothing of the new segment, which would be taken for the log's end at the next start.
     */
    private Segment roll(long newBase) throws IOException {
        snapshots.write(newBase, producers);
        Segment next = Segment.create(path, newBase, config.indexIntervalBytes());
        try {
            segments.active().seal();
        } catch (IOException e) {
            next.retire();
            Files.delete(SegmentFiles.path(path, newBase, SegmentFiles.LOG));
            throw e;
        }
        segments.add(next);
        groupSync.request();
        return next;
    }

    /**
     * Batches from the one that holds an offset on, out of one segment: a slice of its file, to be released once.
     *
     * @param maxBytes as many at most; the last batch may be cut
     * @param boundOffset no batch that ends above it is given: the high watermark for consumers, any large number for
     *     all there is. The log's end and its high watermark cost no search.
     * @param atLeastOneBatch whether the first batch is given whole even if it alone is larger than {@code maxBytes}
     * @return no bytes if there are none below the bound
     * @throws ApiException OFFSET_OUT_OF_RANGE if the offset is below the log's start or above its end
     */
    public Records read(long offset, int maxBytes, long boundOffset, boolean atLeastOneBatch) {
        return reader.read(offset, maxBytes, boundOffset, atLeastOneBatch);
    }

    /** What is known to be corrupt, and is not served. */
    public List<CorruptRange> corruptRanges() {
        return damage.ranges();
    }

    /** The offset itself, or the next one that is not known to be corrupt. */
    public long nextReadable(long offset) {
        return damage.nextReadable(offset);
    }

    /**
     * For whoever opens batches and finds one whose bytes are not right: looks at what the disk has, and if that is
     * corrupt, reports it and has it not served any more.
     *
     * @return whether the offset is corrupt
     */
    public boolean suspect(long offset) {
        return reader.ask("check", view -> Optional.of(scrub().check(offset)));
    }

    /** Reads all of it once, step by step, to find what is corrupt. */
    LogScrub scrub() {
        return new LogScrub(segments, offsets, epochs, flusher, damage, availability::isOpen);
    }

    /** The first record, not below the log's start, with this timestamp (in ms) or a later one. */
    public Optional<TimestampedOffset> offsetAt(long timestamp) {
        return reader.ask(
                "look up a timestamp in",
                view -> Optional.of(new TimestampLookup(view, offsets.start()).firstAtOrAfter(timestamp)));
    }

    /** The first of the records with the largest timestamp; none if no record has one. */
    public Optional<TimestampedOffset> latestTimestamp() {
        return reader.ask(
                "look up the largest timestamp of",
                view -> Optional.of(new TimestampLookup(view, offsets.start()).latest()));
    }

    /**
     * Raises the high watermark, to the log's end at most; one that is lower than it was is passed over. Waits for nobody.
     *
     * @return whether it moved
     */
    public boolean advanceHighWatermark(long offset) {
        return offsets.raiseHighWatermark(offset);
    }

    /**
     * Makes everything below an offset unreadable, and frees what segments that frees.
     *
     * @return the log's start afterwards: higher than the offset if it was so before
     * @throws ApiException OFFSET_OUT_OF_RANGE above the high watermark
     */
    public long deleteRecordsBefore(long offset) {
        synchronized (lock) {
            availability.requireWritable();
            offsets.requireWithin(Math.max(offset, offsets.start()), offsets.highWatermark());
            try {
                raiseStart(offset);
                dropExpired();
                return offsets.start();
            } catch (IOException e) {
                throw availability.failed("delete records of", e);
            }
        }
    }

    /** Deletes the segments that are too old or too many, or below the log's start. */
    void applyRetention() {
        if (!availability.isWritable()) {
            return;
        }
        // first without the lock: the answer may need indexes that nobody has loaded yet
        if (reader.ask("apply retention to", view -> Optional.of(expired())) > 0) {
            maintainers.incrementAndGet();
            try {
                synchronized (lock) {
                    availability.requireWritable();
                    dropExpired();
                }
            } catch (IOException e) {
                throw availability.failed("apply retention to", e);
            } finally {
                maintainers.decrementAndGet();
            }
        }
    }

    private int expired() throws IOException {
        return new Retention(config, clock.millis())
                .expired(segments.view(), offsets.start(), offsets.highWatermark(), offsets.endOffset());
    }

    private void dropExpired() throws IOException {
        int count = expired();
        if (count == 0) {
            return;
        }
        if (count == segments.view().size() && !rollForRetention()) {
            count--;
        }
        if (count == 0) {
            return;
        }
        List<Segment> dropped = segments.view().subList(0, count);
        raiseStart(segments.view().get(count).baseOffset());
        LOG.info("{}: deleting {} segments, log start is now {}", partition, count, offsets.start());
        drop(dropped);
    }

    /** False if there is no space for a new segment: the last one stays then, and what the others held is freed. */
    private boolean rollForRetention() throws IOException {
        try {
            roll(offsets.endOffset());
            return true;
        } catch (IOException e) {
            if (!NoSpace.isCauseOf(e)) {
                throw e;
            }
            directory.ranFull("cannot begin a new segment of " + partition + ": " + e.getMessage());
            return false;
        }
    }

    private void raiseStart(long offset) throws IOException {
        if (offset > offsets.start()) {
            offsets.raiseStart(offset);
            epochs.truncateFromStart(offset);
        }
    }

    /** Takes segments out of the log: names at once, files after a while, slices when they have been sent. */
    private void drop(List<Segment> dropped) throws IOException {
        segments.remove(dropped);
        List<Path> files = new ArrayList<>();
        for (Segment segment : dropped) {
            files.addAll(segment.rename(SegmentFiles.DELETED));
            snapshots.forget(segment.baseOffset());
            segment.retire();
        }
        damage.segmentsChanged();
        disposal.removeFiles(files, config.fileDeleteDelayMs());
    }

    /**
     * Cuts the log off in front of the batch that holds an offset; epochs and producers are as they were there. Does
     * nothing from the log's end on.
     *
     * @throws ApiException OFFSET_OUT_OF_RANGE below the log's start
     */
    public void truncateTo(long offset) {
        synchronized (lock) {
            availability.requireWritable();
            if (offset >= offsets.endOffset()) {
                return;
            }
            offsets.requireWithin(offset, offsets.endOffset());
            try {
                truncate(offset);
            } catch (IOException e) {
                throw availability.failed("truncate", e);
            }
        }
    }

    private void truncate(long offset) throws IOException {
        List<Segment> view = segments.view();
        int last = Segments.floor(view, offset);
        Segment cut = view.get(last);
        Optional<Segment.Place> place = cut.find(offset);
        long found = place.map(Segment.Place::position).orElseGet(cut::size);
        Optional<CorruptRange> lost = cut.damage().between(offset, found); // what cannot be read goes with the rest
        long position = lost.map(CorruptRange::position).orElse(found);
        long first = place.map(at -> at.batch().baseOffset()).orElse(offset);
        long newEnd = Math.min(offset, lost.map(CorruptRange::firstOffset).orElse(first));
        Path copy = cut.copyUpTo(position); // first: for want of space the log stays as it is
        LogEnd end = new LogEnd(newEnd, cut.baseOffset(), position);
        offsets.moveEnd(end); // before the files, so that no read begins behind it
        flusher.lowerTo(end, () -> {
            segments.replaceAll(() -> {
                List<Segment> kept = new ArrayList<>(view.subList(0, last));
                kept.add(cut.replaceBy(copy, config.indexIntervalBytes()));
                return kept;
            });
            cut.retire();
            drop(view.subList(last + 1, view.size()));
            Checkpoint.syncDirectory(path);
        });
        compaction.truncatedTo(newEnd);
        epochs.truncateFromEnd(newEnd);
        snapshots.rebuild(producers, segments.view(), newEnd, clock.millis());
        LOG.info("{}: truncated to {}", partition, newEnd);
    }

    /**
     * Drops all records and goes on, empty, at an offset: for a follower whose log has nothing in common with its
     * leader's any more. The high watermark may go back by it.
     */
    public void restartAt(long offset) {
        synchronized (lock) {
            availability.requireWritable();
            try {
                restart(offset);
            } catch (IOException e) {
                throw availability.failed("begin anew", e);
            }
        }
    }

    private void restart(long offset) throws IOException {
        if (offsets.endOffset() > offsets.start()) {
            truncate(offsets.start()); // first: what is cut has to be forgotten in many places
        }
        epochs.truncateFromEnd(0);
        List<Segment> before = segments.view();
        if (offset == offsets.endOffset()) {
            return;
        }
        Segment next = Segment.create(path, offset, config.indexIntervalBytes());
        LogEnd end = new LogEnd(offset, offset, 0);
        flusher.lowerTo(end, () -> {
            offsets.restart(end);
            segments.add(next);
            drop(before);
            Checkpoint.syncDirectory(path);
        });
        snapshots.rebuild(producers, segments.view(), offset, clock.millis());
        LOG.info("{}: begun anew at {}", partition, offset);
    }

    LogCompaction compaction() {
        return compaction;
    }

    /** Begins a new segment if records in the active one, which is never compacted, wait for it too long. */
    void rollIfOverdue() {
        if (config.compaction().maxLagMs() < Long.MAX_VALUE) {
            maintainSegments(() -> {
                boolean overdue = rollPolicy.isOverdue(segments.active(), config);
                if (overdue) {
                    roll(offsets.endOffset());
                }
                return overdue;
            });
        }
    }

    private boolean maintainSegments(LogCompaction.Maintenance.Work work) {
        maintainers.incrementAndGet();
        try {
            synchronized (lock) {
                return availability.isWritable() && work.run();
            }
        } catch (IOException e) {
            throw availability.failed("compact", e);
        } finally {
            maintainers.decrementAndGet();
        }
    }

    /** Brings everything that was appended so far to the disk for good. */
    public void flush() {
        availability.requireWritable();
        try {
            flusher.flush(offsets::end);
        } catch (IOException e) {
            throw availability.failed("flush", e);
        }
    }

    /** Throws what to answer if nothing can be written here any more: KAFKA_STORAGE_ERROR if the disk failed. */
    public void requireWritable() {
        availability.requireWritable();
    }

    /** As {@link #requireWritable}; and also if the disk is so full that producers are to wait. */
    public void requireRoom() {
        availability.requireOpen();
        directory.requireRoom();
    }

    /** As {@link #flush}, and does not wait for it: one flush serves all who ask for it before it begins. */
    public void requestFlush() {
        groupSync.request();
    }

    /** Has somebody told how the flushes that were requested end. */
    public void tellFlushesTo(FlushListener listener) {
        flushListener = Optional.of(listener);
    }

    private void tellFlushed(Optional<ApiException> failure) {
        flushListener.ifPresent(listener -> failure.ifPresentOrElse(listener::flushFailed, listener::flushed));
    }

    /** Requests a flush if {@code flush.ms} have passed since the last one, and there is something to flush. */
    void flushIfDue() {
        boolean due = config.flushMs() != Long.MAX_VALUE && flusher.sinceLastMs() >= config.flushMs();
        if (due && offsets.endOffset() > flusher.recoveryPoint() && availability.isWritable()) {
            groupSync.request();
        }
    }

    /** Bytes that an unclean stop now would make the next start read. */
    long unflushedBytes() {
        return flusher.unflushedBytes(offsets.endOffset());
    }

    /** Whether the start is above what the segments tell, so that it has to be noted elsewhere. */
    boolean hasRaisedStart() {
        return offsets.start() > segments.view().get(0).baseOffset();
    }

    /** Takes no more calls, and leaves the files as a clean start expects them. False if the disk does not allow that. */
    boolean close() {
        synchronized (lock) {
            if (!availability.end(false)) {
                return true;
            }
        }
        boolean clean = directory.isOnline();
        try {
            if (clean) {
                finish();
            }
        } catch (IOException e) {
            availability.diskFailed("close", e);
            clean = false;
        }
        segments.view().forEach(Segment::retire);
        return clean;
    }

    private void finish() throws IOException {
        for (Segment segment : segments.view()) {
            segment.finish();
        }
        flusher.flush(offsets::end);
        epochs.sync();
        long offset = offsets.endOffset();
        synchronized (lock) {
            if (!snapshots.has(offset) && offset > segments.view().get(0).baseOffset()) {
                snapshots.write(offset, producers);
            }
        }
    }

    /** Takes no more calls; the directory is renamed at once and removed after a while, slices stay readable. */
    void delete() {
        synchronized (lock) {
            if (!availability.end(true)) {
                return;
            }
            try {
                disposal.removeDirectory(moveAside(PartitionDirectory.Fate.DELETE), config.fileDeleteDelayMs());
            } catch (IOException e) {
                throw availability.diskFailed("delete", e);
            } finally {
                segments.view().forEach(Segment::retire);
            }
        }
    }

    /** Takes no more calls; the directory is kept under a name that says that it is not this broker's any more. */
    Path setAside() {
        close();
        try {
            return moveAside(PartitionDirectory.Fate.STRAY);
        } catch (IOException e) {
            throw availability.diskFailed("set aside", e);
        }
    }

    private Path moveAside(PartitionDirectory.Fate fate) throws IOException {
        Path aside = path.resolveSibling(PartitionDirectory.markedName(partition, fate));
        Files.move(path, aside);
        return aside;
    }

    @Override
    public String toString() {
        return partition + " (" + offsets + ")";
    }
}
