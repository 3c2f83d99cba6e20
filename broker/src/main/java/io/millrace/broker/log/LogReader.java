package io.millrace.broker.log;

import io.millrace.protocol.record.BufferSlice;
import io.millrace.protocol.record.Records;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Reads one list of segments, as it was at one moment. */
final class LogReader {
    private final List<Segment> segments;

    LogReader(List<Segment> segments) {
        this.segments = segments;
    }

    /**
     * Batches from the one with an offset on, all in one segment.
     *
     * @param bound no batch that ends above it is given
     * @param atLeastOneBatch whether the first batch is given whole even if it is larger than {@code maxBytes}
     * @return none if the list of segments is out of date
     */
    Optional<Records> read(long offset, int maxBytes, LogEnd bound, boolean atLeastOneBatch) throws IOException {
        for (int i = Segments.floor(segments, offset); 0 <= i && i < segments.size(); i++) {
            Segment segment = segments.get(i);
            if (segment.baseOffset() >= bound.offset()) {
                break;
            }
            if (!segment.hold()) {
                return Optional.empty();
            }
            try {
                Optional<Segment.Place> first = segment.find(offset);
                if (first.isPresent()) {
                    long limit = limitIn(segment, i, bound);
                    return Optional.of(slice(segment, first.get(), limit, maxBytes, atLeastOneBatch));
                }
            } finally {
                segment.release();
            }
        }
        return Optional.of(BufferSlice.EMPTY);
    }

    /** Where in a segment the last batch ends that ends below the bound. */
    private long limitIn(Segment segment, int place, LogEnd bound) throws IOException {
        if (bound.isPositionIn(segment)) {
            return Math.min(bound.position(), segment.size()); // the segment may have been cut since
        }
        boolean endsBelow =
                place + 1 < segments.size() && segments.get(place + 1).baseOffset() <= bound.offset();
        if (endsBelow) {
            return segment.size();
        }
        return segment.find(bound.offset()).map(Segment.Place::position).orElseGet(segment::size);
    }

    private static Records slice(
            Segment segment, Segment.Place first, long limit, int maxBytes, boolean atLeastOneBatch)
            throws IOException {
        long available = limit - first.position();
        int firstSize = first.batch().sizeInBytes();
        int wanted = atLeastOneBatch ? Math.max(firstSize, maxBytes) : maxBytes;
        int length = (int) Math.min(wanted, available);
        return length <= 0 ? BufferSlice.EMPTY : segment.slice(first.position(), length);
    }
}
