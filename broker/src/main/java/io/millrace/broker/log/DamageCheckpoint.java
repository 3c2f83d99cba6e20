package io.millrace.broker.log;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is known to be corrupt in a partition's segments, in a file of its directory; no file if nothing is. Lines {@code
 * segment-base position end first-offset next-offset crc-32c}, the last one of the range's bytes: an entry whose bytes
 * are others by now, since the file was restored or replaced, does not count.
 *
 * <p>Threading: one thread at a time.
 */
final class DamageCheckpoint {
    static final String FILE = "corrupt-ranges-checkpoint";
    private static final int FIELDS = 6;
    private static final int WINDOW = 1 << 16;
    private static final Logger LOG = LoggerFactory.getLogger(DamageCheckpoint.class);

    /** A range and the checksum of its bytes. */
    record Entry(CorruptRange range, int crc) {}

    private record Known(Segment segment, CorruptRange range) {}

    private final Path file;
    private Map<Known, Integer> checksums =
            Map.of(); // a range may be large, and is written down again with every other

    DamageCheckpoint(Path partitionDirectory) {
        this.file = partitionDirectory.resolve(FILE);
    }

    boolean exists() {
        return Files.exists(file);
    }

    /** @param expected of a segment that will perhaps take another's place; counts only once it has */
    void write(List<Segment> segments, List<Entry> expected) throws IOException {
        List<String> lines = new ArrayList<>();
        Map<Known, Integer> current = new HashMap<>();
        expected.forEach(entry -> lines.add(line(entry.range(), entry.crc())));
        for (Segment segment : segments) {
            for (CorruptRange range : segment.damage().ranges()) {
                Known known = new Known(segment, range);
                OptionalInt crc =
                        checksums.containsKey(known) ? OptionalInt.of(checksums.get(known)) : checksum(segment, range);
                if (crc.isPresent()) {
                    current.put(known, crc.getAsInt());
                    lines.add(line(range, crc.getAsInt()));
                }
            }
        }
        checksums = current;
        if (lines.isEmpty()) {
            Files.deleteIfExists(file);
        } else {
            Checkpoint.write(file, lines, Checkpoint.Durability.SYNCED);
        }
    }

    /** Of a range's bytes; none if the segment is closed for good. */
    private static OptionalInt checksum(Segment segment, CorruptRange range) throws IOException {
        if (!segment.hold()) {
            return OptionalInt.empty();
        }
        try {
            CRC32C crc = new CRC32C();
            for (long at = range.position(); at < range.end(); at += WINDOW) {
                crc.update(segment.read(at, (int) Math.min(WINDOW, range.end() - at)));
            }
            return OptionalInt.of((int) crc.getValue());
        } finally {
            segment.release();
        }
    }

    private static String line(CorruptRange range, int crc) {
        return range.segmentBase() + " " + range.position() + " " + range.end() + " " + range.firstOffset() + " "
                + range.nextOffset() + " " + crc;
    }

    /** Tells segments that have just been opened what was known of them. A file that cannot be used is passed over. */
    void load(List<Segment> segments) throws IOException {
        Map<Long, Segment> byBase = new HashMap<>();
        segments.forEach(segment -> byBase.put(segment.baseOffset(), segment));
        try {
            for (String line : Checkpoint.read(file)) {
                load(line, byBase);
            }
        } catch (MalformedCheckpointException | NumberFormatException e) {
            LOG.warn("{} cannot be used: {}; what is corrupt will be found again", file, e.getMessage());
        }
    }

    private void load(String line, Map<Long, Segment> segments) throws IOException {
        String[] parts = line.split(" ", -1);
        if (parts.length != FIELDS) {
            throw new MalformedCheckpointException(file, "line '" + line + "'");
        }
        CorruptRange range = new CorruptRange(
                Long.parseLong(parts[0]),
                Long.parseLong(parts[1]),
                Long.parseLong(parts[2]),
                Long.parseLong(parts[3]),
                Long.parseLong(parts[4]));
        Segment segment = segments.get(range.segmentBase());
        boolean known = segment != null
                && range.position() >= 0
                && range.position() < range.end()
                && range.end() <= segment.size()
                && checksum(segment, range).equals(OptionalInt.of(Integer.parseInt(parts[FIELDS - 1])));
        if (known) {
            segment.damaged(segment.damage().with(range));
        }
    }
}
