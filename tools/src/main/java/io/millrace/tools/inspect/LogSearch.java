package io.millrace.tools.inspect;

import io.millrace.broker.log.IndexFiles;
import io.millrace.broker.log.IndexFiles.OffsetEntry;
import io.millrace.broker.log.SegmentInspector;
import io.millrace.protocol.record.Record;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Finds the first record of a partition's files that something holds for, with the help of the indexes where they are.
 *
 * <p>Threading: one thread's.
 */
final class LogSearch {
    private final long offset;
    private final long timestamp;
    private final List<String> unreadable = new ArrayList<>();

    /** Where a record lies; the position is that of its batch. */
    record Found(String partition, long offset, long timestamp, Path file, long position) {}

    private LogSearch(long offset, long timestamp) {
        this.offset = offset;
        this.timestamp = timestamp;
    }

    /** The first record with this offset or a later one. */
    static LogSearch forOffset(long offset) {
        return new LogSearch(offset, Long.MIN_VALUE);
    }

    /** The first record with this timestamp or a later one. */
    static LogSearch forTime(long timestamp) {
        return new LogSearch(Long.MIN_VALUE, timestamp);
    }

    /** Batches that were passed over since nobody can read them, a line each. */
    List<String> unreadable() {
        return unreadable;
    }

    Optional<Found> in(LogFiles partition) throws IOException {
        for (int i = 0; i < partition.segments().size(); i++) {
            boolean before =
                    partition.nextBase(i).isPresent() && partition.nextBase(i).getAsLong() <= offset;
            Path segment = partition.segments().get(i);
            Optional<Found> found = before ? Optional.empty() : in(partition.name(), segment);
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    private Optional<Found> in(String partition, Path segment) throws IOException {
        try (SegmentInspector inspector = SegmentInspector.open(segment)) {
            Holder holder = new Holder(partition, segment);
            long from = begin(segment);
            long end = inspector.walk(from, holder);
            if (end == from && from > 0) { // the index is wrong
                end = inspector.walk(0, holder);
            }
            if (holder.found.isEmpty() && end < inspector.sizeInBytes()) {
                unreadable.add(segment + " from position " + end + " on: no whole batch is there");
            }
            return holder.found;
        }
    }

    /** A position in front of which nothing is that is sought. */
    private long begin(Path segment) throws IOException {
        long base = SegmentInspector.baseOffset(segment).orElse(0);
        Optional<Path> index = SegmentInspector.sibling(segment, ".index");
        if (index.isEmpty()) {
            return 0;
        }
        long wanted = offset;
        Optional<Path> times = SegmentInspector.sibling(segment, ".timeindex");
        if (timestamp != Long.MIN_VALUE) {
            List<IndexFiles.TimeEntry> entries = times.isPresent() ? IndexFiles.times(times.get(), base) : List.of();
            for (IndexFiles.TimeEntry entry : entries) {
                if (entry.timestamp() < timestamp) {
                    wanted = Math.max(wanted, entry.offset());
                }
            }
        }
        long position = 0;
        for (OffsetEntry entry : IndexFiles.offsets(index.get(), base)) {
            if (entry.offset() <= wanted) {
                position = Math.max(position, entry.position());
            }
        }
        return position;
    }

    private boolean matches(Record record) {
        return record.offset() >= offset && record.timestamp() >= timestamp;
    }

    /** Keeps the first record that is sought. */
    private final class Holder implements SegmentInspector.Visitor {
        private final String partition;
        private final Path segment;
        private Optional<Found> found = Optional.empty();

        Holder(String partition, Path segment) {
            this.partition = partition;
            this.segment = segment;
        }

        @Override
        public boolean visit(long position, ByteBuffer bytes, boolean sound) {
            if (!sound) {
                unreadable.add(segment + " position " + position + ": the checksum of this batch is wrong");
                return true;
            }
            BatchView batch = BatchView.of(position, bytes, sound);
            if (batch.lastOffset() < offset || batch.maxTimestamp() < timestamp || batch.isControl()) {
                return true;
            }
            Predicate<Record> sought = LogSearch.this::matches;
            try {
                found = batch.records()
                        .filter(sought)
                        .findFirst()
                        .map(record -> new Found(partition, record.offset(), record.timestamp(), segment, position));
            } catch (RuntimeException e) { // the checksum is right, and what it covers is not
                unreadable.add(segment + " position " + position + ": its records cannot be read: " + e.getMessage());
            }
            return found.isEmpty();
        }
    }
}
