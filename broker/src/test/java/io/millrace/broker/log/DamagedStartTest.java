package io.millrace.broker.log;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.record.RecordBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/**
 * Damages the files of a stopped broker by seed: each start succeeds, nothing is served but what was written, and a log that
 * has become shorter says so, or it might win an election.
 *
 * <p>{@code -Ddamage.seeds=500} tears every one of the last 4096 bytes of a log, which bench/faults does; a build takes some.
 */
class DamagedStartTest {
    private static final int SEEDS = Integer.getInteger("damage.seeds", 40);
    private static final long FIRST = Long.getLong("damage.first", 0);
    private static final int TAIL = 4096;
    private static final int PARTITIONS = 9; // times 500 seeds, more than TAIL
    private static final int BATCHES = 60;
    private static final int SEGMENT = 10_500; // the last is longer than TAIL

    /** Base offset, length and leader epoch: what no checksum covers. */
    private static final int UNCOVERED = 16;

    /** How the broker stopped. */
    private enum Stop {
        IN_ORDER,
        KILLED,
        KILLED_AFTER_A_CHECKPOINT
    }

    private static final List<Stop> STOPS = List.of(Stop.values());

    /** A batch of a partition: where it lies, and what it is. */
    private record Written(Path segment, int position, ByteBuffer bytes) {}

    private static final Logger LOG = (Logger) LoggerFactory.getLogger(DamagedStartTest.class.getPackageName());
    private static Level levelBefore;

    private static Path home;
    /** What was written, by base offset: the same in all partitions. */
    private static final TreeMap<Long, ByteBuffer> BYTES = new TreeMap<>();

    private static long end;

    @BeforeAll
    static void write() throws IOException {
        levelBefore = LOG.getLevel();
        LOG.setLevel(Level.OFF); // thousands of damages
        Path memory = Path.of("/dev/shm");
        home = Files.isWritable(memory)
                ? Files.createTempDirectory(memory, "millrace-damage-")
                : Files.createTempDirectory("millrace-damage-");
        for (Stop stop : Stop.values()) {
            Disks disks = disks(home.resolve(stop.name()));
            Logs logs = disks.open();
            logs.settled();
            List<Log> all = new ArrayList<>();
            for (int i = 0; i < PARTITIONS; i++) {
                all.add(logs.getOrCreate(
                        partition(i), Disks.TOPIC_ID, disks.config().defaults(), true));
            }
            for (int i = 0; i < BATCHES; i++) {
                if (i == BATCHES / 2 && stop == Stop.KILLED_AFTER_A_CHECKPOINT) {
                    all.forEach(Log::flush);
                    logs.housekeeping().noteRecoveryPoints();
                    logs.housekeeping().noteWatermarks();
                }
                append(all, i);
            }
            if (stop == Stop.IN_ORDER) {
                logs.close();
            } else {
                disks.crash();
            }
        }
    }

    private static void append(List<Log> all, int i) {
        long offset = all.get(0).endOffset();
        ByteBuffer batch = i % 3 == 0
                ? Batches.produced(offset, 2, 55, 0, i / 3 * 2)
                : Batches.of(offset, i / 7, 1 + i % 4, 1000 + offset, 100 + i * 37 % 200);
        BYTES.put(offset, batch);
        for (Log log : all) {
            log.append(batch.duplicate());
            log.advanceHighWatermark(log.endOffset());
        }
        end = all.get(0).endOffset();
    }

    @AfterAll
    static void remove() throws IOException {
        LOG.setLevel(levelBefore);
        PartitionDirectory.remove(home);
    }

    private static Disks disks(Path directory) {
        return new Disks(directory).with("log.segment.bytes", SEGMENT).with("log.index.interval.bytes", 500);
    }

    private static TopicPartition partition(int number) {
        return new TopicPartition("access", number);
    }

    @Test
    void anyDamageIsSurvived() throws IOException {
        Map<String, Integer> kinds = new TreeMap<>();
        long began = System.nanoTime();
        for (long seed = FIRST; seed < FIRST + SEEDS; seed++) {
            new Damaged(seed, kinds).check();
        }
        System.out.printf(
                "DamagedStartTest: seeds %d to %d, %d partitions each, %d ms: %s%n",
                FIRST, FIRST + SEEDS - 1, PARTITIONS, (System.nanoTime() - began) / 1_000_000, kinds);
    }

    /** One copy of one of the directories, and what was done to it. */
    private static final class Damaged {
        private final long seed;
        private final Random random;
        private final Map<String, Integer> kinds;
        private final Stop stop;
        private final Path directory;
        /** Damaged bytes of segments: from, and behind the last one. */
        private final Map<Path, long[]> touched = new HashMap<>();

