package io.millrace.broker.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.millrace.protocol.ApiException;
import io.millrace.protocol.record.BatchBuilder;
import io.millrace.protocol.record.RecordBatches;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A client repeats what it had in flight, also when the broker was started again meanwhile: it is told that it was there
 * already, and not that something is missing.
 */
class RepeatedAfterRestartTest {
    private static final long ID = 99;
    private static final int RECORDS = 2;

    @TempDir
    Path directory;

    private ByteBuffer batch(Disks disks, int number) {
        BatchBuilder batch = BatchBuilder.create()
                .baseOffset((long) number * RECORDS)
                .leaderEpoch(0)
                .producer(ID, (short) 0, number * RECORDS);
        for (int i = 0; i < RECORDS; i++) {
            byte[] value = ("value-" + i).getBytes(StandardCharsets.UTF_8);
            batch.append(disks.clock.millis(), null, value);
        }
        return batch.build();
    }

    private void append(Disks disks, Log log, int first, int end) {
        for (int number = first; number < end; number++) {
            log.append(batch(disks, number));
        }
    }

    private void assertTheLastFiveAreKnown(Disks disks, Log log, int end) {
        for (int number = end - Producer.REMEMBERED; number < end; number++) {
            SequenceCheck.Duplicate expected = new SequenceCheck.Duplicate(
                    (long) number * RECORDS, (long) number * RECORDS + 1, disks.clock.millis());
            assertEquals(expected, log.producers().check(new RecordBatches(batch(disks, number)).next()));
        }
        ByteBuffer older = batch(disks, end - Producer.REMEMBERED - 1);
        assertThrows(ApiException.class, () -> log.producers().check(new RecordBatches(older).next()));
    }

    @Test
    void afterACleanStop() {
        Disks disks = new Disks(directory);
        try (Logs logs = disks.open()) {
            append(disks, disks.log(logs), 0, 9);
        }
        try (Logs logs = disks.open()) {
            assertTheLastFiveAreKnown(disks, disks.log(logs), 9);
        }
    }

    @Test
    void afterAnUncleanStopWithASegmentThatHadJustBegun() {
        Disks disks = new Disks(directory).with("log.segment.bytes", 400); // three batches
        Logs logs = disks.open();
        append(disks, disks.log(logs), 0, 10);
        disks.crash();
        try (Logs again = disks.open()) {
            assertTheLastFiveAreKnown(disks, disks.log(again), 10);
        }
    }

    @Test
    void afterATruncation() {
        Disks disks = new Disks(directory).with("log.segment.bytes", 400);
        try (Logs logs = disks.open()) {
            append(disks, disks.log(logs), 0, 12);
            disks.log(logs).truncateTo(10 * RECORDS);
            assertTheLastFiveAreKnown(disks, disks.log(logs), 10);
        }
    }
}
