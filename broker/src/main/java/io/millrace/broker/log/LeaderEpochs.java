package io.millrace.broker.log;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Which leader epoch each stretch of a log was written in: pairs of epoch and first offset, both ascending, kept in the
 * file {@code leader-epoch-checkpoint}.
 *
 * <p>The file is written when an epoch begins, without waiting for the disk: after an unclean stop the epochs past the
 * recovery point are read from the batches again. {@link #sync} makes it durable before the recovery point moves on.
 *
 * <p>Threading: changed by one thread at a time, read from any.
 */
public final class LeaderEpochs {
    static final String FILE = "leader-epoch-checkpoint";

    /** An epoch and the offset of the first record written in it. */
    public record EpochStart(int epoch, long startOffset) {}

    /** An epoch and the offset behind the last record written in it. */
    public record EpochEnd(int epoch, long endOffset) {}

    private final Path file;
    private volatile List<EpochStart> starts;
    private boolean written = true;
    private boolean synced = true;

    private LeaderEpochs(Path file, List<EpochStart> starts) {
        this.file = file;
        this.starts = starts;
    }

    /** None known, whatever is on file. */
    static LeaderEpochs empty(Path directory) {
        return new LeaderEpochs(directory.resolve(FILE), List.of());
    }

    /**
     * What is on file.
     *
     * @throws MalformedCheckpointException if it cannot be used: then the batches tell
     */
    static LeaderEpochs load(Path directory) throws IOException {
        Path file = directory.resolve(FILE);
        if (!Files.exists(file)) {
            return empty(directory);
        }
        List<EpochStart> starts = new ArrayList<>();
        for (String line : Checkpoint.read(file)) {
            EpochStart start = parse(file, line);
            if (!starts.isEmpty() && !follows(start, starts.get(starts.size() - 1))) {
                throw new MalformedCheckpointException(file, "line '" + line + "' goes back");
            }
            starts.add(start);
        }
        return new LeaderEpochs(file, List.copyOf(starts));
    }

    private static EpochStart parse(Path file, String line) throws MalformedCheckpointException {
        String[] parts = line.split(" ", -1);
        try {
            return new EpochStart(Integer.parseInt(parts[0]), Long.parseLong(parts[1]));
        } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
            throw new MalformedCheckpointException(file, "line '" + line + "'");
        }
    }

    private static boolean follows(EpochStart next, EpochStart last) {
        return next.epoch() > last.epoch() && next.startOffset() >= last.startOffset();
    }

    /** The epoch of the newest record; none in a log that never had one with an epoch. */
    public OptionalInt latest() {
        List<EpochStart> now = starts;
        return now.isEmpty()
                ? OptionalInt.empty()
                : OptionalInt.of(now.get(now.size() - 1).epoch());
    }

    /** The epoch that the record with this offset was, or would have been, written in; none below all that are known. */
    public OptionalInt epochOf(long offset) {
        List<EpochStart> now = starts;
        for (int i = now.size() - 1; i >= 0; i--) {
            if (now.get(i).startOffset() <= offset) {
                return OptionalInt.of(now.get(i).epoch());
            }
        }
        return OptionalInt.empty();
    }

    /**
     * What OffsetForLeaderEpoch answers: the largest known epoch not above the asked one and where it ends. For an epoch
     * older than all known, that epoch and the first known offset. None if the epoch is newer than all known.
     */
    public Optional<EpochEnd> endOffsetFor(int epoch, long logEndOffset) {
        List<EpochStart> now = starts;
        int above = now.size();
        while (above > 0 && now.get(above - 1).epoch() > epoch) {
            above--;
        }
        if (above < now.size()) {
            int known = above == 0 ? epoch : now.get(above - 1).epoch();
            return Optional.of(new EpochEnd(known, now.get(above).startOffset()));
        }
        return latest().stream()
                .filter(latest -> latest == epoch)
                .mapToObj(latest -> new EpochEnd(latest, logEndOffset))
                .findFirst();
    }

    /** All that is known, oldest first. */
    public List<EpochStart> all() {
        return starts;
    }

    /** Notes that an epoch begins at an offset, unless it began before or an even newer one did. */
    void assign(int epoch, long startOffset) throws IOException {
        OptionalInt latest = latest();
        if (latest.isPresent() && epoch <= latest.getAsInt()) {
            return; // as a rule; without waiting for a sync
        }
        synchronized (this) {
            if (note(epoch, startOffset)) {
                write();
            }
        }
    }

    /** As {@link #assign}, and leaves writing it to {@link #sync}: for recovery. True if the epoch is new. */
    synchronized boolean note(int epoch, long startOffset) {
        List<EpochStart> now = starts;
        if (epoch < 0 || (!now.isEmpty() && epoch <= now.get(now.size() - 1).epoch())) {
            return false;
        }
        List<EpochStart> more = new ArrayList<>(now);
        more.removeIf(start -> start.startOffset() >= startOffset); // began, and nothing was written in it
        more.add(new EpochStart(epoch, startOffset));
        starts = List.copyOf(more);
        written = false;
        synced = false;
        return true;
    }

    /** Forgets epochs that begin at the log's new end or behind it. */
    synchronized void truncateFromEnd(long endOffset) throws IOException {
        List<EpochStart> now = starts;
        replace(now.stream().filter(start -> start.startOffset() < endOffset).toList());
    }

    /** Forgets epochs that end at the log's new start or in front of it; the one that goes on begins there. */
    synchronized void truncateFromStart(long startOffset) throws IOException {
        List<EpochStart> now = starts;
        List<EpochStart> kept = new ArrayList<>(now);
        while (kept.size() > 1 && kept.get(1).startOffset() <= startOffset) {
            kept.remove(0);
        }
        if (!kept.isEmpty() && kept.get(0).startOffset() < startOffset) {
            kept.set(0, new EpochStart(kept.get(0).epoch(), startOffset));
        }
        replace(List.copyOf(kept));
    }

    private void replace(List<EpochStart> now) throws IOException {
        if (!now.equals(starts)) {
            starts = now;
            written = false;
            synced = false;
            try {
                write();
            } catch (IOException e) {
                if (!NoSpace.isCauseOf(e)) {
                    throw e;
                } // else the file stays behind until the next sync: what frees space must not need any
            }
        }
    }

    /**
     * Brings the file's content to the disk for good, if it is not there yet.
     *
     * @return whether it was not, so that the directory has to be brought there, too
     */
    synchronized boolean sync() throws IOException {
        if (synced) {
            return false;
        }
        if (!written) {
            write();
        }
        try (FileChannel content = FileChannel.open(file, StandardOpenOption.WRITE)) {
            LostWriteException.force(content, true);
        }
        synced = true;
        return true;
    }

    private void write() throws IOException {
        Checkpoint.write(file, lines(), Checkpoint.Durability.LAZY);
        written = true;
        synced = false;
    }

    private List<String> lines() {
        return starts.stream()
                .map(start -> start.epoch() + " " + start.startOffset())
                .toList();
    }

    /** Writes all that is known to another directory, for good. */
    void copyTo(Path directory) throws IOException {
        Checkpoint.write(directory.resolve(FILE), lines(), Checkpoint.Durability.SYNCED);
    }
}
