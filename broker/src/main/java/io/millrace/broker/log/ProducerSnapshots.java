package io.millrace.broker.log;

import io.millrace.protocol.TopicPartition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The snapshots of producers' state in a partition's directory, each named by the offset that it stands in front of. */
final class ProducerSnapshots {
    private static final Logger LOG = LoggerFactory.getLogger(ProducerSnapshots.class);

    /** So long a client may go on repeating a batch: Kafka's producers give up after two minutes, unless told otherwise. */
    private static final long REPEATED_FOR_MS = TimeUnit.MINUTES.toMillis(10);

    /** So much of one segment is read for that, and of so many as have that together. */
    private static final long REMEMBERED_BYTES = 1 << 20;

    private final TopicPartition partition;
    private final Path directory;
    private final NavigableSet<Long> offsets;

    /** @param offsets of those that are there */
    ProducerSnapshots(TopicPartition partition, Path directory, Collection<Long> offsets) {
        this.partition = partition;
        this.directory = directory;
        this.offsets = new TreeSet<>(offsets);
    }

    void write(long offset, ProducerStates producers) throws IOException {
        ProducerSnapshot.write(SegmentFiles.path(directory, offset, SegmentFiles.SNAPSHOT), producers.snapshot());
        offsets.add(offset);
    }

    /** Whether a snapshot stands in front of this offset. */
    boolean has(long offset) {
        return offsets.contains(offset);
    }

    /** Gives producers the state that they had at the log's end: from a snapshot, and from the batches behind it. */
    void rebuild(ProducerStates producers, List<Segment> segments, long endOffset, long nowMs) throws IOException {
        producers.restore(List.of());
        long from = Math.max(
                restore(producers, endOffset, nowMs).orElse(0), segments.get(0).baseOffset());
        remember(producers, segments, from, nowMs);
        if (from < endOffset) {
            for (Segment segment : segments.subList(Math.max(0, Segments.floor(segments, from)), segments.size())) {
                segment.lookup().walk(from, batch -> producers.update(batch, nowMs));
            }
        }
    }

    /**
     * Reads again which batches producers wrote in front of a snapshot, which tells only the newest of each: a client may
     * still repeat any of those that it had in flight, and must not be taken for one that has lost some.
     */
    private static void remember(ProducerStates producers, List<Segment> segments, long before, long nowMs)
            throws IOException {
        Map<Long, Deque<Producer.Batch>> found = new HashMap<>();
        for (long id : producers.writtenSince(nowMs - REPEATED_FOR_MS)) {
            found.put(id, new ArrayDeque<>());
        }
        if (found.isEmpty()) {
            return;
        }
        int last = Math.max(0, Segments.floor(segments, before - 1));
        int first = last;
        for (long bytes = 0; first > 0 && bytes < REMEMBERED_BYTES; first--) {
            bytes += segments.get(first - 1).size();
        }
        for (Segment segment : segments.subList(first, last + 1)) {
            segment.lookup().walkTail(before, REMEMBERED_BYTES, batch -> {
                Deque<Producer.Batch> its = found.get(batch.producerId());
                if (its != null && !batch.isControl()) {
                    its.add(Producer.Batch.of(batch));
                    if (its.size() > Producer.REMEMBERED) {
                        its.remove();
                    }
                }
            });
        }
        found.forEach((id, batches) -> producers.remember(id, List.copyOf(batches)));
    }

    /**
     * Gives producers the newest state that is not past the log's end, and removes snapshots that are past it or
     * damaged.
     *
     * @return the offset that the state stands in front of; none if there was no usable snapshot
     */
    private OptionalLong restore(ProducerStates producers, long endOffset, long nowMs) throws IOException {
        for (long offset : List.copyOf(offsets.descendingSet())) {
            if (offset <= endOffset) {
                Path file = SegmentFiles.path(directory, offset, SegmentFiles.SNAPSHOT);
                Optional<List<Producer>> snapshot = ProducerSnapshot.read(file, nowMs);
                if (snapshot.isPresent()) {
                    producers.restore(snapshot.get());
                    return OptionalLong.of(offset);
                }
                LOG.warn("{}: producer snapshot {} is damaged; an older one and the log will do", partition, offset);
            }
            remove(offset);
        }
        return OptionalLong.empty();
    }

    /** Removes all but the newest and those in front of a segment. */
    void retain(Collection<Long> segmentBases) throws IOException {
        for (long offset : List.copyOf(offsets)) {
            if (offset != offsets.last() && !segmentBases.contains(offset)) {
                remove(offset);
            }
        }
    }

    /** Forgets one whose file is going with its segment. */
    void forget(long offset) {
        offsets.remove(offset);
    }

    private void remove(long offset) throws IOException {
        Files.deleteIfExists(SegmentFiles.path(directory, offset, SegmentFiles.SNAPSHOT));
        offsets.remove(offset);
    }
}
