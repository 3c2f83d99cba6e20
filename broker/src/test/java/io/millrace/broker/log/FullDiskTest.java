package io.millrace.broker.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.broker.Mount;
import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.record.Records;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A log on a volume that is really full: appends fail in the middle of whatever they are doing. */
class FullDiskTest {
    private static final int PAGE = 4096;
    private static final int PAGES = 256;

    @TempDir
    Path directory;

    private Mount volume;
    private Disks disks;
    private final List<ByteBuffer> stored = new ArrayList<>();

    @BeforeEach
    void mount() {
        volume = Mount.inMemory(directory.resolve("volume"), (long) PAGES * PAGE);
        disks = new Disks(volume.path().resolve("data"))
                .with("log.segment.bytes", 20_000)
                .with("log.index.interval.bytes", 100)
                .with("log.dir.min.free.bytes", 0);
    }

    @AfterEach
    void unmount() throws IOException {
        volume.close();
    }

    /** Leaves so many pages free. */
    private void fillUpTo(int freePages) throws IOException {
        Path filler = volume.path().resolve("filler");
        Files.deleteIfExists(filler);
        long left = volume.path().toFile().getUsableSpace() - (long) freePages * PAGE;
        try (OutputStream out = Files.newOutputStream(filler)) {
            for (long written = 0; written < left; written += PAGE) {
                out.write(new byte[PAGE]);
            }
        } catch (IOException e) { // a flush took some meanwhile
            assertEquals("No space left on device", e.getMessage());
        }
    }

    private void freeAll() throws IOException {
        Files.delete(volume.path().resolve("filler"));
    }

    private boolean append(Log log) {
        ByteBuffer batch = Batches.of(log.endOffset(), (int) (log.endOffset() / 50), 3, 1000, 500);
        try {
            log.append(batch);
            stored.add(batch);
            return true;
        } catch (ApiException e) {
            assertEquals(ErrorCode.KAFKA_STORAGE_ERROR, e.error());
            return false;
        }
    }

    @Test
    void whateverTheDiskRefusesNothingStoredIsLostAndAppendsGoOnWithSpace() throws IOException {
        Logs logs = disks.open();
        for (int freePages = 0; freePages < 12; freePages++) {
            Log log = disks.log(logs);
            fillUpTo(freePages);
            while (append(log)) {}
            assertTrue(log.directoryOnDisk().isFull());
            logs.housekeeping().noteWatermarks();
            logs.housekeeping().noteRecoveryPoints();
            assertTrue(log.directoryOnDisk().isOnline(), "no space is no failure");
            assertEquals(stored, Disks.readAll(log), "with " + freePages + " pages");
            if (freePages % 3 == 0) { // killed while full
                disks.crash();
                logs = disks.open();
                assertEquals(stored, Disks.readAll(disks.log(logs)));
            } else if (freePages % 3 == 1) { // stopped while full
                logs.close();
                logs = disks.open();
                assertEquals(stored, Disks.readAll(disks.log(logs)));
            }
            freeAll();
            logs.housekeeping().watchDisks();
            for (int i = 0; i < 5; i++) {
                assertTrue(append(disks.log(logs)));
            }
            Log now = disks.log(logs);
            now.flush();
            assertEquals(stored, Disks.readAll(now));
        }
        logs.close();
        logs = disks.open();
        assertTrue(logs.isCleanStart());
        assertEquals(stored, Disks.readAll(disks.log(logs)));
        logs.close();
    }

    @Test
    void retentionFreesSpaceAtOnceWhenThereIsNone() throws IOException {
        Logs logs = disks.with("log.retention.bytes", 30_000).open();
        Log log = disks.log(logs);
        fillUpTo(80);
        while (append(log)) {}
        log.advanceHighWatermark(log.endOffset());
        long before = volume.path().toFile().getUsableSpace();
        logs.housekeeping().watchDisks();
        disks.background.runDue(); // without any delay
        assertTrue(volume.path().toFile().getUsableSpace() > before + 30_000);
        assertTrue(log.startOffset() > 0);
        assertTrue(append(log));
        logs.close();
    }

    @Test
    void retentionFreesSpaceThoughThereIsNoneForTheSegmentThatWouldComeNext() throws IOException {
        Logs logs = disks.with("log.retention.ms", 1).open();
        Log log = disks.log(logs);
        fillUpTo(40);
        while (append(log)) {}
        fillUpTo(0);
        int segments = log.segmentBases().size();
        assertTrue(segments > 2);
        long last = log.segmentBases().get(segments - 1);
        log.advanceHighWatermark(log.endOffset());
        disks.clock.advance(1_000_000);

        logs.housekeeping().applyRetention();
        disks.background.runDue();

        assertEquals(last, log.startOffset(), "all but the one that cannot be replaced");
        assertEquals(List.of(last), log.segmentBases());
        logs.housekeeping().applyRetention();
        assertEquals(List.of(log.endOffset()), log.segmentBases(), "with the space that was freed, it too");
        logs.close();
    }

    @Test
    void aTruncationThatThereIsNoSpaceForLeavesTheLogAsItWas() throws IOException {
        Logs logs = disks.open();
        Log log = disks.log(logs);
        for (int i = 0; i < 30; i++) {
            assertTrue(append(log));
        }
        long active = log.segmentBases().get(log.segmentBases().size() - 1);
        long target = active + 3;
        assertTrue(target < log.endOffset());
        Records read = log.read(active, 10, Long.MAX_VALUE, true); // nobody else would want a copy to be cut
        fillUpTo(0);

        LogTest.assertError(ErrorCode.KAFKA_STORAGE_ERROR, () -> log.truncateTo(target));
        read.release();

        assertEquals(90, log.endOffset());
        assertEquals(stored, Disks.readAll(log));
        List<String> files = Disks.names(log.directory().resolve("access-0"));
        assertTrue(files.stream().noneMatch(name -> name.endsWith(SegmentFiles.TEMPORARY)), files.toString());
        assertTrue(log.directoryOnDisk().isOnline());
        freeAll();
        logs.housekeeping().watchDisks();
        assertTrue(append(log));
        log.truncateTo(target);
        assertEquals(stored.subList(0, (int) (target / 3)), Disks.readAll(log));
        logs.close();
    }

    @Test
    void aPartitionThatThereWasNoSpaceForCanBeMadeLater() throws IOException {
        Logs logs = disks.open();
        fillUpTo(0);
        ErrorCode error = ErrorCode.NONE;
        try {
            disks.log(logs);
        } catch (ApiException e) {
            error = e.error();
        }
        assertEquals(ErrorCode.KAFKA_STORAGE_ERROR, error);
        freeAll();
        assertTrue(append(disks.log(logs)));
        logs.close();
        logs = disks.open();
        assertEquals(stored, Disks.readAll(disks.log(logs)));
        logs.close();
    }
}
