package io.millrace.broker.log;

import io.millrace.protocol.compress.DecompressionBoundException;
import io.millrace.protocol.record.Record;
import io.millrace.protocol.record.RecordBatch;
import io.millrace.protocol.record.RecordBatches;
import io.millrace.protocol.wire.MalformedMessageException;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Finds records by their time: first the segment, then the batch by index and headers, then the record in the batch.
 * Segments that are gone meanwhile are passed over: what they held is below the log's start by then.
 */
final class TimestampLookup {
    /** A batch that holds more, decompressed, is answered for as a whole. */
    private static final int MAX_DECOMPRESSED = 64 << 20;

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
        long largest = -1;
        for (Segment segment : segments) {
            if (segment.hold()) {
                try {
                    largest = Math.max(largest, segment.largestTimestamp().timestamp());
                } finally {
                    segment.release();
                }
            }
        }
        return largest < 0 ? Optional.empty() : firstAtOrAfter(largest);
    }

    private Optional<TimestampedOffset> firstIn(Segment segment, long timestamp) throws IOException {
        if (segment.largestTimestamp().timestamp() < timestamp) {
            return Optional.empty();
        }
        long from = startOffset;
        while (true) {
            Optional<Segment.Place> place = segment.findByTime(timestamp, from);
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
        Predicate<Record> wanted = record -> record.timestamp() >= timestamp && record.offset() >= startOffset;
        if (!batch.isLegacy()) {
            RecordBatches batches = new RecordBatches(segment.read(place));
            try {
                return batches.hasNext() ? firstRecord(batches.next(), batch.leaderEpoch(), wanted) : Optional.empty();
            } catch (MalformedMessageException | DecompressionBoundException e) {
                // stored as its producer sent it; the batch's begin is the closest that can be told
            }
        }
        return Optional.of(new TimestampedOffset(
                Math.max(batch.baseOffset(), startOffset), batch.maxTimestamp(), batch.leaderEpoch()));
    }

    private static Optional<TimestampedOffset> firstRecord(RecordBatch batch, int epoch, Predicate<Record> wanted) {
        for (Record record : batch.records(MAX_DECOMPRESSED)) {
            if (wanted.test(record)) {
                return Optional.of(new TimestampedOffset(record.offset(), record.timestamp(), epoch));
            }
        }
        return Optional.empty();
    }
}
