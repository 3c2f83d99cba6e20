package io.millrace.broker.log;

import java.util.List;

/** Finds records by their time: the segment, then the batch by index and headers, then the record in the batch. */
final class TimestampLookup {
    private final List<Segment> segments;
    private final long startOffset;

    TimestampLookup(List<Segment> segments, long startOffset) {
        this.segments = segments;
        this.startOffset = startOffset;
    }
}
