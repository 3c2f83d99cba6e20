package io.millrace.broker.log;

import io.millrace.protocol.record.BatchHeader;
import io.millrace.protocol.record.RecordBatch;
import io.millrace.protocol.record.RecordBatches;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongUnaryOperator;

/**
 * What a crash leaves of a broker's log directory: a copy of it, in which everything that was not synced may be missing.
 *
 * <p>Of a segment's file stays what lies below the recovery point, and of the rest as much as chance will; behind that
 * there may be zeros. Index files may be cut anywhere, checkpoints that nobody waited for may be older ones.
 */
public final class LogCrash {
    private final LongUnaryOperator below;
    private final boolean powerLost;

    /**
     * @param powerLost whether unsynced bytes are lost: not when only the process died
     * @param below gives a random number below another
     */
    public LogCrash(boolean powerLost, LongUnaryOperator below) {
        this.powerLost = powerLost;
        this.below = below;
    }

    /** Copies what the crash leaves. The logs stay as they are, and are to be closed. */
    public void copy(Collection<Log> logs, Path from, Path to) {
        Map<String, Long> recoveryPoints = new TreeMap<>();
        for (Log log : logs) {
            recoveryPoints.put(log.topicPartition().toString(), log.recoveryPoint());
        }
        try {
            Files.createDirectories(to);
            for (Path entry : sorted(from)) {
                String name = entry.getFileName().toString();
                if (Files.isDirectory(entry)) {
                    long recoveryPoint = recoveryPoints.getOrDefault(name, Long.MAX_VALUE);
                    boolean isLetGo = name.endsWith("-delete") || name.endsWith("-stray"); // whose names chance decides
                    boolean nameLost = powerLost && recoveryPoint == 0 && oneIn(4);
                    if (!nameLost) {
                        copyPartition(entry, to.resolve(name), recoveryPoint, powerLost && !isLetGo);
                    }
                } else if ((!name.startsWith(".") || name.equals(".millrace_unsettled"))
                        && !name.endsWith(SegmentFiles.TEMPORARY)) {
                    Files.copy(entry, to.resolve(name));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Path> sorted(Path directory) throws IOException {
        List<Path> entries = new ArrayList<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(directory)) {
            all.forEach(entries::add);
        }
        entries.sort(Comparator.comparing(Path::toString));
        return entries;
    }

    private void copyPartition(Path from, Path to, long recoveryPoint, boolean isCut) throws IOException {
        Files.createDirectories(to);
        boolean segmentCut = false;
        for (Path file : sorted(from)) {
            String name = file.getFileName().toString();
            byte[] bytes = Files.readAllBytes(file);
            if (isCut && name.endsWith(SegmentFiles.LOG)) {
                if (segmentCut && oneIn(2)) {
                    continue; // a file that came later, and whose name did not reach the disk
                }
                byte[] left = segmentCut ? new byte[0] : cut(bytes, positionOf(bytes, recoveryPoint));
                segmentCut |= left.length < bytes.length;
                bytes = left;
            } else if (isCut && name.endsWith("index")) {
                if (oneIn(3)) {
                    continue;
                }
                bytes = oneIn(2) ? bytes : java.util.Arrays.copyOf(bytes, (int) below.applyAsLong(bytes.length + 1));
            } else if (isCut && name.equals(LeaderEpochs.FILE)) {
                bytes = olderEpochs(bytes, recoveryPoint);
            } else if (isCut && name.endsWith(SegmentFiles.SNAPSHOT)) {
                long offset =
                        SegmentFiles.parse(name).map(SegmentFiles.Name::offset).orElse(0L);
                if (offset > recoveryPoint && oneIn(2)) {
                    bytes = java.util.Arrays.copyOf(bytes, (int) below.applyAsLong(bytes.length + 1));
                }
            }
            Files.write(to.resolve(name), bytes);
        }
    }

    private boolean oneIn(int n) {
        return below.applyAsLong(n) == 0;
    }

    /** Where the batch that holds an offset begins; the end if all batches lie in front of it. */
    private static int positionOf(byte[] log, long offset) {
        ByteBuffer buffer = ByteBuffer.wrap(log);
        int at = 0;
        while (at + BatchHeader.SIZE <= log.length && BatchHeader.baseOffset(buffer, at) < offset) {
            at += BatchHeader.sizeInBytes(buffer, at);
        }
        return Math.min(at, log.length);
    }

    private byte[] cut(byte[] bytes, int synced) {
        int unsynced = bytes.length - synced;
        if (unsynced == 0 || oneIn(3)) {
            return bytes;
        }
        int kept = synced + (oneIn(2) ? 0 : (int) below.applyAsLong(unsynced));
        if (oneIn(4)) { // the length reached the disk, the bytes did not
            byte[] zeros = java.util.Arrays.copyOf(bytes, kept + (int) below.applyAsLong(bytes.length - kept + 1L));
            java.util.Arrays.fill(zeros, kept, zeros.length, (byte) 0);
            return zeros;
        }
        return java.util.Arrays.copyOf(bytes, kept);
    }

    /** Epochs that began past the recovery point may not have been noted for good. */
    private byte[] olderEpochs(byte[] bytes, long recoveryPoint) {
        List<String> lines =
                new String(bytes, StandardCharsets.UTF_8).lines().skip(2).toList();
        List<String> kept = new ArrayList<>(lines);
        while (!kept.isEmpty()
                && Long.parseLong(kept.get(kept.size() - 1).split(" ", -1)[1]) >= recoveryPoint
                && oneIn(2)) {
            kept.remove(kept.size() - 1);
        }
        StringBuilder text = new StringBuilder("0\n" + kept.size() + "\n");
        kept.forEach(line -> text.append(line).append('\n'));
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** The batches that lie in a partition's directory as it is: as far as they are whole and follow one another. */
    public static List<RecordBatch> batches(Path partition) {
        List<RecordBatch> found = new ArrayList<>();
        try {
            if (!Files.isDirectory(partition)) {
                return found;
            }
            for (Path file : sorted(partition)) {
                if (!file.getFileName().toString().endsWith(SegmentFiles.LOG)) {
                    continue;
                }
                ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file));
                RecordBatches all = new RecordBatches(bytes);
                int end = 0;
                while (all.hasNext()) {
                    RecordBatch batch = all.next();
                    if (!batch.hasValidCrc()) {
                        return found;
                    }
                    end = batch.position() + batch.sizeInBytes();
                    found.add(batch);
                }
                if (end < bytes.limit()) {
                    return found;
                }
            }
            return found;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Begins with what a broker does in the background with its logs, but for compaction and scrubbing. */
    public static void startHousekeeping(Logs logs) {
        logs.housekeeping().start();
    }
}
