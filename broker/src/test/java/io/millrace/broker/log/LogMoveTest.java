package io.millrace.broker.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.protocol.ApiException;
import io.millrace.protocol.record.Records;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A log moves from one disk to another, whatever it does meanwhile and wherever the broker is stopped. */
class LogMoveTest {
    private static final long ALL = Long.MAX_VALUE;

    @TempDir
    private Path temp;

    private Path a;
    private Path b;
    private Disks disks;
    private Logs logs;
    private Log log;

    @BeforeEach
    void open() {
        a = temp.resolve("a");
        b = temp.resolve("b");
        disks = disks(a, b);
        logs = disks.open();
        log = disks.log(logs);
        assertEquals(a, log.directory());
    }

    @AfterEach
    void close() {
        logs.close();
    }

    private static Disks disks(Path... paths) {
        return new Disks(paths)
                .with("log.segment.bytes", 700)
                .with("log.index.interval.bytes", 100)
                .with("log.cleanup.policy", "compact,delete")
                .with("log.segment.delete.delay.ms", 0);
    }

    /** What a reader sees of a log, and what it knows beside. */
    private record Content(
            long start,
            long end,
            long highWatermark,
            List<ByteBuffer> batches,
            List<LeaderEpochs.EpochStart> epochs,
            Set<ProducerStates.ActiveProducer> producers,
            List<CorruptRange> corrupt,
            List<Long> segments) {

        static Content of(Log log) {
            return new Content(
                    log.startOffset(),
                    log.endOffset(),
                    log.highWatermark(),
                    Disks.readAll(log),
                    log.leaderEpochs().all(),
                    Set.copyOf(log.producers().active()),
                    log.corruptRanges(),
                    log.segmentBases());
        }
    }

    private void append(int batches) {
        for (int i = 0; i < batches; i++) {
            long offset = log.endOffset();
            ByteBuffer batch = offset % 3 == 0
                    ? Batches.produced(offset, 2, 55, 0, sequence())
                    : Batches.of(offset, (int) (offset / 9), 2, disks.clock.millis());
            log.append(batch);
        }
        log.advanceHighWatermark(log.endOffset());
    }

    private int sequence() {
        return log.producers().active().stream()
                .mapToInt(known -> known.lastSequence() + 1)
                .findFirst()
                .orElse(0);
    }

    private LogMove begin(MoveSteps steps) throws IOException {
        return LogMove.begin(log, disks.directory(b), disks.clock, disks.background, steps);
    }

    private static void finish(LogMove move) {
        while (!move.isOver()) {
            move.advance(300);
        }
    }

    @Test
    void aLogThatHasMovedIsTheSameAndGoesOn() throws IOException {
        append(40);
        log.deleteRecordsBefore(11);
        Content before = Content.of(log);
        finish(begin(MoveSteps.UNWATCHED));

        assertEquals(b, log.directory());
        assertEquals(before, Content.of(log));
        assertEquals(before.end(), log.recoveryPoint());
        disks.background.runDue();
        assertEquals(List.of(), partitions(a));
        assertEquals(List.of("access-0"), partitions(b));
        assertFalse(Files.exists(b.resolve("access-0").resolve(MovedMark.FILE)));
        append(20);
        Content after = Content.of(log);
        assertEquals(
                before.batches(), after.batches().subList(0, before.batches().size()));
        logs.close();
        logs = disks.open();
        log = disks.log(logs);
        assertTrue(logs.isCleanStart());
        assertEquals(after, Content.of(log));
    }

    private static List<String> partitions(Path disk) throws IOException {
        return Disks.names(disk).stream()
                .filter(name -> PartitionDirectory.parse(name).isPresent())
                .toList();
    }

    @Test
    void whatReadersHoldStaysReadableAndWhoReadsNoticesNothing() throws IOException {
        append(40);
        Content before = Content.of(log);
        Records held = log.read(0, 10_000, ALL, true);
        ByteBuffer bytes = Disks.copy(held);
        finish(begin(MoveSteps.UNWATCHED));
        disks.background.runDue();
        assertEquals(bytes, Disks.copy(held));
        held.release();
        assertEquals(before.batches(), Disks.readAll(log));
        assertEquals(0, log.offsetAt(0).orElseThrow().offset());
    }

