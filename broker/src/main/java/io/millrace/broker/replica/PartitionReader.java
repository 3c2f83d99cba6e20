package io.millrace.broker.replica;

import io.millrace.broker.log.LeaderEpochs.EpochEnd;
import io.millrace.broker.log.Log;
import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.record.BatchHeader;
import io.millrace.protocol.record.BufferSlice;
import io.millrace.protocol.record.FileSlice;
import io.millrace.protocol.record.Records;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Reads a partition's log for those who follow or consume it, and tells where leader epochs end.
 *
 * <p>Threading: any thread; takes no lock.
 */
final class PartitionReader {
    private static final int NO_EPOCH = -1;

    private final TopicPartition id;
    private final Log log;

    PartitionReader(TopicPartition id, Log log) {
        this.id = id;
        this.log = log;
    }

    /** From an offset on, up to a bound; what is given begins with a whole batch, the last may be cut. */
    Records read(long offset, int maxBytes, long bound, boolean atLeastOneBatch) {
        if (offset == bound) {
            return BufferSlice.EMPTY;
        }
        Records records = log.read(offset, maxBytes, bound, atLeastOneBatch);
        return records.sizeInBytes() == maxBytes && !atLeastOneBatch ? unlessFirstIsCut(records) : records;
    }

    /** Clients take records that do not begin with a whole batch for a broken answer. */
    private Records unlessFirstIsCut(Records records) {
        if (!(records instanceof FileSlice slice)) {
            return records;
        }
        boolean whole = false;
        try {
            if (slice.length() >= BatchHeader.LOG_OVERHEAD) {
                ByteBuffer head = ByteBuffer.allocate(BatchHeader.LOG_OVERHEAD);
                new FileSlice(slice.channel(), slice.position(), head.remaining(), () -> {}).copyTo(head);
                whole = BatchHeader.sizeInBytes(head, 0) <= slice.length();
            }
        } catch (IOException e) {
            throw new ApiException(ErrorCode.KAFKA_STORAGE_ERROR, "cannot read " + id + ": " + e.getMessage());
        } finally {
            if (!whole) {
                slice.release();
            }
        }
        return whole ? slice : BufferSlice.EMPTY;
    }

    /**
     * Where the reader's history departs from the log's, if it does (KIP-595).
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
    Optional<EpochEnd> findEndOfEpoch(int epoch, int ours) {
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
