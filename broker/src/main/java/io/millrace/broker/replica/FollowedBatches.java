package io.millrace.broker.replica;

import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.record.BatchHeader;
import java.nio.ByteBuffer;
import java.util.Optional;

/** Checks what a leader gave, batch by batch, before it is stored as it is: a broken disk there must not spread. */
final class FollowedBatches {
    private static final int SMALLEST = 26; // an empty message of magic 0, which an old directory may hold

    private FollowedBatches() {}

    /**
     * The whole batches that the log does not have yet.
     *
     * @param end the log's end, where the first of them goes on
     * @return empty if there are none; else a view of the same bytes
     * @throws ApiException CORRUPT_MESSAGE for what cannot be stored
     */
    static Optional<ByteBuffer> check(TopicPartition id, ByteBuffer records, long end) {
        int from = records.position();
        int at = from;
        long next = end;
        while (records.limit() - at >= BatchHeader.LOG_OVERHEAD) {
            int size = BatchHeader.sizeInBytes(records, at);
            if (size < SMALLEST) {
                throw corrupt(id, next, "a batch of " + size + " bytes");
            }
            if (size > records.limit() - at) {
                break; // cut off: the next fetch brings it whole
            }
            long last = lastOffset(id, records, at, size, next);
            if (last < end && at == from) { // those in front of the first that is wanted
                from += size;
            } else if (BatchHeader.baseOffset(records, at) < next) {
                throw corrupt(id, next, "a batch at offset " + BatchHeader.baseOffset(records, at));
            } else {
                next = last + 1;
            }
            at += size;
        }
        return at == from
                ? Optional.empty()
                : Optional.of(records.duplicate().limit(at).position(from));
    }

    /** Checks the batch as far as it is of a kind that has a checksum over all of it. */
    private static long lastOffset(TopicPartition id, ByteBuffer records, int at, int size, long next) {
        if (BatchHeader.magic(records, at) < BatchHeader.MAGIC) {
            return BatchHeader.baseOffset(records, at);
        }
        int delta = size < BatchHeader.SIZE ? -1 : BatchHeader.lastOffsetDelta(records, at);
        if (delta < 0 || BatchHeader.baseOffset(records, at) < 0) {
            throw corrupt(id, next, "a header that is none");
        }
        if (BatchHeader.computeCrc(records, at, size) != BatchHeader.crc(records, at)) {
            throw corrupt(id, next, "a batch with a wrong checksum");
        }
        return BatchHeader.baseOffset(records, at) + delta;
    }

    private static ApiException corrupt(TopicPartition id, long offset, String what) {
        return new ApiException(
                ErrorCode.CORRUPT_MESSAGE,
                "the leader of " + id + " gave " + what + " where offset " + offset + " was to come");
    }
}
