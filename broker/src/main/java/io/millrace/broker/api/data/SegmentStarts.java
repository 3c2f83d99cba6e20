package io.millrace.broker.api.data;

import io.millrace.broker.log.Log;
import io.millrace.broker.replica.Partition;
import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;

/**
 * What ListOffsets was before records had times: a few of the offsets at which segments begin, and the log's end. Clients
 * of that age ask for one, to find the log's start or end.
 */
final class SegmentStarts {
    private static final long LATEST = -1;
    private static final long EARLIEST = -2;

    private final Log log;
    private final long end;

    /** @param toLogEnd whether the asker may see past the high watermark */
    SegmentStarts(Partition partition, boolean toLogEnd) {
        this.log = partition.log();
        this.end = partition.end(toLogEnd).offset();
    }

    /**
     * The offsets, newest first.
     *
     * @param timestamp -1 for all, the end first; -2 for the start alone; else for segments that are wholly as old as
     *     this time in ms, or older
     * @param maxCount as many at most
     * @throws ApiException UNSUPPORTED_VERSION for other negative timestamps, INVALID_REQUEST for a negative count
     */
    List<Long> before(long timestamp, int maxCount) {
        if (timestamp < EARLIEST) {
            throw new ApiException(ErrorCode.UNSUPPORTED_VERSION, "timestamp " + timestamp + " is not known");
        }
        if (maxCount < 0) {
            throw new ApiException(ErrorCode.INVALID_REQUEST, maxCount + " offsets cannot be told");
        }
        return candidates(timestamp).descendingSet().stream().limit(maxCount).toList();
    }

    private NavigableSet<Long> candidates(long timestamp) {
        NavigableSet<Long> offsets = new TreeSet<>();
        long start = log.startOffset();
        if (timestamp == EARLIEST) {
            offsets.add(start);
            return offsets;
        }
        List<Long> bases = timestamp == LATEST ? log.segmentBases() : log.segmentBasesUpTo(timestamp);
        bases.stream()
                .map(base -> Math.max(base, start))
                .filter(base -> base <= end)
                .forEach(offsets::add);
        if (timestamp == LATEST) {
            offsets.add(end);
        }
        return offsets;
    }
}