        private final List<String> done = new ArrayList<>();
        /** Where they say that an epoch was never, the scrubber takes its records for wrong. */
        private final Set<Path> epochsTouched = new HashSet<>();

        private boolean checkpointsTouched;

        Damaged(long seed, Map<String, Integer> kinds) {
            this.seed = seed;
            this.kinds = kinds;
            this.random = new Random(seed * 7919);
            this.stop = STOPS.get((int) (seed % STOPS.size()));
            this.directory = home.resolve("seed-" + seed);
        }

        void check() throws IOException {
            Disks.copyTree(home.resolve(stop.name()), directory);
            damage();
            Disks disks = disks(directory);
            Logs logs = assertDoesNotThrow(disks::open, this::toString);
            assertTrue(logs.directories().get(0).isOnline(), this::toString);
            assertTrue(stop == Stop.IN_ORDER || logs.mayLackRecords(), this::toString);
            Map<Integer, List<ByteBuffer>> served = new HashMap<>();
            for (int i = 0; i < PARTITIONS; i++) {
                Log log = logs.get(partition(i)).orElseThrow(() -> new AssertionError(this));
                check(log, directory.resolve(partition(i).toString()), logs.mayLackRecords());
                log.append(Batches.of(log.endOffset(), 99, 1, 9999));
                log.advanceHighWatermark(log.endOffset());
                if (log.corruptRanges().isEmpty()) {
                    served.put(i, Disks.readAll(log));
                }
            }
            logs.close();
            try (Logs again = disks.open()) {
                assertTrue(again.isCleanStart(), this::toString);
                for (Map.Entry<Integer, List<ByteBuffer>> each : served.entrySet()) {
                    assertEquals(
                            each.getValue(),
                            Disks.readAll(again.get(partition(each.getKey())).orElseThrow()),
                            this::toString);
                }
            }
            PartitionDirectory.remove(directory);
        }

        @Override
        public String toString() {
            return "-Ddamage.first=" + seed + " -Ddamage.seeds=1: " + stop + " " + done;
        }

        // ---- what is done

        private void damage() throws IOException {
            List<Path> checkpoints = files(directory, "checkpoint", ".kafka_cleanshutdown");
            if (!checkpoints.isEmpty() && random.nextInt(8) == 0) {
                flipOne(checkpoints);
                checkpointsTouched = true;
                return;
            }
            for (int i = 0; i < PARTITIONS; i++) {
                Path partition = directory.resolve(partition(i).toString());
                switch (random.nextInt(4)) {
                    case 0 -> flipOne(files(partition, "index", ".snapshot", LeaderEpochs.FILE, ".metadata"));
                    case 1 -> flipOne(files(partition, SegmentFiles.LOG));
                    default -> tear(partition, 1 + (seed * PARTITIONS + i) % TAIL);
                }
            }
        }

        private void flipOne(List<Path> files) throws IOException {
            Path file = files.get(random.nextInt(files.size()));
            byte[] bytes = Files.readAllBytes(file);
            if (bytes.length > 0) {
                int position = random.nextInt(bytes.length);
                bytes[position] ^= (byte) (1 << random.nextInt(8));
                Files.write(file, bytes);
                note("bit flipped", file, position, position + 1);
            }
        }

        /** Cuts so many bytes off the log, or has noise or nothing in their place. */
        private void tear(Path partition, long bytes) throws IOException {
            List<Path> segments = files(partition, SegmentFiles.LOG);
            Path last = segments.get(segments.size() - 1);
            byte[] whole = Files.readAllBytes(last);
            int from = (int) Math.max(0, whole.length - bytes);
            byte[] tail = new byte[whole.length - from];
            String what = "cut off";
            if (random.nextInt(3) == 0) {
                Files.write(last, Arrays.copyOf(whole, from));
            } else {
                what = "zeroes";
                if (random.nextBoolean()) {
                    random.nextBytes(tail);
                    what = "noise";
                }
                while (from < whole.length && tail[tail.length - (whole.length - from)] == whole[from]) {
                    from++; // as it was
                }
                System.arraycopy(tail, tail.length - (whole.length - from), whole, from, whole.length - from);
                Files.write(last, whole);
            }
            note(what, last, from, whole.length);
        }

        private void note(String what, Path file, int from, int until) {
            String kind = file.getFileName().toString().replaceAll("^\\d+", "*");
            kinds.merge(what + " " + kind, 1, Integer::sum);
            done.add(what + " " + directory.relativize(file) + " " + from);
            if (kind.equals(LeaderEpochs.FILE)) {
                epochsTouched.add(file.getParent());
            }
            if (kind.endsWith(SegmentFiles.LOG)) {
                touched.put(file, new long[] {from, until});
            }
        }

