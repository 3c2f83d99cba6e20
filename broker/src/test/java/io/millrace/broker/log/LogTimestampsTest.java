package io.millrace.broker.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.protocol.compress.Compression;
import io.millrace.protocol.record.BatchBuilder;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogTimestampsTest {
    @TempDir
    Path disk;

    @TempDir
    Path copies;

    private Disks disks;
    private Logs logs;
    private Log log;
    private final List<Long> times = new ArrayList<>();

    @BeforeEach
    void open() {
        disks = disksAt(disk);
        logs = disks.open();
        log = disks.log(logs);
    }

    private static Disks disksAt(Path path) {
        return new Disks(path).with("log.segment.bytes", 2000).with("log.index.interval.bytes", 150);
    }

    @AfterEach
    void close() {
        logs.close();
    }

    /** Batches of records whose times go up and down. */
    private void appendAtRandom(Random random, int batches) {
        for (int i = 0; i < batches; i++) {
            BatchBuilder batch = BatchBuilder.create()
                    .baseOffset(times.size())
                    .leaderEpoch(i / 10)
                    .compression(random.nextBoolean() ? Compression.NONE : Compression.LZ4);
            int records = 1 + random.nextInt(4);
            for (int j = 0; j < records; j++) {
                long time = 1000L + random.nextInt(3000);
                times.add(time);
                batch.append(time, null, new byte[30]);
            }
            log.append(batch.build());
        }
    }

    /** As a power failure leaves files that nobody has synced: cut off somewhere, of each length there can be. */
    @Test
    void aTimeIndexThatLostItsEndIsNotBelieved() throws IOException {
        appendAtRandom(new Random(Seeds.seed()), 150);
        logs.close();
        checkAllTimesWithCutTimeIndexes();
    }

    /** The same after a stop without notice, with the recovery point anywhere. */
    @Test
    void aTimeIndexThatLostItsEndIsNotBelievedByRecoveryEither() throws IOException {
        Random random = new Random(Seeds.seed());
        int flushed = random.nextInt(60);
        appendAtRandom(random, flushed);
        log.flush();
        logs.housekeeping().noteRecoveryPoints();
        appendAtRandom(random, 60 - flushed);
        disks.crash();
        checkAllTimesWithCutTimeIndexes();
    }

    /** Starts from the files as they are, with as many entries left in each time index as there can be. */
    private void checkAllTimesWithCutTimeIndexes() throws IOException {
        boolean cut = true;
        for (int kept = 0; cut; kept++) {
            Path copy = copies.resolve("kept-" + kept);
            Disks.copyTree(disk, copy);
            cut = cutTimeIndexes(copy.resolve("access-0"), kept);
            disks = disksAt(copy);
            logs = disks.open();
            log = disks.log(logs);
            checkAllTimes();
            logs.close();
        }
    }

    private static boolean cutTimeIndexes(Path partition, int kept) throws IOException {
        boolean cut = false;
        for (String name : Disks.names(partition)) {
            if (name.endsWith(TimeIndex.SUFFIX)) {
                try (FileChannel index = FileChannel.open(partition.resolve(name), StandardOpenOption.WRITE)) {
                    cut |= index.size() > (long) kept * TimeIndex.ENTRY_SIZE;
                    index.truncate((long) kept * TimeIndex.ENTRY_SIZE);
                }
            }
        }
        return cut;
    }

    /** What the last indexed batch says does not tell that an entry was lost: it is older than the one that was kept. */
    @Test
    void anEarlyRecordAtTheEndDoesNotHideThatALateOneWasLost() throws IOException {
        for (long time : new long[] {1000, 1001, 1002, 3000, 3000, 3000, 1000, 1000, 1000}) {
            log.append(Batches.of(log.endOffset(), 0, 1, time, 100));
            times.add(time);
        }
        assertEquals(1, log.segmentBases().size());
        logs.close();
        Path partition = disk.resolve("access-0");
        assertTrue(cutTimeIndexes(partition, 1));
        logs = disks.open();
        log = disks.log(logs);
        assertEquals(Optional.of(3L), log.offsetAt(2000).map(TimestampedOffset::offset));
    }

    private Optional<Long> expected(long timestamp) {
        for (long offset = log.startOffset(); offset < times.size(); offset++) {
            if (times.get((int) offset) >= timestamp) {
                return Optional.of(offset);
            }
        }
        return Optional.empty();
    }

    private void checkAllTimes() {
        for (long timestamp = 990; timestamp <= 4010; timestamp += 3) {
            assertEquals(expected(timestamp), log.offsetAt(timestamp).map(TimestampedOffset::offset), "" + timestamp);
        }
        long latest = times.subList((int) log.startOffset(), times.size()).stream()
                .max(Long::compare)
                .orElseThrow();
        TimestampedOffset found = log.latestTimestamp().orElseThrow();
        assertEquals(latest, found.timestamp());
        assertEquals(expected(latest), Optional.of(found.offset()));
    }

    @Test
    void everyTimeLeadsToTheFirstRecordThatIsNotEarlier() {
        long seed = Seeds.seed();
        appendAtRandom(new Random(seed), 60);
        assertTrue(log.segmentBases().size() > 3);

        checkAllTimes();
    }

    @Test
    void recordsBelowTheStartAreNotFound() {
        appendAtRandom(new Random(Seeds.seed()), 60);
        log.advanceHighWatermark(log.endOffset());
        for (long start = 1; start < log.endOffset(); start += 7) {
            log.deleteRecordsBefore(start);
            checkAllTimes();
        }
    }

    @Test
    void timesAreFoundAfterARestartToo() {
        appendAtRandom(new Random(Seeds.seed()), 60);
        logs.close();
        logs = disks.open();
        log = disks.log(logs);
        checkAllTimes();
        appendAtRandom(new Random(1), 20);
        checkAllTimes();

        disks.crash();
        logs = disks.open();
        log = disks.log(logs);
        checkAllTimes();
    }

    @Test
    void aFoundRecordBringsItsEpochAndTime() {
        appendAtRandom(new Random(Seeds.seed()), 30);
        TimestampedOffset found = log.offsetAt(1500).orElseThrow();

        assertEquals(times.get((int) found.offset()), found.timestamp());
        assertEquals(log.leaderEpochs().epochOf(found.offset()).orElseThrow(), found.leaderEpoch());
    }

    @Test
    void anEmptyLogAndOneWithoutTimesHaveNone() {
        assertTrue(log.offsetAt(0).isEmpty());
        assertTrue(log.latestTimestamp().isEmpty());
        log.append(Batches.of(0, 0, 3, -1));
        assertTrue(log.offsetAt(0).isEmpty());
        assertTrue(log.latestTimestamp().isEmpty());
    }

    @Test
    void aBatchThatCannotBeReadIsAnsweredForAsAWhole() {
        java.nio.ByteBuffer batch = Batches.compressed(0, 0, 10, 5000, Compression.ZSTD);
        for (int i = 61; i < batch.limit(); i++) {
            batch.put(i, (byte) 0x55);
        }
        log.append(batch);

        assertEquals(Optional.of(new TimestampedOffset(0, 5000, 0)), log.offsetAt(4000));
    }
}
