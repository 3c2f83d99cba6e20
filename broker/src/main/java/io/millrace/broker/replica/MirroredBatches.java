package io.millrace.broker.replica;

import io.millrace.broker.log.MirrorSource;
import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.record.BatchHeader;
import io.millrace.protocol.record.RecordBatch;
import io.millrace.protocol.record.RecordBatches;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * What a mirror brings for one partition: batches as another cluster has them, checked as bytes from outside are, at the
 * offsets that they have there. What they hold stays closed.
 *
 * <p>Gaps between them are gaps there, such as compaction leaves; control batches and those of transactions belong to it.
 */
public final class MirroredBatches {
    private static final int HIGHEST_CODEC = 4;

    /** Above, there would soon be no epoch left for a leader of this cluster. */
    private static final int HIGHEST_EPOCH = 1 << 30;

    private final MirrorSource source;
    private final long logStartOffset;
    private final long fetchOffset;
    private final ByteBuffer records;
    private final int leaderEpoch;

    private MirroredBatches(
            MirrorSource source, long logStartOffset, long fetchOffset, ByteBuffer records, int leaderEpoch) {
        this.source = source;
        this.logStartOffset = logStartOffset;
        this.fetchOffset = fetchOffset;
        this.records = records;
        this.leaderEpoch = leaderEpoch;
    }

    /**
     * Checks what came in a request.
     *
     * @param source where it comes from
     * @param leaderEpoch of the source
     * @param logStartOffset of the source
     * @param fetchOffset from where on the records are all that the source has
     * @param records whole batches, the last perhaps cut; they stay the request's, which lets them be stamped in place
     * @throws ApiException with the code that tells what is wrong
     */
    public static MirroredBatches check(
            MirrorSource source, int leaderEpoch, long logStartOffset, long fetchOffset, ByteBuffer records) {
        int epoch = leaderEpoch;
        long next = 0;
        RecordBatches batches = new RecordBatches(records);
        while (batches.hasNext()) {
            RecordBatch batch = batches.next();
            check(batch, next);
            next = batch.nextOffset();
            epoch = Math.max(epoch, batch.leaderEpoch());
        }
        if (batches.position() == records.position() && records.hasRemaining()) {
            throw new ApiException(ErrorCode.CORRUPT_MESSAGE, records.remaining() + " bytes that are no batch");
        }
        if (epoch > HIGHEST_EPOCH) {
            throw new ApiException(ErrorCode.INVALID_REQUEST, "leader epoch " + epoch + " is none that leaders reach");
        }
        ByteBuffer whole = records.duplicate().limit(batches.position());
        return new MirroredBatches(source, logStartOffset, fetchOffset, whole, epoch);
    }

    private static void check(RecordBatch batch, long next) {
        long first = batch.baseOffset();
        int delta = batch.lastOffsetDelta();
        if (first < next || delta < 0 || first > Long.MAX_VALUE - delta - 1) {
            throw new ApiException(
                    ErrorCode.CORRUPT_MESSAGE, "a batch at offset " + first + " where " + next + " was to come");
        }
        if (batch.recordsCount() < 0 || batch.recordsCount() > delta + 1L || batch.codec() > HIGHEST_CODEC) {
            throw new ApiException(ErrorCode.CORRUPT_MESSAGE, "a header that is none at offset " + first);
        }
        if (!batch.hasValidCrc()) {
            throw new ApiException(ErrorCode.CORRUPT_MESSAGE, "a batch whose CRC does not fit at offset " + first);
        }
    }

    MirrorSource source() {
        return source;
    }

    /** The source's. */
    long logStartOffset() {
        return logStartOffset;
    }

    long fetchOffset() {
        return fetchOffset;
    }

    /** The highest leader epoch that the source was or is led at: those here must not be lower. */
    public int leaderEpoch() {
        return leaderEpoch;
    }

    /** Whether the sender only asks where the log ends. */
    public boolean isQuestion() {
        return !records.hasRemaining();
    }

    /**
     * The bytes of those batches that a log does not have yet, with a leader epoch in each.
     *
     * @param end of the log
     * @return empty if it has all of them
     * @throws ApiException INVALID_RECORD if the log ends in the middle of a batch
     */
    Optional<ByteBuffer> stampedFrom(long end, int epoch) {
        int from = records.position();
        RecordBatches batches = new RecordBatches(records);
        while (batches.hasNext()) {
            RecordBatch batch = batches.next();
            if (batch.nextOffset() <= end) {
                from = batches.position();
            } else if (batch.baseOffset() < end) {
                throw new ApiException(
                        ErrorCode.INVALID_RECORD,
                        "a batch from " + batch.baseOffset() + " to " + (batch.nextOffset() - 1)
                                + ", in the middle of which the log ends, at " + end);
            } else {
                BatchHeader.setLeaderEpoch(batch.buffer(), batch.position(), epoch);
            }
        }
        return from == records.limit()
                ? Optional.empty()
                : Optional.of(records.duplicate().position(from));
    }
}
