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

/**
 * Reads a partition's log for those who consume or follow it: each as far as it may see.
 *
 * <p>Threading: any thread; takes no lock.
 */
final class PartitionReader {
    private final TopicPartition id;
    private final Log log;
    private final PartitionRole role;
    private final PartitionOffsets offsets;

    PartitionReader(TopicPartition id, Log log, PartitionRole role, PartitionOffsets offsets) {
        this.id = id;
        this.log = log;
        this.role = role;
        this.offsets = offsets;
    }

    /** For a consumer, where this broker leads. */
    Read read(long offset, int maxBytes, boolean atLeastOneBatch, int clientEpoch, int lastFetchedEpoch) {
        int ours = role.requireLeader().leaderEpoch();
        role.checkEpoch(ours, clientEpoch);
        return read(offset, maxBytes, atLeastOneBatch, lastFetchedEpoch, ours, log.highWatermark());
    }

    /** For a consumer, also where this broker follows. */
    Read readAnywhere(long offset, int maxBytes, boolean atLeastOneBatch, int clientEpoch, int lastFetchedEpoch) {
        if (!(role.now() instanceof Role.Follower follower)) {
            return read(offset, maxBytes, atLeastOneBatch, clientEpoch, lastFetchedEpoch);
        }
        role.checkEpoch(follower.leaderEpoch(), clientEpoch);
        long highWatermark = log.highWatermark();
        if (offset > highWatermark) {
            throw new ApiException(
                    ErrorCode.OFFSET_NOT_AVAILABLE, id + " is committed up to " + highWatermark + " here");
        }
        return read(offset, maxBytes, atLeastOneBatch, lastFetchedEpoch, follower.leaderEpoch(), highWatermark);
    }

    /** Up to a bound, for one who has the right to it; {@code ours} is the leader epoch now. */
    Read read(long offset, int maxBytes, boolean atLeastOne, int lastFetchedEpoch, int ours, long bound) {
        Optional<EpochEnd> divergence = offsets.divergence(offset, lastFetchedEpoch, ours);
        return new Read(
                records(
                        offset,
                        divergence.isPresent() ? 0 : maxBytes,
                        divergence.isPresent() ? offset : bound,
                        atLeastOne),
                log.highWatermark(),
                log.startOffset(),
                divergence);
    }

    /** For the broker's own state machines: up to the log's end, and behind what is known to be corrupt. */
    Records readToLogEnd(long offset, int maxBytes) {
        long from = log.nextReadable(offset);
        long end = log.endOffset();
        return records(Math.min(from, end), maxBytes, end, true);
    }

    /** From an offset on, up to a bound; what is given begins with a whole batch, the last may be cut. */
    private Records records(long offset, int maxBytes, long bound, boolean atLeastOneBatch) {
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
}
