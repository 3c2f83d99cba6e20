package io.millrace.broker.sim;

import io.millrace.broker.log.Log;
import io.millrace.broker.log.LogCrash;
import io.millrace.protocol.record.BufferSlice;
import io.millrace.protocol.record.FileSlice;
import io.millrace.protocol.record.RecordBatches;
import io.millrace.protocol.record.Records;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What one broker has of one partition, batch by batch, as far as it was seen; also while the broker is down. */
final class Copy {
    private final List<StoredBatch> batches = new ArrayList<>();

    /** How many batches from the first on are those that count as committed. */
    private int matching;

    private long seenEnd;

    List<StoredBatch> batches() {
        return batches;
    }

    long end() {
        return batches.isEmpty() ? 0 : batches.get(batches.size() - 1).last() + 1;
    }

    /** The end that the log itself has told. */
    long seenEnd() {
        return seenEnd;
    }

    /** Looks at a live log again. False if nothing has changed. */
    boolean refresh(Log log) {
        long now = log.endOffset();
        if (now == seenEnd) {
            return false;
        }
        if (now < seenEnd) {
            cutTo(now);
        }
        long from = end();
        while (from < now) {
            long before = from;
            for (StoredBatch batch : read(log, from, now)) {
                if (batch.base() >= from) {
                    batches.add(batch);
                    from = batch.last() + 1;
                }
            }
            if (from == before) {
                break; // a hole at the end: what is there is told by whoever compares
            }
        }
        seenEnd = now;
        return true;
    }

    /** Reads all of a live log anew. */
    void reload(Log log) {
        batches.clear();
        matching = 0;
        seenEnd = 0;
        refresh(log);
    }

    /** Reads what lies on the disk of a broker that is down. */
    void reload(Path partition) {
        batches.clear();
        matching = 0;
        LogCrash.batches(partition).forEach(batch -> batches.add(StoredBatch.of(batch)));
        seenEnd = end();
    }

    private void cutTo(long end) {
        while (!batches.isEmpty() && batches.get(batches.size() - 1).last() >= end) {
            batches.remove(batches.size() - 1);
        }
        matching = Math.min(matching, batches.size());
    }

    private static List<StoredBatch> read(Log log, long from, long end) {
        Records records = log.read(from, 1 << 20, end, true);
        List<StoredBatch> found = new ArrayList<>();
        try {
            new RecordBatches(bytes(records)).forEachRemaining(batch -> found.add(StoredBatch.of(batch)));
        } finally {
            records.release();
        }
        return found;
    }

    static ByteBuffer bytes(Records records) {
        if (records instanceof FileSlice slice) {
            ByteBuffer bytes = ByteBuffer.allocate(slice.length());
            try {
                slice.copyTo(bytes);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return bytes.flip();
        }
        return ((BufferSlice) records).buffer().duplicate();
    }

    /** Up to where it has what counts as committed. */
    long matchingEnd(List<StoredBatch> committed) {
        matching = Math.min(matching, committed.size());
        while (matching < batches.size()
                && matching < committed.size()
                && batches.get(matching).equals(committed.get(matching))) {
            matching++;
        }
        return matching == 0 ? 0 : batches.get(matching - 1).last() + 1;
    }

    int matching() {
        return matching;
    }
}