    /** The disks as they are after each change of a file: every one of them comes back whole, and the move goes on. */
    @Test
    void aStopBetweenAnyTwoChangesOfFilesLosesNothing() throws Exception {
        append(30);
        log.deleteRecordsBefore(5);
        logs.housekeeping().noteWatermarks();
        Content content = Content.of(log);
        Path copies = Files.createDirectory(temp.resolve("copies"));
        List<String> steps = new ArrayList<>();
        finish(begin(step -> {
            Path copy = Files.createDirectory(copies.resolve(Integer.toString(steps.size())));
            steps.add(step);
            Disks.copyTree(a, copy.resolve("a"));
            Disks.copyTree(b, copy.resolve("b"));
        }));
        assertTrue(steps.containsAll(List.of("begun", "epochs", "synced", "marked", "live", "left", "settled")));
        for (int i = 0; i < steps.size(); i++) {
            assertGoesOn(copies.resolve(Integer.toString(i)), content, steps.get(i));
        }
        PartitionDirectory.remove(copies);
    }

    private void assertGoesOn(Path copy, Content content, String step) throws IOException {
        Disks again = disks(copy.resolve("a"), copy.resolve("b"));
        Logs opened = again.openInOneThread();
        Log reopened = again.log(opened);
        reopened.advanceHighWatermark(reopened.endOffset());
        assertEquals(content, Content.of(reopened), "after " + step);
        opened.moves().start();
        assertEquals(copy.resolve("b"), reopened.directory(), "after " + step);
        assertEquals(content, Content.of(reopened), "after " + step);
        again.background.runDue();
        assertEquals(List.of(), partitions(copy.resolve("a")), "after " + step);
        assertEquals(List.of("access-0"), partitions(copy.resolve("b")), "after " + step);
        opened.close();
        try (Logs third = again.open()) {
            assertEquals(content, Content.of(again.log(third)), "after " + step);
            assertFalse(Files.exists(copy.resolve("b/access-0").resolve(MovedMark.FILE)));
        }
    }

    @Test
    void theCopyFollowsWhateverTheLogDoes() throws IOException {
        long seed = Seeds.seed();
        Random random = new Random(seed);
        for (int round = 0; round < 30; round++) {
            append(1 + random.nextInt(30));
            Path from = log.directory();
            LogMove move = LogMove.begin(
                    log, disks.directory(from.equals(a) ? b : a), disks.clock, disks.background, MoveSteps.UNWATCHED);
            int changes = 0;
            while (!move.isOver()) {
                Content before = Content.of(log);
                move.advance(1 + random.nextInt(2000));
                assertEquals(before, Content.of(log));
                disks.clock.advance(10);
                if (changes++ < 20 && random.nextInt(3) == 0) {
                    change(random);
                }
            }
            assertFalse(from.equals(log.directory()));
            disks.background.runDue();
            assertEquals(List.of(), partitions(from));
            if (random.nextInt(4) == 0) {
                Content before = Content.of(log);
                logs.close();
                logs = disks.open();
                log = disks.log(logs);
                assertEquals(before, Content.of(log));
            }
        }
    }

    private void change(Random random) {
        long length = log.endOffset() - log.startOffset();
        switch (random.nextInt(6)) {
            case 0 -> { // to behind the batch that the log begins in: what is below the start was committed
                if (length > 0) {
                    log.truncateTo(log.startOffset() + 1 + random.nextInt((int) length));
                }
            }
            case 1 -> log.deleteRecordsBefore(log.startOffset() + random.nextInt((int) length / 2 + 1));
            case 2 -> {
                log.flush();
                logs.compactions().compactNeediest();
            }
            case 3 -> {
                if (random.nextInt(5) == 0) {
                    log.restartAt(log.endOffset() + random.nextInt(10));
                }
            }
            default -> append(1 + random.nextInt(15));
        }
        log.advanceHighWatermark(log.endOffset());
    }

    @Test
    void whatIsCorruptStaysKnownToBe() throws IOException {
        append(30);
        Path segment = a.resolve("access-0").resolve("00000000000000000000.log");
        byte[] bytes = Files.readAllBytes(segment);
        bytes[100] ^= 1;
        Files.write(segment, bytes);
        assertTrue(log.suspect(0));
        List<CorruptRange> ranges = log.corruptRanges();
        finish(begin(MoveSteps.UNWATCHED));
        assertEquals(ranges, log.corruptRanges());
        assertThrows(ApiException.class, () -> log.read(0, 1000, ALL, true));
    }

    @Test
    void whatIsRepairedWhileItIsCopiedIsRepairedInTheCopy() throws IOException {
        append(30);
        Content whole = Content.of(log);
        Path segment = a.resolve("access-0").resolve("00000000000000000000.log");
        byte[] right = Files.readAllBytes(segment);
        byte[] bytes = right.clone();
        bytes[100] ^= 1;
        Files.write(segment, bytes);
        LogMove move = begin(MoveSteps.UNWATCHED);
        move.advance(right.length);
        move.advance(right.length);
        assertTrue(log.suspect(0));
        CorruptRange range = log.corruptRanges().get(0);
        ByteBuffer batches = ByteBuffer.wrap(right, 0, (int) range.end());
        assertTrue(log.repair(range, batches));
        finish(move);
        assertEquals(b, log.directory());
        assertEquals(whole, Content.of(log));
    }

