package io.millrace.broker.log;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** How old a segment is: by the times of its records; by its file where they carry none. */
final class SegmentAge {
    private SegmentAge() {}

    /** When the newest of its records was made, in ms. */
    static long newest(Segment segment) throws IOException {
        long largest = segment.largestTimestamp().timestamp();
        return largest >= 0 ? largest : segment.lastModified();
    }

    /**
     * Base offsets of those segments, ascending, that hold nothing newer than a timestamp.
     *
     * @return none if a segment was closed meanwhile
     */
    static Optional<List<Long>> basesUpTo(List<Segment> segments, long timestamp) throws IOException {
        List<Long> bases = new ArrayList<>();
        for (Segment segment : segments) {
            if (!segment.hold()) {
                return Optional.empty();
            }
            try {
                if (newest(segment) <= timestamp) {
                    bases.add(segment.baseOffset());
                }
            } finally {
                segment.release();
            }
        }
        return Optional.of(bases);
    }
}
