package io.millrace.broker.log;

import io.millrace.protocol.record.Crc32c;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * The producers' state in front of an offset, in a file. Of each producer's batches only the newest is kept.
 *
 * <pre>
 * i16 version 1 | u32 CRC-32C of all that follows | i32 count | entries of 46 bytes:
 * i64 id | i16 epoch | i32 last sequence | i64 last offset | i32 offset delta | i64 timestamp
 *   | i32 coordinator epoch (-1) | i64 first offset of the open transaction (-1)
 * </pre>
 *
 * <p>Written without waiting for the disk: what a power failure leaves of it the checksum tells, and then an older one
 * serves, with more of the log read again.
 */
final class ProducerSnapshot {
    private static final short VERSION = 1;
    private static final int CRC_END = 6;
    private static final int HEADER = 10;
    private static final int ENTRY = 46;

    private ProducerSnapshot() {}

    static void write(Path file, Collection<Producer> producers) throws IOException {
        ByteBuffer out = ByteBuffer.allocate(HEADER + producers.size() * ENTRY);
        out.putShort(VERSION).putInt(0).putInt(producers.size());
        for (Producer producer : producers) {
            List<Producer.Batch> batches = producer.batches();
            boolean none = batches.isEmpty();
            Producer.Batch last = none ? new Producer.Batch(-1, -1, 0, -1) : batches.get(batches.size() - 1);
            out.putLong(producer.producerId())
                    .putShort(producer.epoch())
                    .putInt(last.lastSequence())
                    .putLong(last.lastOffset())
                    .putInt(last.offsetDelta())
                    .putLong(last.timestamp())
                    .putInt(producer.coordinatorEpoch())
                    .putLong(producer.transactionStart());
        }
        out.putInt(2, Crc32c.of(out, CRC_END, out.capacity() - CRC_END));
        Checkpoint.replace(file, out.array(), Checkpoint.Durability.LAZY);
    }

    /** The producers in a file, as if they had last written now; none if it is damaged or of another version. */
    static Optional<List<Producer>> read(Path file, long nowMs) throws IOException {
        ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(file));
        if (in.remaining() < HEADER
                || in.getShort() != VERSION
                || in.getInt() != Crc32c.of(in, CRC_END, in.limit() - CRC_END)) {
            return Optional.empty();
        }
        int count = in.getInt();
        List<Producer> producers = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                producers.add(readProducer(in, nowMs));
            }
        } catch (BufferUnderflowException e) {
            return Optional.empty();
        }
        return Optional.of(producers);
    }

    private static Producer readProducer(ByteBuffer in, long nowMs) {
        long id = in.getLong();
        short epoch = in.getShort();
        Producer.Batch last = new Producer.Batch(in.getInt(), in.getLong(), in.getInt(), in.getLong());
        List<Producer.Batch> batches = last.lastSequence() < 0 ? List.of() : List.of(last);
        return new Producer(id, epoch, batches, in.getInt(), in.getLong(), nowMs);
    }
}
