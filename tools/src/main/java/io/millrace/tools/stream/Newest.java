package io.millrace.tools.stream;

import io.millrace.client.consumer.ConsumerRecord;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Keeps the newest of many records, as they are printed: of all partitions together, in the order of their times.
 *
 * <p>Threading: one thread's.
 */
final class Newest {
    private static final int SMALL = 4096;

    private static final Comparator<Kept> BY_TIME = Comparator.comparingLong(Kept::timestamp)
            .thenComparingInt(Kept::partition)
            .thenComparingLong(Kept::offset);

    private final RecordFormat format;
    private final int most;
    private final PriorityQueue<Kept> kept = new PriorityQueue<>(BY_TIME);
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final ByteSink sink = new ByteSink(Channels.newChannel(bytes), all -> {}, SMALL);

    @SuppressWarnings("ArrayRecordComponent") // is printed, and never compared
    private record Kept(long timestamp, int partition, long offset, byte[] printed) {}

    Newest(RecordFormat format, int most) {
        this.format = format;
        this.most = most;
    }

    void add(ConsumerRecord record) throws IOException {
        if (most == 0
                || (kept.size() == most && record.timestamp() < kept.element().timestamp())) {
            return;
        }
        bytes.reset();
        format.write(record, sink);
        sink.flush();
        kept.add(new Kept(record.timestamp(), record.partition(), record.offset(), bytes.toByteArray()));
        if (kept.size() > most) {
            kept.remove();
        }
    }

    /** The oldest first; keeps none any more. */
    List<byte[]> take() {
        List<byte[]> all = new ArrayList<>();
        while (!kept.isEmpty()) {
            all.add(kept.remove().printed());
        }
        return all;
    }
}
