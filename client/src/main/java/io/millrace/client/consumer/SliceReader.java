package io.millrace.client.consumer;

import io.millrace.client.IsolationLevel;
import io.millrace.client.MillraceException;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.compress.DecompressionBoundException;
import io.millrace.protocol.record.LegacyBatch;
import io.millrace.protocol.record.RecordBatch;
import io.millrace.protocol.wire.MalformedMessageException;
import java.util.List;

/**
 * Makes records of a slice, batch by batch as they are asked for: checks the CRC, decompresses, leaves out what aborted
 * transactions wrote.
 *
 * <p>Threading: the application's thread.
 */
final class SliceReader {
    private final FetchedSlice slice;
    private final ConsumerConfig config;
    private final DecompressionRoom room;
    private final SliceWalk walk;
    private final AbortedTransactions aborted;

    /** The batch that is being read, or null between batches. */
    private BatchCursor cursor;

    private long position;
    private int epoch = -1;
    private long timestamp = -1;

    SliceReader(FetchedSlice slice, ConsumerConfig config, DecompressionRoom room) {
        this.slice = slice;
        this.config = config;
        this.room = room;
        this.walk = slice.walk();
        this.aborted = new AbortedTransactions(slice.aborted());
        this.position = slice.from();
    }

    FetchedSlice slice() {
        return slice;
    }

    /** Whether a batch was begun that has more records. */
    boolean isInsideBatch() {
        return cursor != null;
    }

    /** The offset behind the last record that was made. */
    long position() {
        return position;
    }

    /** The leader epoch of the last record that was made; -1 if there was none. */
    int epoch() {
        return epoch;
    }

    /** The timestamp of the last record that was made; -1 if there was none. */
    long timestamp() {
        return timestamp;
    }

    /**
     * Adds records to a list until it has {@code max} of them or the slice has no more.
     *
     * @return whether the slice has no more
     * @throws MillraceException REFUSED with CORRUPT_MESSAGE
     */
    boolean addTo(List<ConsumerRecord> list, int max) {
        try {
            while (list.size() < max) {
                if (cursor == null && !nextBatch()) {
                    position = Math.max(position, slice.nextOffset());
                    return true;
                }
                int before = list.size();
                cursor.addTo(list, max, slice.from());
                if (list.size() > before) {
                    ConsumerRecord last = list.get(list.size() - 1);
                    position = last.offset() + 1;
                    epoch = last.leaderEpoch();
                    timestamp = last.timestamp();
                }
                if (!cursor.hasNext()) {
                    cursor = null;
                }
            }
            return false;
        } catch (MalformedMessageException | DecompressionBoundException e) {
            throw corrupt(e.getMessage());
        }
    }

    private boolean nextBatch() {
        while (cursor == null && (walk.hasBatch() || walk.hasOld())) {
            if (walk.hasBatch()) {
                open(walk.nextBatch());
            } else {
                open(walk.nextOld());
            }
        }
        return cursor != null;
    }

    private void open(RecordBatch batch) {
        checkCrc(!config.checkCrcs() || batch.hasValidCrc());
        boolean hidden =
                config.isolationLevel() == IsolationLevel.READ_COMMITTED ? aborted.hides(batch) : batch.isControl();
        if (!hidden && batch.lastOffset() >= slice.from()) {
            cursor = new RecordCursor(slice.state().partition(), batch, room);
        }
    }

    private void open(LegacyBatch message) {
        checkCrc(!config.checkCrcs() || message.hasValidCrc());
        if (message.offset() >= slice.from()) {
            cursor = new OldRecords(slice.state().partition(), message, config.maxDecompressedBytes());
        }
    }

    private void checkCrc(boolean fits) {
        if (!fits) {
            throw corrupt("wrong CRC");
        }
    }

    private MillraceException corrupt(String why) {
        return MillraceException.refused(
                ErrorCode.CORRUPT_MESSAGE,
                slice.state().partition() + ": the batch at offset " + position + " cannot be read: " + why
                        + "; poll tries it again, seek beyond it to leave it out");
    }
}
