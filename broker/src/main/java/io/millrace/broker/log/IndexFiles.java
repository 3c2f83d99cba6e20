package io.millrace.broker.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The read-only door to the small files beside a segment, for tools: what is in them, entry by entry. */
public final class IndexFiles {
    private static final int OFFSET_ENTRY = OffsetIndex.ENTRY_SIZE;
    private static final int TIME_ENTRY = TimeIndex.ENTRY_SIZE;

    /** Of a {@code .index}: the batch at this position has this offset, or ends in front of it. */
    public record OffsetEntry(long offset, int position) {}

    /** Of a {@code .timeindex}: up to this offset nothing is later than this time. */
    public record TimeEntry(long timestamp, long offset) {}

    /**
     * Of a {@code .snapshot}: what is known of a producer.
     *
     * @param lastSequence -1 for none
     * @param lastOffset of its last batch
     * @param transactionStart -1 without an open transaction
     */
    public record ProducerEntry(
            long producerId,
            short epoch,
            int lastSequence,
            long lastOffset,
            long lastTimestamp,
            int coordinatorEpoch,
            long transactionStart) {}

    private IndexFiles() {}

    /** Entries of a {@code .index}. Behind the first, zeros are room that was made in advance. */
    public static List<OffsetEntry> offsets(Path file, long baseOffset) throws IOException {
        ByteBuffer in = read(file);
        List<OffsetEntry> entries = new ArrayList<>(in.remaining() / OFFSET_ENTRY);
        while (in.remaining() >= OFFSET_ENTRY) {
            int delta = in.getInt();
            int position = in.getInt();
            if (delta == 0 && position == 0 && !entries.isEmpty()) {
                break;
            }
            entries.add(new OffsetEntry(baseOffset + delta, position));
        }
        return entries;
    }

    /** Entries of a {@code .timeindex}. Behind the first, zeros are room that was made in advance. */
    public static List<TimeEntry> times(Path file, long baseOffset) throws IOException {
        ByteBuffer in = read(file);
        List<TimeEntry> entries = new ArrayList<>(in.remaining() / TIME_ENTRY);
        while (in.remaining() >= TIME_ENTRY) {
            long timestamp = in.getLong();
            int delta = in.getInt();
            if (timestamp == 0 && delta == 0) {
                break;
            }
            entries.add(new TimeEntry(timestamp, baseOffset + delta));
        }
        return entries;
    }

    /** Entries of a {@code .snapshot}; empty if its checksum is wrong or its version is not known. */
    public static Optional<List<ProducerEntry>> producers(Path file) throws IOException {
        return ProducerSnapshot.read(file, 0).map(producers -> producers.stream()
                .map(producer -> new ProducerEntry(
                        producer.producerId(),
                        producer.epoch(),
                        producer.lastSequence(),
                        producer.batches().isEmpty()
                                ? -1
                                : producer.batches()
                                        .get(producer.batches().size() - 1)
                                        .lastOffset(),
                        producer.lastTimestamp(),
                        producer.coordinatorEpoch(),
                        producer.transactionStart()))
                .toList());
    }

    /**
     * Lines of a checkpoint, such as {@code leader-epoch-checkpoint}.
     *
     * @throws IOException if it is none, too
     */
    public static List<String> checkpoint(Path file) throws IOException {
        return Checkpoint.read(file);
    }

    private static ByteBuffer read(Path file) throws IOException {
        return ByteBuffer.wrap(Files.readAllBytes(file));
    }
}
