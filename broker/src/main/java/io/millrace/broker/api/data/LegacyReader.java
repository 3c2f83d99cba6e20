package io.millrace.broker.api.data;

import io.millrace.broker.replica.ConversionMemory;
import io.millrace.broker.replica.Partition;
import io.millrace.broker.replica.TopicCount;
import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.compress.DecompressionBoundException;
import io.millrace.protocol.record.BufferSlice;
import io.millrace.protocol.record.DownConversion;
import io.millrace.protocol.record.FileSlice;
import io.millrace.protocol.record.LegacyBatch;
import io.millrace.protocol.record.LegacyBatches;
import io.millrace.protocol.record.RecordBatch;
import io.millrace.protocol.record.RecordBatches;
import io.millrace.protocol.record.Records;
import io.millrace.protocol.wire.MalformedMessageException;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Reads a partition for consumers that know no batches: some bytes of the log at a time, converted batch by batch.
 *
 * <p>Threading: any thread but an event loop; reads the disk.
 */
final class LegacyReader {
    private static final int NO_EPOCH = -1;
    private static final int LEAST_READ = 4 * 1024;
    private static final int MOST_READ = 256 * 1024;

    private final ConversionMemory memory;
    private final DataMeters.Conversions meters;

    /** @param meters told of each conversion */
    LegacyReader(ConversionMemory memory, DataMeters.Conversions meters) {
        this.meters = meters;
        this.memory = memory;
    }

    /**
     * What a consumer gets.
     *
     * @param nextOffset from where to go on; what lies below and is not in the messages is nothing for consumers
     */
    record Converted(ByteBuffer messages, long nextOffset) {}

    /**
     * Reads from an offset on, as far as the bytes asked for or the high watermark.
     *
     * @param magic of the messages, 0 or 1
     * @param maxBytes of all messages; a first one that is larger comes whole and alone
     * @throws ApiException as {@link Partition#read}; CORRUPT_MESSAGE or MESSAGE_TOO_LARGE if the first batch cannot be
     *     converted
     */
    Converted read(Partition partition, long fromOffset, byte magic, int maxBytes) {
        long begun = System.nanoTime();
        DownConversion conversion = new DownConversion(magic, fromOffset, maxBytes);
        long offset = fromOffset;
        try {
            while (!conversion.isFull()) {
                int room = maxBytes - conversion.sizeInBytes();
                ByteBuffer chunk = load(partition, offset, Math.max(LEAST_READ, Math.min(MOST_READ, room)));
                if (!chunk.hasRemaining()) {
                    break;
                }
                long next = addAll(chunk, conversion);
                if (next <= offset) {
                    throw new MalformedMessageException("no batch at offset " + offset);
                }
                offset = next;
            }
        } catch (MalformedMessageException | DecompressionBoundException e) {
            if (conversion.sizeInBytes() == 0) { // else the consumer gets what is in front, and meets this next time
                throw new ApiException(
                        e instanceof MalformedMessageException
                                ? ErrorCode.CORRUPT_MESSAGE
                                : ErrorCode.MESSAGE_TOO_LARGE,
                        partition.id() + " at offset " + offset + ": " + e.getMessage());
            }
        }
        ByteBuffer messages = conversion.result();
        if (messages.hasRemaining()) {
            meters.done(System.nanoTime() - begun, messages.remaining());
            partition.traffic().add(TopicCount.FETCH_CONVERSIONS, 1);
        }
        return new Converted(messages, offset);
    }

    /** Adds whole batches until there is no more, or no room; returns the offset behind the last, or -1. */
    private long addAll(ByteBuffer chunk, DownConversion conversion) {
        ByteBuffer rest = chunk.duplicate();
        long next = -1;
        int before;
        do {
            before = rest.position();
            RecordBatches batches = new RecordBatches(rest);
            while (batches.hasNext() && !conversion.isFull()) {
                RecordBatch batch = batches.next();
                memory.within(maxDecompressed -> {
                    conversion.add(batch, maxDecompressed);
                    return conversion;
                });
                next = batch.nextOffset();
            }
            rest.position(batches.position());
            LegacyBatches messages = new LegacyBatches(rest);
            while (messages.hasNext() && !conversion.isFull()) {
                LegacyBatch message = messages.next();
                memory.within(maxDecompressed -> {
                    conversion.add(message, maxDecompressed);
                    return conversion;
                });
                next = message.offset() + 1;
            }
            rest.position(messages.position());
        } while (rest.position() > before && !conversion.isFull());
        return next;
    }

    private static ByteBuffer load(Partition partition, long offset, int maxBytes) {
        Records records =
                partition.read(offset, maxBytes, true, NO_EPOCH, NO_EPOCH).records();
        try {
            ByteBuffer bytes = ByteBuffer.allocate(records.sizeInBytes());
            if (records instanceof FileSlice slice) {
                slice.copyTo(bytes);
            } else {
                bytes.put(((BufferSlice) records).buffer().duplicate());
            }
            return bytes.flip();
        } catch (IOException e) {
            throw new ApiException(
                    ErrorCode.KAFKA_STORAGE_ERROR, "cannot read " + partition.id() + ": " + e.getMessage());
        } finally {
            records.release();
        }
    }
}
