package io.millrace.broker.log;

import io.millrace.protocol.ApiException;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.Uuid;
import io.millrace.protocol.record.Records;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

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
    private final TopicPartition partition;
    private volatile Uuid topicId;
    private final Object lock = new Object();
    private final LogPlace place;

    private volatile LogConfig config;

    /** @param highWatermark as far as it is known; brought within start and end */
    Log(
            TopicPartition partition,
            Uuid topicId,
            Path path,
            LogConfig config,
            LogParts.Surroundings surroundings,
            Recovery.Recovered recovered,
            long highWatermark) {
        this.partition = partition;
        this.topicId = topicId;
        this.config = config;
        this.place = new LogPlace(lock, LogParts.of(partition, path, surroundings, recovered, highWatermark));
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
                place.body().availability().requireWritable();
                try {
                    PartitionDirectory.writeTopicId(place.body().parts().path(), known);
                } catch (IOException e) {
                    throw place.body().availability().failed("note the topic id of", e);
                }
                topicId = known;
            }
        }
    }

    /** The log directory that this log lies in. */
    public Path directory() {
        return directoryOnDisk().path();
    }

    LogDirectory directoryOnDisk() {
        return place.body().parts().directory();
    }

    /** Where it lies, and may move from. */
    LogPlace place() {
        return place;
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
        return place.body().offsets().start();
    }

    /** The log end offset: the next to be written. */
    public long endOffset() {
        return place.body().offsets().endOffset();
    }

    public long highWatermark() {
        return place.body().offsets().highWatermark();
    }

    /** All below is on disk for good. */
    public long recoveryPoint() {
        return place.body().parts().flusher().recoveryPoint();
    }

    /** Bytes of all segments, indexes not counted. */
    public long sizeInBytes() {
        return place.body().segments().sizeInBytes();
    }

    /** Base offsets of all segments, ascending. */
    public List<Long> segmentBases() {
        return place.body().segments().view().stream().map(Segment::baseOffset).toList();
    }

    /** How many segments there are. */
    int segmentCount() {
        return place.body().segments().view().size();
    }

    /** Base offsets of those segments, ascending, that hold nothing newer than a timestamp (in ms). */
    public List<Long> segmentBasesUpTo(long timestamp) {
        return place.ask(here ->
                here.reader().ask("look up segments by time in", view -> SegmentAge.basesUpTo(view, timestamp)));
    }

    public LeaderEpochs leaderEpochs() {
        return place.body().parts().epochs();
    }

    public ProducerStates producers() {
        return place.body().parts().producers();
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
            LogBody here = place.body();
            here.availability().requireWritable();
            try {
                here.appends().append(batches, headers, config);
            } catch (IOException e) {
                throw here.availability().failed("append to", e);
            }
        }
        place.body().flushes().requestIfMany(config);
    }

    /**
     * Whether an append would touch no other file than the active segment's, and wait for nobody.
     *
     * @param bytes of the batch
     * @param timestamp the largest in it, or -1
     */
    public boolean takesAtOnce(int bytes, long timestamp) {
        return !place.isMaintained() && place.body().appends().takesAtOnce(bytes, timestamp, config);
    }

    /** Whether everything from an offset on was written so lately that the system still has it in memory. */
    public boolean isRecent(long offset) {
        return !place.isMaintained() && place.body().appends().isRecent(offset);
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
        return place.ask(here -> here.reader().read(offset, maxBytes, boundOffset, atLeastOneBatch));
    }

    /** What is known to be corrupt, and is not served. */
    public List<CorruptRange> corruptRanges() {
        return place.body().parts().damage().ranges();
    }

    /** The offset itself, or the next one that is not known to be corrupt. */
    public long nextReadable(long offset) {
        return place.body().parts().damage().nextReadable(offset);
    }

    /**
     * For whoever opens batches and finds one whose bytes are not right: looks at what the disk has, and if that is
     * corrupt, reports it and has it not served any more.
     *
     * @return whether the offset is corrupt
     */
    public boolean suspect(long offset) {
        return place.ask(here ->
                here.reader().ask("check", view -> Optional.of(here.scrub().check(offset))));
    }

    /**
     * Puts whole batches in the place of a corrupt range, byte for byte as they were.
     *
     * @param batches as another replica has them, committed; more may follow behind
     * @return false, with nothing done, if the range is not known (any more), or they are not what was there
     */
    public boolean repair(CorruptRange range, ByteBuffer batches) {
        LogBody here = place.body();
        return place.maintain("repair", here, () -> new LogRepair(
                        here.segments(), here.parts().damage())
                .repair(range, batches));
    }

    /** Reads all of it once, step by step, to find what is corrupt. */
    LogScrub scrub() {
        return place.body().scrub();
    }

    /** The first record, not below the log's start, with this timestamp (in ms) or a later one. */
    public Optional<TimestampedOffset> offsetAt(long timestamp) {
        return place.ask(here -> here.reader()
                .ask(
                        "look up a timestamp in",
                        view -> Optional.of(
                                new TimestampLookup(view, here.offsets().start()).firstAtOrAfter(timestamp))));
    }

    /** The first of the records with the largest timestamp; none if no record has one. */
    public Optional<TimestampedOffset> latestTimestamp() {
        return place.ask(here -> here.reader()
                .ask(
                        "look up the largest timestamp of",
                        view -> Optional.of(
                                new TimestampLookup(view, here.offsets().start()).latest())));
    }

    /**
     * Raises the high watermark, to the log's end at most; one that is lower than it was is passed over. Waits for nobody.
     *
     * @return whether it moved
     */
    public boolean advanceHighWatermark(long offset) {
        return place.raiseHighWatermark(offset);
    }

    /**
     * Makes everything below an offset unreadable, and frees what segments that frees.
     *
     * @return the log's start afterwards: higher than the offset if it was so before
     * @throws ApiException OFFSET_OUT_OF_RANGE above the high watermark
     */
    public long deleteRecordsBefore(long offset) {
        synchronized (lock) {
            LogBody here = place.body();
            LogOffsets offsets = here.offsets();
            here.availability().requireWritable();
            offsets.requireWithin(Math.max(offset, offsets.start()), offsets.highWatermark());
            try {
                here.cuts().deleteBefore(offset, config);
                return offsets.start();
            } catch (IOException e) {
                throw here.availability().failed("delete records of", e);
            }
        }
    }

    /** Deletes the segments that are too old or too many, or below the log's start. */
    void applyRetention() {
        LogBody here = place.body();
        if (!here.availability().isWritable()) {
            return;
        }
        // first without the lock: the answer may need indexes that nobody has loaded yet
        if (here.reader()
                        .ask(
                                "apply retention to",
                                view -> Optional.of(here.cuts().expired(config)))
                > 0) {
            place.maintain("apply retention to", here, () -> {
                here.cuts().dropExpired(config);
                return true;
            });
        }
    }

    /**
     * Cuts the log off in front of the batch that holds an offset; epochs and producers are as they were there. Does
     * nothing from the log's end on.
     *
     * @throws ApiException OFFSET_OUT_OF_RANGE below the log's start
     */
    public void truncateTo(long offset) {
        synchronized (lock) {
            LogBody here = place.body();
            LogOffsets offsets = here.offsets();
            here.availability().requireWritable();
            if (offset >= offsets.endOffset()) {
                return;
            }
            offsets.requireWithin(offset, offsets.endOffset());
            try {
                here.cuts().truncate(offset, config);
            } catch (IOException e) {
                throw here.availability().failed("truncate", e);
            }
        }
    }

    /**
     * Drops all records and goes on, empty, at an offset: for a follower whose log has nothing in common with its
     * leader's any more. The high watermark may go back by it.
     */
    public void restartAt(long offset) {
        synchronized (lock) {
            LogBody here = place.body();
            here.availability().requireWritable();
            try {
                here.cuts().restart(offset, config);
            } catch (IOException e) {
                throw here.availability().failed("begin anew", e);
            }
        }
    }

    LogCompaction compaction() {
        return place.body().compaction();
    }

    /** Begins a new segment if records in the active one, which is never compacted, wait for it too long. */
    void rollIfOverdue() {
        if (config.compaction().maxLagMs() < Long.MAX_VALUE) {
            LogBody here = place.body();
            place.maintain("compact", here, () -> here.appends().rollIfOverdue(config));
        }
    }

    /** Brings everything that was appended so far to the disk for good. */
    public void flush() {
        place.use(here -> here.flushes().flush());
    }

    /** Whether it was neither closed nor deleted, and its disk works. */
    public boolean isWritable() {
        return place.body().availability().isWritable();
    }

    /** Throws what to answer if nothing can be written here any more: KAFKA_STORAGE_ERROR if the disk failed. */
    public void requireWritable() {
        place.use(here -> here.availability().requireWritable());
    }

    /** As {@link #requireWritable}; and also if the disk is so full that producers are to wait. */
    public void requireRoom() {
        place.use(here -> {
            here.availability().requireOpen();
            here.parts().directory().requireRoom();
        });
    }

    /** As {@link #flush}, and does not wait for it: one flush serves all who ask for it before it begins. */
    public void requestFlush() {
        place.body().flushes().request();
    }

    /** Has somebody told how the flushes that were requested end. */
    public void tellFlushesTo(FlushListener listener) {
        place.tellFlushesTo(listener);
    }

    /** Requests a flush if {@code flush.ms} have passed since the last one, and there is something to flush. */
    void flushIfDue() {
        place.body().flushes().requestIfLate(config);
    }

    /** Bytes that an unclean stop now would make the next start read. */
    long unflushedBytes() {
        LogBody here = place.body();
        return here.parts().flusher().unflushedBytes(here.offsets().endOffset());
    }

    /** Whether the start is above what the segments tell, so that it has to be noted elsewhere. */
    boolean hasRaisedStart() {
        LogBody here = place.body();
        return here.offsets().start() > here.segments().view().get(0).baseOffset();
    }

    /** Takes no more calls, and leaves the files as a clean start expects them. False if the disk does not allow that. */
    boolean close() {
        synchronized (lock) {
            if (!place.body().availability().end(false)) {
                return true;
            }
        }
        return new LogClosing(place.body().parts()).close();
    }

    /** Takes no more calls; the files stay as they are. */
    void abandon() {
        synchronized (lock) {
            if (place.body().availability().end(false)) {
                new LogClosing(place.body().parts()).abandon();
            }
        }
    }

    /** Takes no more calls; the directory is renamed at once and removed after a while, slices stay readable. */
    void delete() {
        synchronized (lock) {
            if (place.body().availability().end(true)) {
                new LogClosing(place.body().parts()).delete(config.fileDeleteDelayMs());
            }
        }
    }

    /** Takes no more calls; the directory is kept under a name that says that it is not this broker's any more. */
    Path setAside() {
        close();
        return new LogClosing(place.body().parts()).setAside();
    }

    @Override
    public String toString() {
        return partition + " (" + place.body().offsets() + ")";
    }
}
