package io.millrace.broker.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When a log is brought to the disk: flush.messages and flush.ms. */
class FlushTest {
    @TempDir
    Path disk;

    private Disks disks;
    private Logs logs;
    private Log log;
    private final BlockingQueue<String> told = new LinkedBlockingQueue<>();

    @BeforeEach
    void open() {
        disks = new Disks(disk);
        logs = disks.open();
        log = disks.log(logs);
        log.tellFlushesTo(new FlushListener() {
            @Override
            public void flushed() {
                told.add("flushed " + log.recoveryPoint());
            }

            @Override
            public void flushFailed(ApiException why) {
                told.add("failed " + why.error());
            }
        });
    }

    @AfterEach
    void close() {
        logs.close();
    }

    private void configure(String... pair) {
        log.configure(disks.config().defaults().withTopicOverrides(Map.of(pair[0], pair[1])));
    }

    private void append(int records) {
        log.append(Batches.of(log.endOffset(), 0, records, 1000));
    }

    private String nextTold() throws InterruptedException {
        return String.valueOf(told.poll(20, TimeUnit.SECONDS));
    }

    /** Takes all sync threads until the latch is open; when this returns, none is free. */
    private void occupySyncThreads(CountDownLatch until) throws InterruptedException {
        Log other = log;
        CountDownLatch taken = new CountDownLatch(SyncThreads.COUNT);
        for (int i = 0; i < SyncThreads.COUNT; i++) {
            other.directoryOnDisk().syncThreads().execute(() -> {
                taken.countDown();
                try {
                    until.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
        }
        assertTrue(taken.await(20, TimeUnit.SECONDS));
    }

    @Test
    void aFlushBeginsOnceSoManyRecordsHaveNone() throws InterruptedException {
        configure("flush.messages", "5");
        append(2);
        append(2);
        assertEquals(0, log.recoveryPoint());
        append(1);
        assertEquals("flushed 5", nextTold());
        append(4);
        assertEquals(5, log.recoveryPoint());
        assertTrue(told.isEmpty());
    }

    @Test
    void appendsThatComeWhileASyncWaitsForItsTurnRideOnIt() throws InterruptedException {
        configure("flush.messages", "1");
        CountDownLatch free = new CountDownLatch(1);
        occupySyncThreads(free);
        for (int i = 0; i < 50; i++) {
            append(1);
        }
        assertEquals(0, log.recoveryPoint(), "no append waits for the disk");
        free.countDown();
        assertEquals("flushed 50", nextTold());
        log.requestFlush();
        assertEquals("flushed 50", nextTold(), "there was no other in between");
    }

    @Test
    void aRollHasWhatIsBehindItFlushedByTheSyncThreads() throws InterruptedException {
        configure("segment.bytes", "400");
        CountDownLatch free = new CountDownLatch(1);
        occupySyncThreads(free);
        while (log.segmentBases().size() < 3) {
            append(2);
        }
        long end = log.endOffset();
        assertEquals(0, log.recoveryPoint(), "no append waits for the disk");
        free.countDown();
        assertEquals("flushed " + end, nextTold());
    }

    @Test
    void aLogThatIsFarBehindItsRecoveryPointIsFlushedWithoutHoldingUpHousekeeping() throws InterruptedException {
        CountDownLatch free = new CountDownLatch(1);
        occupySyncThreads(free);
        while (log.unflushedBytes() <= 64L << 20) {
            log.append(Batches.of(log.endOffset(), 0, 1, 1000, 1 << 20));
        }
        logs.housekeeping().noteRecoveryPoints();
        assertEquals(0, log.recoveryPoint());
        free.countDown();
        assertEquals("flushed " + log.endOffset(), nextTold());
    }

    @Test
    void flushMsIsKeptByTheScheduler() throws InterruptedException {
        configure("flush.ms", "1000");
        append(3);
        log.flushIfDue();
        disks.clock.advance(999);
        log.flushIfDue();
        assertTrue(told.isEmpty());
        assertEquals(0, log.recoveryPoint());
        disks.clock.advance(1);
        log.flushIfDue();
        assertEquals("flushed 3", nextTold());
        disks.clock.advance(5000);
        log.flushIfDue(); // nothing is new
        log.requestFlush();
        assertEquals("flushed 3", nextTold());
        assertTrue(told.isEmpty());
    }

    @Test
    void withoutTheSettingsNothingIsFlushedByAppends() {
        for (int i = 0; i < 100; i++) {
            append(10);
        }
        disks.clock.advance(TimeUnit.DAYS.toMillis(1));
        log.flushIfDue();
        assertEquals(0, log.recoveryPoint());
    }

    @Test
    void aFlushThatFailsIsToldAndTheDirectoryIsOffline() throws InterruptedException {
        configure("flush.messages", "1");
        CountDownLatch free = new CountDownLatch(1);
        occupySyncThreads(free);
        append(1);
        log.directoryOnDisk().takeOffline("test", new IOException("Input/output error"));
        free.countDown();
        assertEquals("failed KAFKA_STORAGE_ERROR", nextTold());
        assertEquals(0, log.recoveryPoint());
        assertEquals(
                ErrorCode.KAFKA_STORAGE_ERROR,
                assertThrows(ApiException.class, log::requireWritable).error());
    }
}
