package io.millrace.broker.log;

import io.millrace.protocol.TopicPartition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The snapshots of producers' state in a partition's directory, each named by the offset that it stands in front of. */
final class ProducerSnapshots {
    private static final Logger LOG = LoggerFactory.getLogger(ProducerSnapshots.class);

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
        if (from < endOffset) {
            for (Segment segment : segments.subList(Math.max(0, Segments.floor(segments, from)), segments.size())) {
                segment.walk(from, batch -> producers.update(batch, nowMs));
            }
        }
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
