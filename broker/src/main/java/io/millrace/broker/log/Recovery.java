package io.millrace.broker.log;

import io.millrace.protocol.TopicPartition;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * From the files of a partition's directory to the parts of a log.
 *
 * <p>After a clean stop nothing is read but the last segment's end. After another stop batches past the recovery point
 * are read one by one, and the log is cut in front of the first that is not right.
 *
 * <p>Threading: one thread; its window is used for one log after the other.
 */
final class Recovery {
    private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);
    private static final int WINDOW = 1 << 20;

    /**
     * What checkpoints and mark say of a log.
     *
     * @param clean whether it was closed in order
     * @param recoveryPoint all below is on disk
     * @param startOffset as raised by deletion; 0 if never
     */
    record Known(boolean clean, long recoveryPoint, long startOffset) {
        /** Of a log that was never there. */
        static final Known NOTHING = new Known(true, 0, 0);
    }

    /** The parts of a log. */
    record Recovered(
            List<Segment> segments,
            long startOffset,
            long endOffset,
            long recoveryPoint,
            LeaderEpochs epochs,
            ProducerStates producers,
            ProducerSnapshots snapshots) {}

    private final Clock clock;
    private ByteBuffer window = ByteBuffer.allocate(0);

    Recovery(Clock clock) {
        this.clock = clock;
    }

    Recovered open(TopicPartition partition, Path directory, LogConfig config, Known known) throws IOException {
        List<String> names = SegmentFiles.list(directory);
        if (Leftovers.areIn(names)) {
            new Leftovers(directory).clear(names);
            names = SegmentFiles.list(directory);
        }
        return new Opening(partition, directory, config, names).open(known);
    }

    private ByteBuffer window() {
        if (window.capacity() == 0) {
            window = ByteBuffer.allocateDirect(WINDOW);
        }
        return window;
    }

    /** One directory on its way to a log. */
    private final class Opening {
        private final TopicPartition partition;
        private final Path directory;
        private final LogConfig config;
        private final List<String> names;
        private final List<Segment> segments = new ArrayList<>();
        private LeaderEpochs epochs;
        private long endOffset;

        Opening(TopicPartition partition, Path directory, LogConfig config, List<String> names) {
            this.partition = partition;
            this.directory = directory;
            this.config = config;
            this.names = names;
            this.epochs = LeaderEpochs.empty(directory);
        }

        Recovered open(Known known) throws IOException {
            for (long base : offsetsOf(SegmentFiles.LOG).sorted().boxed().toList()) {
                segments.add(Segment.stored(directory, base, config.indexIntervalBytes()));
            }
            removeOrphans();
            if (names.contains(DamageCheckpoint.FILE)) {
                new DamageCheckpoint(directory).load(segments);
            }
            long recoveryPoint = loadEpochs() ? known.recoveryPoint() : 0;
            if (segments.isEmpty()) {
                beginAt(known.startOffset());
            } else if (!known.clean() || recoveryPoint < known.recoveryPoint() || !findEnd()) {
                recover(known.clean() ? Math.min(recoveryPoint, lastBase()) : recoveryPoint);
            }
            if (known.startOffset() > endOffset) {
                LOG.warn(
                        "{}: ends at {} below its start offset {}: begins there again, empty",
                        partition,
                        endOffset,
                        known.startOffset());
                drop(0);
                beginAt(known.startOffset());
            }
            long startOffset = Math.max(segments.get(0).baseOffset(), known.startOffset());
            epochs.truncateFromEnd(endOffset);
            epochs.truncateFromStart(startOffset);
            ProducerStates producers = new ProducerStates(partition);
            ProducerSnapshots snapshots = new ProducerSnapshots(partition, directory, snapshotOffsets());
            snapshots.rebuild(producers, segments, endOffset, clock.millis());
            snapshots.retain(segments.stream().map(Segment::baseOffset).toList());
            return new Recovered(
                    segments,
                    startOffset,
                    endOffset,
                    Math.min(Math.max(recoveryPoint, startOffset), endOffset),
                    epochs,
                    producers,
                    snapshots);
        }

        /** Of those that did not go with a dropped segment. */
        private List<Long> snapshotOffsets() {
            return offsetsOf(SegmentFiles.SNAPSHOT)
                    .filter(offset -> Files.exists(SegmentFiles.path(directory, offset, SegmentFiles.SNAPSHOT)))
                    .boxed()
                    .toList();
        }

        private LongStream offsetsOf(String kind) {
            return names.stream()
                    .flatMap(name -> SegmentFiles.parse(name).stream())
                    .filter(name -> name.kind().equals(kind) && name.fate().isEmpty())
                    .mapToLong(SegmentFiles.Name::offset);
        }

        /** Indexes whose segment is gone: a stop came between the renaming of two files. */
        private void removeOrphans() throws IOException {
            Set<Long> bases = segments.stream().map(Segment::baseOffset).collect(Collectors.toSet());
            for (String name : names) {
                Optional<SegmentFiles.Name> parsed = SegmentFiles.parse(name);
                if (name.endsWith("index")
                        && parsed.isPresent()
                        && !bases.contains(parsed.get().offset())) {
                    Files.deleteIfExists(directory.resolve(name));
                }
            }
        }

        private long lastBase() {
            return segments.get(segments.size() - 1).baseOffset();
        }

        /** False if the file is damaged, so that all batches have to be read. */
        private boolean loadEpochs() throws IOException {
            if (!names.contains(LeaderEpochs.FILE)) {
                return true;
            }
            try {
                epochs = LeaderEpochs.load(directory);
                return true;
            } catch (MalformedCheckpointException e) {
                LOG.warn("{}: {}; reading all batches instead", partition, e.getMessage());
                return false;
            }
        }

        private void beginAt(long offset) throws IOException {
            segments.add(Segment.create(directory, offset, config.indexIntervalBytes()));
            endOffset = offset;
        }

        /**
         * After a clean stop: takes the last segment's end from its last index entry on, and the epochs from the batches
         * where what is noted of them cannot be.
         */
        private boolean findEnd() throws IOException {
            Optional<SegmentLookup.End> end =
                    segments.get(segments.size() - 1).lookup().findEnd();
            if (end.isEmpty()) {
                LOG.warn("{}: the last segment does not end as a clean stop leaves it; reading it", partition);
                return false;
            }
            endOffset = end.get().nextOffset();
            OptionalInt noted = epochs.epochOf(endOffset - 1);
            OptionalInt found = end.get().epoch();
            if (found.isPresent() && found.getAsInt() >= 0 && !found.equals(noted)) {
                LOG.warn(
                        "{}: ends with records of leader epoch {}, which {} does not say; reading all batches instead",
                        partition,
                        found.getAsInt(),
                        LeaderEpochs.FILE);
                epochs = LeaderEpochs.empty(directory);
                recover(0);
            }
            return true;
        }

        private void recover(long recoveryPoint) throws IOException {
            int first = Math.max(0, Segments.floor(segments, recoveryPoint));
            endOffset = segments.get(first).baseOffset();
            for (int i = first; i < segments.size(); i++) {
                Segment segment = segments.get(i);
                if (segment.baseOffset() < endOffset) {
                    drop(i); // it begins inside its predecessor, which is whole
                    return;
                }
                if (segment.baseOffset()
                        > endOffset) { // by compaction, or a loss that leaves no trace: kept either way
                    LOG.warn("{}: no records from {} to {}", partition, endOffset, segment.baseOffset());
                }
                long sizeBefore = segment.size();
                endOffset = segment.recover(
                        recoveryPoint, window(), batch -> epochs.note(batch.leaderEpoch(), batch.baseOffset()));
                if (segment.size() < sizeBefore) {
                    LOG.warn(
                            "{}: cut {} bytes off segment {} behind offset {}: no whole batch there",
                            partition,
                            sizeBefore - segment.size(),
                            segment.baseOffset(),
                            endOffset);
                    drop(i + 1);
                    return;
                }
                if (isLostInFrontOf(i + 1)) {
                    LOG.warn("{}: what followed offset {} is lost, and nothing is behind it", partition, endOffset);
                    drop(i + 1);
                    return;
                }
                if (i < segments.size() - 1) {
                    segment.seal();
                }
            }
        }

        /**
         * Whether records between the end and the segment at a place are missing, and no more follow: a new segment's name
         * reached the disk, and the last records of the one before did not.
         */
        private boolean isLostInFrontOf(int place) {
            return place < segments.size()
                    && segments.get(place).baseOffset() > endOffset
                    && segments.subList(place, segments.size()).stream().allMatch(segment -> segment.size() == 0);
        }

        /** Takes segments from a place on out of the log; their files stay until the next start. */
        private void drop(int from) throws IOException {
            List<Segment> dropped = segments.subList(from, segments.size());
            for (Segment segment : dropped) {
                LOG.warn("{}: dropped segment {} of {} bytes", partition, segment.baseOffset(), segment.size());
                segment.rename(SegmentFiles.DELETED);
                segment.retire();
            }
            dropped.clear();
        }
    }
}
