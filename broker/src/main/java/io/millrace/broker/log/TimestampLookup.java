package io.millrace.broker.log;

import io.millrace.protocol.record.RecordBatch;
import io.millrace.protocol.record.RecordBatches;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/** Finds records by their time: the segment, then the batch by index and headers, then the record in the batch. */
final class TimestampLookup {
    private final List<Segment> segments;
    private final long startOffset;

    TimestampLookup(List<Segment> segments, long startOffset) {
        this.segments = segments;
        this.startOffset = startOffset;
    }
}
