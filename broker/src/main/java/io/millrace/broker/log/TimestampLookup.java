package io.millrace.broker.log;

import io.millrace.protocol.compress.DecompressionBoundException;
import io.millrace.protocol.record.BatchHeader;
import io.millrace.protocol.record.Record;
import io.millrace.protocol.record.RecordBatches;
import io.millrace.protocol.wire.MalformedMessageException;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.LongAccumulator;

/**
 * Finds records by their time: first the segment, then the batch by index and headers, then the record in the batch.
 * Segments that are gone meanwhile are passed over: what they held is below the log's start by then.
 */
final class TimestampLookup {
    /** A batch that holds more, decompressed, is answered for as a whole. */
    private static final int MAX_DECOMPRESSED = 16 << 20; // several look up at once

    private final List<Segment> segments;
    private final long startOffset;

    /** @param startOffset what lies below is not found */
    TimestampLookup(List<Segment> segments, long startOffset) {
        this.segments = segments;
        this.startOffset = startOffset;
    }

    /** The first record with this timestamp or a later one. */
    Optional<TimestampedOffset> firstAtOrAfter(long timestamp) throws IOException {
        for (int i = Math.max(0, Segments.floor(segments, startOffset)); i < segments.size(); i++) {
            Segment segment = segments.get(i);
            if (segment.hold()) {
                try {
                    Optional<TimestampedOffset> found = firstIn(segment, timestamp);
                    if (found.isPresent()) {
                        return found;
                    }
                } finally {
                    segment.release();
                }
            }
        }
        return Optional.empty();
    }

    /** The first of the records with the largest timestamp. */
    Optional<TimestampedOffset> latest() throws IOException {
        LongAccumulator largest = new LongAccumulator(Math::max, BatchHeader.NO_TIMESTAMP);
        for (Segment segment : segments.subList(Math.max(0, Segments.floor(segments, startOffset)), segments.size())) {
            if (segment.hold()) {
                try {
                    if (segment.baseOffset() >= startOffset) {
                        largest.accumulate(segment.largestTimestamp().timestamp());
                    } else {
                        accumulateAboveStart(segment, largest);
                    }
                } finally {
                    segment.release();
                }
            }
        }
        return largest.get() < 0 ? Optional.empty() : firstAtOrAfter(largest.get());
    }

    /** Of the segment that the log's start is in: its index may speak of a record that is deleted. */
    private void accumulateAboveStart(Segment segment, LongAccumulator largest) throws IOException {
        Optional<Segment.Place> first = segment.lookup().find(startOffset);
        if (first.isPresent()) {
            largest.accumulate(largestAboveStart(segment, first.get()));
            segment.lookup().walk(first.get().batch().nextOffset(), batch -> largest.accumulate(batch.maxTimestamp()));
        }
    }

    private Optional<TimestampedOffset> firstIn(Segment segment, long timestamp) throws IOException {
        if (segment.largestTimestamp().timestamp() < timestamp) {
            return Optional.empty();
        }
        long from = startOffset;
        while (true) {
            Optional<Segment.Place> place = segment.lookup().findByTime(timestamp, from);
            if (place.isEmpty()) {
                return Optional.empty();
            }
            Optional<TimestampedOffset> record = recordIn(segment, place.get(), timestamp);
            if (record.isPresent()) {
                return record;
            }
            from = place.get().batch().nextOffset(); // its record was below the log's start
        }
    }

    private Optional<TimestampedOffset> recordIn(Segment segment, Segment.Place place, long timestamp)
            throws IOException {
        StoredBatch batch = place.batch();
        try {
            for (Record record : records(segment, place)) {
                if (record.timestamp() >= timestamp && record.offset() >= startOffset) {
                    return Optional.of(new TimestampedOffset(record.offset(), record.timestamp(), batch.leaderEpoch()));
                }
            }
            return Optional.empty();
        } catch (MalformedMessageException | DecompressionBoundException e) {
            // stored as its producer sent it; the batch's begin is the closest that can be told
            long offset = Math.max(batch.baseOffset(), startOffset);
            return Optional.of(new TimestampedOffset(offset, batch.maxTimestamp(), batch.leaderEpoch()));
        }
    }

    private long largestAboveStart(Segment segment, Segment.Place place) throws IOException {
        long largest = BatchHeader.NO_TIMESTAMP;
        try {
            for (Record record : records(segment, place)) {
                if (record.offset() >= startOffset) {
                    largest = Math.max(largest, record.timestamp());
                }
            }
            return largest;
        } catch (MalformedMessageException | DecompressionBoundException e) {
            return place.batch().maxTimestamp();
        }
    }

    /** Throws MalformedMessageException, here or from the iterator, if they cannot be read. */
    private static Iterable<Record> records(Segment segment, Segment.Place place) throws IOException {
        RecordBatches batches = new RecordBatches(segment.read(place));
        if (!batches.hasNext()) {
            throw new MalformedMessageException(
                    "a message of magic " + place.batch().magic());
        }
        return batches.next().records(MAX_DECOMPRESSED);
    }
}
