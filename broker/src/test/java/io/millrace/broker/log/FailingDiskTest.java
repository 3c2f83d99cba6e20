package io.millrace.broker.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.broker.Mount;
import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A volume whose writes end in I/O errors, which the system tells at the fsync: a file system in a file that cannot grow. */
class FailingDiskTest {
    private static final int MIB = 1 << 20;

    @TempDir
    Path directory;

    @Test
    void whatAnFsyncLostIsNotVouchedForAndTheDirectoryGoesOffline() throws IOException, InterruptedException {
        try (Mount backing = Mount.inMemory(directory.resolve("backing"), 4 * MIB);
                Mount volume =
                        Mount.inFile(directory.resolve("volume"), backing.path().resolve("image"), 64 * MIB)) {
            Disks disks = new Disks(volume.path().resolve("data"), directory.resolve("sound"));
            Logs logs = disks.open();
            Log log = disks.log(logs);
            assertEquals(volume.path().resolve("data"), log.directory());
            log.configure(disks.config().defaults().withTopicOverrides(Map.of("flush.messages", "1")));
            BlockingQueue<String> told = new LinkedBlockingQueue<>();
            log.tellFlushesTo(new FlushListener() {
                @Override
                public void flushed() {
                    told.add("flushed");
                }

                @Override
                public void flushFailed(ApiException why) {
                    told.add("failed " + why.error());
                }
            });
            String last = "flushed";
            long appended = 0;
            for (int i = 0; i < 64 && last.equals("flushed"); i++) {
                try {
                    log.append(Batches.of(log.endOffset(), 0, 1, 1000, MIB / 2));
                    appended++;
                } catch (ApiException e) {
                    assertEquals(ErrorCode.KAFKA_STORAGE_ERROR, e.error());
                }
                last = String.valueOf(told.poll(20, TimeUnit.SECONDS));
            }
            assertEquals("failed KAFKA_STORAGE_ERROR", last);
            assertFalse(log.directoryOnDisk().isOnline());
            assertTrue(log.recoveryPoint() < appended, "what failed is not vouched for");
            Log other = logs.getOrCreate(
                    new io.millrace.protocol.TopicPartition("other", 0),
                    Disks.TOPIC_ID,
                    disks.config().defaults(),
                    true);
            assertEquals(directory.resolve("sound"), other.directory());
            other.append(Batches.of(0, 0, 1, 1000));
            assertEquals(1, other.endOffset(), "the other directory works on");
            logs.close();
        }
    }
}
