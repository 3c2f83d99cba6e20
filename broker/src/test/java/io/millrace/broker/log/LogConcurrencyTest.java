package io.millrace.broker.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.record.BufferSlice;
import io.millrace.protocol.record.RecordBatch;
import io.millrace.protocol.record.Records;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Readers beside an appender that rolls, a deleter, a truncater and a flusher: what they see is always whole and right. */
class LogConcurrencyTest {
    private static final int BATCHES = 4000;

    @TempDir
    Path disk;

    private Disks disks;
    private final AtomicBoolean done = new AtomicBoolean();

    @Test
    void readersSeeWholeBatchesInOrderWhateverHappensBesideThem() throws Exception {
        try (Logs logs = open(disk)) {
            readBesideAll(logs, () -> 1);
        }
    }

    @Test
    void soTheyDoWhileTheLogMovesFromDiskToDisk() throws Exception {
        Path other = disk.resolveSibling(disk.getFileName() + "-other");
        AtomicInteger moves = new AtomicInteger();
        try (Logs logs = open(disk, other)) {
            Log log = disks.log(logs);
            readBesideAll(logs, () -> {
                LogMove move = LogMove.begin(
                        log,
                        disks.directory(log.directory().equals(disk) ? other : disk),
                        disks.clock,
                        disks.background,
                        MoveSteps.UNWATCHED);
                while (!move.isOver()) {
                    move.advance(5000);
                }
                return moves.incrementAndGet();
            });
            assertTrue(logs.directories().get(1).isOnline());
        } finally {
            PartitionDirectory.remove(other);
        }
        assertTrue(moves.get() > 2, moves + " moves");
    }

    private Logs open(Path... paths) {
        disks = new Disks(paths).with("log.segment.bytes", 2000).with("log.index.interval.bytes", 300);
        return disks.open();
    }

    /** Has a log read while it is appended to, cut at both ends and flushed, and something more done to it. */
    private void readBesideAll(Logs logs, Callable<Integer> more) throws Exception {
        long seed = Seeds.seed();
        ExecutorService threads = Executors.newCachedThreadPool();
        try {
            Log log = disks.log(logs);
            Future<Integer> others = threads.submit(until(more));
            List<Future<Integer>> readers = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                Random random = new Random(seed + i);
                readers.add(threads.submit(() -> read(log, random)));
            }
            Future<Integer> deleter = threads.submit(until(() -> delete(log, new Random(seed + 10))));
            Future<Integer> flusher = threads.submit(until(() -> {
                log.flush();
                disks.clock.advance(60_000);
                disks.background.runDue();
                return 1;
            }));
            append(log, new Random(seed + 20));
            done.set(true);
            for (Future<Integer> reader : readers) {
                assertTrue(reader.get(60, TimeUnit.SECONDS) > 0);
            }
            others.get(60, TimeUnit.SECONDS);
            deleter.get(60, TimeUnit.SECONDS);
            flusher.get(60, TimeUnit.SECONDS);
            assertTrue(logs.directories().get(0).isOnline());
            assertTrue(log.startOffset() > 0);
        } finally {
            done.set(true);
            threads.shutdown();
        }
    }

    @Test
    void theHighWatermarkFollowsTheRecoveryPointThroughTruncations() throws Exception {
        disks = new Disks(disk);
        ExecutorService threads = Executors.newCachedThreadPool();
        try (Logs logs = disks.open()) {
            Log log = disks.log(logs);
            List<Future<Integer>> followers = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                followers.add(threads.submit(until(() -> {
                    log.advanceHighWatermark(log.recoveryPoint());
                    return 1;
                })));
            }
            for (int i = 0; i < 500; i++) {
                for (int batch = 0; batch < 5; batch++) {
                    log.append(Batches.of(log.endOffset(), 0, 2, 1));
                }
                log.flush();
                log.truncateTo(log.endOffset() - 8);
                assertTrue(log.highWatermark() <= log.endOffset());
            }
            done.set(true);
            for (Future<Integer> follower : followers) {
                assertTrue(follower.get(60, TimeUnit.SECONDS) > 0);
            }
        } finally {
            done.set(true);
            threads.shutdown();
        }
    }

    private void append(Log log, Random random) {
        long offset = 0;
        for (int i = 0; i < BATCHES; i++) {
            int records = 1 + random.nextInt(3);
            log.append(Batches.of(offset, i / 500, records, offset));
            offset += records;
            if (random.nextInt(4) > 0) {
                log.advanceHighWatermark(offset);
            }
            if (random.nextInt(200) == 0) {
                long back = Math.max(log.highWatermark(), log.startOffset());
                log.truncateTo(back); // at a batch's begin: the high watermark is
                offset = log.endOffset();
            }
        }
    }

    private static int delete(Log log, Random random) throws InterruptedException {
        long watermark = log.highWatermark();
        long start = log.startOffset();
        if (watermark - start > 200) {
            log.deleteRecordsBefore(start + random.nextInt(100));
        } else {
            Thread.onSpinWait();
        }
        return 1;
    }

    private Callable<Integer> until(Callable<Integer> step) {
        return () -> {
            int steps = 0;
            while (!done.get()) {
                steps += step.call();
            }
            return steps;
        };
    }

    /** Follows the log, at times from somewhere else, keeping some slices for later. */
    private int read(Log log, Random random) {
        List<Records> kept = new ArrayList<>();
        List<ByteBuffer> copies = new ArrayList<>();
        int seen = 0;
        long next = 0;
        while (!done.get()) {
            try {
                long bound = log.highWatermark();
                if (next >= bound || random.nextInt(20) == 0) {
                    next = log.startOffset() + random.nextInt(50);
                }
                Records records = log.read(next, 1 + random.nextInt(3000), bound, true);
                ByteBuffer copy = Disks.copy(records);
                next = check(copy, next, bound);
                seen++;
                if (random.nextInt(10) == 0) {
                    kept.add(records);
                    copies.add(copy.duplicate());
                } else {
                    records.release();
                }
                log.offsetAt(log.startOffset() + random.nextInt(100));
            } catch (ApiException e) {
                assertEquals(ErrorCode.OFFSET_OUT_OF_RANGE, e.error());
                next = log.startOffset();
            }
        }
        for (int i = 0; i < kept.size(); i++) {
            assertEquals(copies.get(i), Disks.bytes(kept.get(i)), "a slice never changes");
        }
        return seen;
    }

    private static long check(ByteBuffer bytes, long from, long bound) {
        long next = from;
        boolean first = true;
        for (RecordBatch batch : Disks.batches(new BufferSlice(bytes))) {
            assertTrue(batch.hasValidCrc());
            assertTrue(batch.nextOffset() <= bound, batch + " above " + bound);
            assertTrue(first ? batch.baseOffset() <= from && from <= batch.lastOffset() : batch.baseOffset() == next);
            next = batch.nextOffset();
            first = false;
        }
        return next;
    }
}
