package io.millrace.broker.replica;

import io.millrace.broker.log.LeaderEpochs.EpochEnd;
import io.millrace.broker.log.Log;
import io.millrace.broker.log.TimestampedOffset;
import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.TopicPartition;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Where in a partition's log something is: its ends, a time, the end of a leader epoch.
 *
 * <p>Threading: any thread; takes no lock.
 */
final class PartitionOffsets {
    private static final int NO_EPOCH = -1;
    private static final long NO_TIME = -1;

    private final TopicPartition id;
    private final Log log;
    private final PartitionRole role;

    PartitionOffsets(TopicPartition id, Log log, PartitionRole role) {
        this.id = id;
        this.log = log;
        this.role = role;
    }

    OffsetAt end(boolean logEnd) {
        return new OffsetAt(logEnd ? log.endOffset() : log.highWatermark(), NO_TIME, role.ledEpoch());
    }

    OffsetAt start() {
        long offset = log.startOffset();
        return new OffsetAt(offset, NO_TIME, log.leaderEpochs().epochOf(offset).orElse(NO_EPOCH));
    }

    OffsetAt ofTime(long timestamp) {
        return visible(log.offsetAt(timestamp));
    }

    OffsetAt ofMaxTimestamp() {
        return visible(log.latestTimestamp());
    }

    private OffsetAt visible(Optional<TimestampedOffset> found) {
        return found.filter(record -> record.offset() < log.highWatermark())
                .map(record -> new OffsetAt(record.offset(), record.timestamp(), record.leaderEpoch()))
                .orElse(OffsetAt.NONE);
    }

    EpochEnd endOfEpoch(int epoch) {
        return findEndOfEpoch(epoch, role.ledEpoch()).orElse(new EpochEnd(NO_EPOCH, -1));
    }

    EpochEnd lastOfLog() {
        return new EpochEnd(log.leaderEpochs().latest().orElse(NO_EPOCH), log.endOffset());
    }

    /**
     * Where a reader's history departs from the log's, if it does (KIP-595).
     *
     * @param lastFetchedEpoch of the record in front of the offset, -1 if it does not tell
     * @param ours the leader epoch now
     */
    Optional<EpochEnd> divergence(long offset, int lastFetchedEpoch, int ours) {
        if (lastFetchedEpoch == NO_EPOCH) {
            return Optional.empty();
        }
        EpochEnd end = findEndOfEpoch(lastFetchedEpoch, ours)
                .orElseThrow(() -> new ApiException(
                        ErrorCode.OFFSET_OUT_OF_RANGE, id + " knows no leader epoch up to " + lastFetchedEpoch));
        boolean same = end.epoch() == lastFetchedEpoch && offset <= end.endOffset();
        return same ? Optional.empty() : Optional.of(end);
    }

    /**
     * Our own epoch counts from when we lead, not from its first record: its number has been told to clients already,
     * with the log end, and one who asks for it must not hear that nobody knows it.
     */
    private Optional<EpochEnd> findEndOfEpoch(int epoch, int ours) {
        if (epoch < 0) {
            return Optional.empty();
        }
        long end = log.endOffset(); // first: while nothing is written at our epoch, that is where the epoch begins
        OptionalInt latest = log.leaderEpochs().latest();
        boolean writtenAtOurs = latest.isPresent() && latest.getAsInt() >= ours;
        if (writtenAtOurs || epoch > ours || (latest.isPresent() && epoch <= latest.getAsInt())) {
            return log.leaderEpochs().endOffsetFor(epoch, end);
        }
        return Optional.of(new EpochEnd(epoch == ours ? ours : latest.orElse(epoch), end));
    }
}
