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

    private Disks disks;
    private Logs logs;
    private Log log;
    private final List<Long> times = new ArrayList<>();

    @BeforeEach
    void open() {
        disks = new Disks(disk).with("log.segment.bytes", 2000).with("log.index.interval.bytes", 150);
        logs = disks.open();
        log = disks.log(logs);
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

    /** As a power failure leaves files that nobody has synced: cut off somewhere, or without content. */
    @Test
    void aTimeIndexThatLostItsEndIsNotBelieved() throws IOException {
        Random random = new Random(Seeds.seed());
        appendAtRandom(random, 150);
        logs.close();
        Path partition = disk.resolve("access-0");
        int cut = 0;
        for (String name : Disks.names(partition)) {
            if (name.endsWith(TimeIndex.SUFFIX)) {
                try (FileChannel index = FileChannel.open(partition.resolve(name), StandardOpenOption.WRITE)) {
                    long entries = index.size() / TimeIndex.ENTRY_SIZE;
                    index.truncate(cut++ % 2 == 0 ? 0 : random.nextLong(entries + 1) * TimeIndex.ENTRY_SIZE);
                }
            }
        }
        assertTrue(cut > 4);
        logs = disks.open();
        log = disks.log(logs);
        checkAllTimes();
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
