package io.millrace.broker.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.broker.log.SegmentCheck.Flaw;
import io.millrace.protocol.record.BatchHeader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a disk has damaged is named: the file, the batch, its position; and what is whole is not. */
class SegmentCheckTest {
    private static final int BATCHES = 60;

    @TempDir
    private Path directory;

    private final Random random = new Random(Seeds.seed());
    private final List<Long> positions = new ArrayList<>();
    private final List<Long> offsets = new ArrayList<>();
    private Path file;
    private long nextBase;

    /** A log that was closed in order, of many segments. */
    @BeforeEach
    void write() throws IOException {
        Disks disks = new Disks(directory).with("log.segment.bytes", 4000).with("log.index.interval.bytes", 300);
        try (Logs logs = disks.open()) {
            Log log = disks.log(logs);
            for (int i = 0; i < BATCHES; i++) {
                log.append(Batches.of(log.endOffset(), 0, 1 + random.nextInt(4), 1_000_000 + i, random.nextInt(60)));
            }
            log.advanceHighWatermark(log.endOffset());
            log.flush();
            nextBase = log.segmentBases().get(1);
        }
        file = SegmentFiles.path(directory.resolve("access-0"), 0, SegmentFiles.LOG);
        try (SegmentInspector inspector = SegmentInspector.open(file)) {
            long end = inspector.walk(0, (position, batch, sound) -> {
                assertTrue(sound);
                positions.add(position);
                offsets.add(BatchHeader.baseOffset(batch, 0));
                return true;
            });
            assertEquals(inspector.sizeInBytes(), end);
        }
    }

    private List<Flaw> flaws(OptionalLong next) throws IOException {
        AtomicLong told = new AtomicLong();
        SegmentCheck.Result result = new SegmentCheck(file, next, told::addAndGet).run();
        assertEquals(Files.size(file), told.get());
        return result.flaws();
    }

    private void damage(Path which, long position, int mask) throws IOException {
        byte[] bytes = Files.readAllBytes(which);
        bytes[(int) position] ^= (byte) mask;
        Files.write(which, bytes);
    }

    @Test
    void whatIsWholeHasNoFlaws() throws IOException {
        assertEquals(List.of(), flaws(OptionalLong.of(nextBase)));
        assertEquals(
                positions.size(),
                new SegmentCheck(file, OptionalLong.of(nextBase), read -> {})
                        .run()
                        .batches());
    }

    @Test
    void theBatchThatIsWrongIsNamed() throws IOException {
        byte[] whole = Files.readAllBytes(file);
        for (int i = 0; i < positions.size(); i++) {
            long end = i + 1 < positions.size() ? positions.get(i + 1) : whole.length;
            long at = positions.get(i)
                    + BatchHeader.SIZE
                    + random.nextInt((int) (end - positions.get(i)) - BatchHeader.SIZE);
            damage(file, at, 1 << random.nextInt(8));

            List<Flaw> flaws = flaws(OptionalLong.of(nextBase));

            assertEquals(1, flaws.size(), flaws.toString());
            Flaw flaw = flaws.get(0);
            assertEquals(file, flaw.file());
            assertEquals(positions.get(i), flaw.position());
            assertEquals(end, flaw.end());
            assertEquals(offsets.get(i), flaw.firstOffset());
            assertFalse(flaw.unfinished());
            assertTrue(flaw.why().contains("checksum"), flaw.why());
            Files.write(file, whole);
        }
    }

    @Test
    void anyByteThatIsWrongIsFound() throws IOException {
        byte[] whole = Files.readAllBytes(file);
        for (int round = 0; round < 80; round++) {
            int at = random.nextInt(whole.length);
            damage(file, at, 1 << random.nextInt(8));
            int batch = 0;
            while (batch + 1 < positions.size() && positions.get(batch + 1) <= at) {
                batch++;
            }
            // the leader epoch is what no checksum covers, and what nothing in a segment alone contradicts
            long inBatch = at - positions.get(batch);
            if (inBatch < 12 || inBatch > 15) {
                List<Flaw> flaws = flaws(OptionalLong.of(nextBase));
                assertFalse(flaws.isEmpty(), "byte " + at + ", " + inBatch + " of batch " + batch);
                assertTrue(flaws.get(0).position() <= at, flaws.toString());
            }
            Files.write(file, whole);
        }
    }

    @Test
    void theCutEndOfALogIsUnfinishedAndNotWrong() throws IOException {
        long last = positions.get(positions.size() - 1);
        byte[] whole = Files.readAllBytes(file);
        for (long cut = last + 1; cut < whole.length; cut += 7) {
            Files.write(file, Arrays.copyOf(whole, (int) cut));
            List<Flaw> flaws = flaws(OptionalLong.empty());
            assertEquals(last, flaws.get(0).position());
            assertTrue(flaws.get(0).unfinished(), flaws.toString());
        }
    }

    @Test
    void anIndexThatMisleadsIsNamed() throws IOException {
        Path index = SegmentInspector.sibling(file, OffsetIndex.SUFFIX).orElseThrow();
        byte[] whole = Files.readAllBytes(index);
        ByteBuffer wrong = ByteBuffer.wrap(whole.clone());
        wrong.putInt(OffsetIndex.ENTRY_SIZE + Integer.BYTES, wrong.getInt(OffsetIndex.ENTRY_SIZE + Integer.BYTES) + 1);
        Files.write(index, wrong.array());

        Flaw flaw = flaws(OptionalLong.of(nextBase)).get(0);

        assertEquals(index, flaw.file());
        assertEquals(OffsetIndex.ENTRY_SIZE, flaw.position());
        assertTrue(flaw.why().contains("no batch begins"), flaw.why());
        Files.write(index, whole);

        Path times = SegmentInspector.sibling(file, TimeIndex.SUFFIX).orElseThrow();
        ByteBuffer early = ByteBuffer.wrap(Files.readAllBytes(times));
        early.putLong(0, early.getLong(0) - 1);
        Files.write(times, early.array());

        flaw = flaws(OptionalLong.of(nextBase)).get(0);

        assertEquals(times, flaw.file());
        assertEquals(0, flaw.position());
    }
}
