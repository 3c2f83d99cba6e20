package io.millrace.broker.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.millrace.protocol.TopicPartition;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointTest {
    @TempDir
    Path directory;

    @Test
    void offsetsAreWrittenAsKafkaWritesThemAndReadBack() throws Exception {
        OffsetCheckpoint checkpoint = new OffsetCheckpoint(directory, OffsetCheckpoint.HIGH_WATERMARK);
        checkpoint.write(Map.of(new TopicPartition("a-b", 3), 42L));

        assertEquals("0\n1\na-b 3 42\n", Files.readString(directory.resolve("replication-offset-checkpoint")));
        assertEquals(Map.of(new TopicPartition("a-b", 3), 42L), checkpoint.read());
        assertEquals(List.of("replication-offset-checkpoint"), Disks.names(directory), "no temporary file stays");
    }

    @Test
    void noFileIsNoOffset() throws Exception {
        assertEquals(Map.of(), new OffsetCheckpoint(directory, "none").read());
    }

    @Test
    void aCutFileIsNoticed() throws Exception {
        OffsetCheckpoint checkpoint = new OffsetCheckpoint(directory, "offsets");
        checkpoint.write(Map.of(new TopicPartition("a", 0), 7L, new TopicPartition("b", 1), 8L));
        byte[] whole = Files.readAllBytes(directory.resolve("offsets"));
        for (int cut = 0; cut < whole.length - 2; cut++) {
            Files.write(directory.resolve("offsets"), Arrays.copyOf(whole, cut));
            assertThrows(MalformedCheckpointException.class, checkpoint::read, "cut at " + cut);
        }
    }
}
