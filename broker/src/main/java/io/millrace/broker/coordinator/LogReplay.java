package io.millrace.broker.coordinator;

import io.millrace.protocol.record.Record;
import io.millrace.protocol.record.RecordBatch;
import io.millrace.protocol.record.RecordBatches;
import io.millrace.protocol.wire.MalformedMessageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a log from start to end into a state. What cannot be read is skipped and told of: one bad record must not take
 * all the others with it.
 */
final class LogReplay<T> {
    private static final Logger LOG = LoggerFactory.getLogger(LogReplay.class);
    /** A batch of a coordinator's topic is far smaller, even decompressed. */
    private static final int MAX_BATCH_BYTES = 64 << 20;

    private final String name;
    private final RecordFormat<T> format;
    private final ShardState<T> state;
    private long applied;
    private long unknown;
    private long unreadable;

    LogReplay(String name, RecordFormat<T> format, ShardState<T> state) {
        this.name = name;
        this.format = format;
        this.state = state;
    }

    /**
     * Replays.
     *
     * @param wanted asked between reads; once it says no, replaying ends early
     */
    void run(ShardLog log, int bufferBytes, BooleanSupplier wanted) throws IOException {
        long offset = log.startOffset();
        long end = log.endOffset();
        while (offset < end && wanted.getAsBoolean()) {
            long next = offset;
            RecordBatches batches = new RecordBatches(log.read(offset, bufferBytes));
            while (batches.hasNext()) {
                RecordBatch batch = batches.next();
                if (batch.nextOffset() > next) {
                    replay(batch, next);
                    next = batch.nextOffset();
                }
            }
            if (next == offset) {
                LOG.warn("{}: nothing to read from offset {} up to the end, {}", name, offset, end);
                break; // the log's last batches were lost to the disk: it ends with what is left of it
            }
            offset = next;
        }
        report(offset);
    }

    private void replay(RecordBatch batch, long from) {
        if (batch.isControl()) {
            return;
        }
        if (batch.isTransactional()) {
            skipped(batch.recordsCount(), batch + " is transactional");
            return;
        }
        if (!batch.hasValidCrc()) {
            skipped(batch.recordsCount(), batch + " has a wrong CRC");
            return;
        }
        try {
            for (Record record : batch.records(MAX_BATCH_BYTES)) {
                if (record.offset() >= from) {
                    replay(record);
                }
            }
        } catch (MalformedMessageException e) {
            skipped(1, batch + ": " + e.getMessage());
        }
    }

    private void replay(Record record) {
        Optional<ByteBuffer> key = record.key();
        if (key.isEmpty()) {
            skipped(1, record + " has no key");
            return;
        }
        try {
            Optional<T> known = format.read(key.get(), record.value());
            if (known.isPresent()) {
                state.apply(known.get());
                applied++;
            } else if (unknown++ == 0) {
                LOG.warn("{}: {} is of a type or version not known here; such records are skipped", name, record);
            }
        } catch (MalformedMessageException e) {
            skipped(1, record + ": " + e.getMessage());
        }
    }

    private void skipped(int records, String why) {
        if (unreadable == 0) {
            LOG.error("{}: skipped while loading: {}", name, why);
        }
        unreadable += records;
    }

    private void report(long offset) {
        if (unknown > 0 || unreadable > 0) {
            LOG.warn(
                    "{}: loaded up to offset {}: {} records, {} skipped as unknown, {} skipped as unreadable",
                    name,
                    offset,
                    applied,
                    unknown,
                    unreadable);
        } else {
            LOG.debug("{}: loaded up to offset {}: {} records", name, offset, applied);
        }
    }
}