        private static List<Path> files(Path directory, String... suffixes) throws IOException {
            List<Path> found = new ArrayList<>();
            for (String name : Disks.names(directory)) {
                for (String suffix : suffixes) {
                    if (name.endsWith(suffix) && Files.isRegularFile(directory.resolve(name))) {
                        found.add(directory.resolve(name));
                    }
                }
            }
            return found;
        }

        // ---- what is left

        private boolean isTouched(Written batch, int bytes) {
            long[] range = touched.get(batch.segment());
            return range != null && range[0] < batch.position() + bytes && range[1] > batch.position();
        }

        private boolean isTouched(Written batch) {
            return isTouched(batch, batch.bytes().remaining());
        }

        private void check(Log log, Path partition, boolean mayLackRecords) throws IOException {
            Map<Long, Written> written = written(partition);
            boolean uncovered = written.values().stream().anyMatch(batch -> isTouched(batch, UNCOVERED));
            boolean isWhole = touched.keySet().stream().noneMatch(file -> file.startsWith(partition));
            String what = partition.getFileName() + " of " + this;
            if (isWhole && !checkpointsTouched) {
                assertEquals(end, log.endOffset(), what);
                assertEquals(List.copyOf(BYTES.values()), Disks.readAll(log), what);
            }
            assertTrue(log.endOffset() >= end || mayLackRecords, () -> "passes for whole: " + what);
            assertTrue(log.highWatermark() <= log.endOffset(), what);
            scrub(log);
            long offset = log.startOffset();
            while (offset < log.endOffset()) {
                long readable = log.nextReadable(offset);
                if (readable != offset) {
                    assertRefused(log, offset, what);
                    assertTrue(!isWhole || epochsTouched.contains(partition), what);
                    offset = readable;
                    continue;
                }
                RecordBatch read =
                        Disks.batches(log.read(offset, 1, Long.MAX_VALUE, true)).get(0);
                assertTrue(read.hasValidCrc(), () -> "a wrong checksum at " + read.baseOffset() + " in " + what);
                Written here = written.get(read.baseOffset());
                if (!uncovered || (here != null && !isTouched(here))) {
                    assertEquals(here == null ? null : here.bytes(), read.bytes(), what);
                }
                assertTrue(
                        uncovered || read.baseOffset() == offset,
                        () -> "a gap at " + read.baseOffset() + " in " + what);
                offset = read.nextOffset();
            }
            if (!epochsTouched.contains(partition)) {
                assertNothingInFrontIsLost(log, written, what);
            }
        }

        private static void scrub(Log log) {
            LogScrub scrub = log.scrub();
            long read = 0;
            while (read >= 0) {
                read = scrub.step(1 << 16);
            }
        }

        private static void assertRefused(Log log, long offset, String what) {
            try {
                Disks.bytes(log.read(offset, 1, Long.MAX_VALUE, true));
                throw new AssertionError("corrupt records are served at " + offset + " in " + what);
            } catch (ApiException e) {
                assertEquals(ErrorCode.CORRUPT_MESSAGE, e.error(), what);
            }
        }

        /** Damage costs what lies behind it at most, where the start has to cut there. */
        private void assertNothingInFrontIsLost(Log log, Map<Long, Written> written, String what) {
            for (Map.Entry<Long, Written> batch : written.entrySet()) {
                if (isTouched(batch.getValue())) {
                    return;
                }
                long offset = batch.getKey();
                if (offset >= log.startOffset() && !(checkpointsTouched && log.endOffset() <= offset)) {
                    assertEquals(
                            batch.getValue().bytes(),
                            Disks.batches(log.read(offset, 1, Long.MAX_VALUE, true))
                                    .get(0)
                                    .bytes(),
                            what);
                }
            }
        }

        /** Where each batch lay before. */
        private static Map<Long, Written> written(Path partition) {
            TreeMap<Long, Written> all = new TreeMap<>();
            long base = 0;
            int position = 0;
            for (Map.Entry<Long, ByteBuffer> batch : BYTES.entrySet()) {
                if (position + batch.getValue().remaining() > SEGMENT) {
                    base = batch.getKey();
                    position = 0;
                }
                all.put(
                        batch.getKey(),
                        new Written(SegmentFiles.path(partition, base, SegmentFiles.LOG), position, batch.getValue()));
                position += batch.getValue().remaining();
            }
            return all;
        }
    }
}
