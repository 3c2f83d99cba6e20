package io.millrace.broker.log;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.millrace.protocol.record.Records;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reads that go on where the last one ended, which needs no search; what they give must be what a search gives. */
class RecentEndsTest {
    @TempDir
    private Path directory;

    private Logs logs;
    private Log log;

    @BeforeEach
    void open() {
        Disks disks = new Disks(directory).with("log.segment.bytes", 1000);
        logs = disks.open();
        log = disks.log(logs);
    }

    @AfterEach
    void close() {
        logs.close();
    }

    private void append(int records) {
        log.append(Batches.of(log.endOffset(), 0, records, 1000));
        log.advanceHighWatermark(log.endOffset());
    }

    private long readFrom(long offset) {
        return readFrom(offset, 1 << 20);
    }

    /** Reads, checks where the answer begins, and says where the next read begins. */
    private long readFrom(long offset, int maxBytes) {
        Records records = log.read(offset, maxBytes, log.highWatermark(), true);
        var batches = Disks.batches(records);
        assertEquals(true, batches.stream().allMatch(batch -> batch.hasValidCrc()));
        assertEquals(offset, batches.get(0).baseOffset());
        return batches.get(batches.size() - 1).nextOffset();
    }

    @Test
    void aReadGoesOnWhereTheLastOneEnded() {
        append(1);
        long next = readFrom(0);
        append(2);
        append(1);
        assertEquals(4, readFrom(next));
        assertEquals(4, readFrom(next), "and again");
    }

    @Test
    void aKnownPlaceIsForgottenWhenTheLogIsCut() {
        append(3);
        append(1);
        assertEquals(4, readFrom(0));
        log.truncateTo(3);
        log.append(Batches.of(3, 0, 1, 1000, 100)); // larger than what was there: the end is at another position
        log.append(Batches.of(4, 0, 1, 1000, 50));
        log.advanceHighWatermark(log.endOffset());
        assertEquals(5, readFrom(4));
    }

    @Test
    void lessThanAllIsGivenToWhoAsksForLess() {
        append(1);
        long next = readFrom(0);
        append(1);
        append(1);
        assertEquals(2, readFrom(next, 1), "one batch, whole");
    }

    @Test
    void manyReadersThatFollowEachAtItsOwnPaceSeeEveryBatchOnce() {
        long seed = Seeds.seed();
        Random random = new Random(seed);
        List<long[]> readers = List.of(new long[1], new long[1], new long[1]);
        for (int round = 0; round < 500; round++) {
            append(1 + random.nextInt(3));
            for (long[] reader : readers) {
                if (random.nextBoolean() && reader[0] < log.endOffset()) {
                    reader[0] = readFrom(reader[0], 1 + random.nextInt(400));
                }
            }
        }
    }
}