    @Test
    void aMoveThatIsCancelledOrFailsLeavesTheLogWhereItIs() throws IOException {
        AtomicReference<String> failing = new AtomicReference<>("");
        append(20);
        LogMove cancelled = begin(MoveSteps.UNWATCHED);
        cancelled.advance(300);
        assertEquals(1, partitions(b).size());
        cancelled.cancel();
        assertEquals(List.of(), partitions(b));
        assertEquals(0, cancelled.advance(300));

        LogMove move = begin(done -> {
            if (done.equals(failing.get())) {
                throw new IOException("No space left on device");
            }
        });
        for (String step : List.of("companions 0", "epochs", "synced", "marked", "live")) {
            failing.set(step);
            Content before = Content.of(log);
            for (int i = 0; i < 100; i++) {
                move.advance(300);
            }
            assertFalse(move.isOver());
            assertEquals(a, log.directory(), step);
            assertEquals(before, Content.of(log), step);
            assertTrue(disks.directory(b).isFull());
            log.truncateTo(log.endOffset() - 1);
            append(2);
        }
        failing.set("");
        Content before = Content.of(log);
        finish(move);
        assertEquals(b, log.directory());
        assertEquals(before, Content.of(log));
    }

    @Test
    void aBrokenDiskEndsTheMove() throws IOException {
        append(20);
        Content before = Content.of(log);
        LogMove move = begin(done -> {
            if (done.equals("live")) {
                throw new IOException("broken");
            }
        });
        finish(move);
        assertEquals(a, log.directory());
        assertEquals(before, Content.of(log));
        assertFalse(disks.directory(b).isOnline());
        assertEquals(List.of(), partitions(b));
        append(3);
        assertEquals(before.batches().size() + 3, Disks.readAll(log).size());
    }

    @Test
    void theMarkStaysWhileTheOriginalMayTurnUpAndItsOffsetsCountOnce() throws IOException {
        append(20);
        finish(begin(MoveSteps.UNWATCHED));
        logs.close();
        Path moved = b.resolve("access-0");
        new MovedMark(3, 7).write(moved);
        Files.move(a, temp.resolve("away"));
        Files.createFile(a);
        logs = disks.open();
        log = logs.get(Disks.ACCESS).orElseThrow();
        assertEquals(3, log.startOffset());
        assertEquals(new MovedMark(0, 0), MovedMark.in(moved).orElseThrow());
        logs.close();
        Files.delete(a);
        Files.move(temp.resolve("away"), a);
        logs = disks.open();
        assertEquals(3, disks.log(logs).startOffset());
        assertFalse(Files.exists(moved.resolve(MovedMark.FILE)));
    }

    @Test
    void ofTwoThatAStopLeftTheOneThatHasGotFurtherIsUsed() throws IOException {
        append(20);
        Content shorter = Content.of(log);
        Path stale = temp.resolve("stale");
        Disks.copyTree(a.resolve("access-0"), stale);
        append(3);
        Content longer = Content.of(log);
        logs.close();

        Disks.copyTree(stale, b.resolve("access-0"));
        new MovedMark(0, 0).write(b.resolve("access-0")); // it had moved, and the other one was used meanwhile
        logs = disks.open();
        log = disks.log(logs);
        assertEquals(a, log.directory());
        assertEquals(longer, Content.of(log));
        assertTrue(partitions(b).get(0).endsWith("-stray"));
        logs.close();

        Files.move(a.resolve("access-0"), temp.resolve("longer"));
        Disks.copyTree(stale, a.resolve("access-0"));
        Disks.copyTree(temp.resolve("longer"), b.resolve("access-0"));
        new MovedMark(0, 0).write(b.resolve("access-0"));
        logs = disks.open();
        log = disks.log(logs);
        assertEquals(b, log.directory());
        assertEquals(longer.batches(), Disks.readAll(log));
        assertTrue(partitions(a).get(0).endsWith("-stray"));
        assertTrue(shorter.end() < log.endOffset());
        logs.close();

        Disks.copyTree(stale, a.resolve("access-0"));
        assertThrows(UnusableDirectoryException.class, () -> disks.open());
        disks.crash();
        PartitionDirectory.remove(a.resolve("access-0"));
        logs = disks.open();
    }
}
