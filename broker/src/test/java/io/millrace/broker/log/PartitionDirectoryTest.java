package io.millrace.broker.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.broker.log.PartitionDirectory.Fate;
import io.millrace.protocol.TopicPartition;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PartitionDirectoryTest {
    @Test
    void aTopicsNameMayHaveDashesDotsAndDigits() {
        for (String topic : List.of("a", "a-b", "a-1", "a.b-2.x", "__consumer_offsets", "-", "x-0-0")) {
            TopicPartition partition = new TopicPartition(topic, 12);
            assertEquals(
                    Optional.of(new PartitionDirectory(partition, Fate.LIVE)),
                    PartitionDirectory.parse(partition.toString()));
            for (Fate fate : List.of(Fate.DELETE, Fate.STRAY, Fate.FUTURE)) {
                assertEquals(
                        Optional.of(new PartitionDirectory(partition, fate)),
                        PartitionDirectory.parse(PartitionDirectory.markedName(partition, fate)));
            }
        }
    }

    @Test
    void otherNamesAreNone() {
        for (String name : List.of("", "a", "a-", "a-01", "a-1x", "-1", "a-99999999999", "zookeeper")) {
            assertEquals(Optional.empty(), PartitionDirectory.parse(name), name);
        }
    }

    @Test
    void theLongestTopicsMarkedNameFitsAFileSystem() {
        TopicPartition partition = new TopicPartition("x".repeat(249), 99_999);
        String name = PartitionDirectory.markedName(partition, Fate.DELETE);

        assertEquals(255, name.length());
        assertTrue(PartitionDirectory.parse(name).orElseThrow().fate() == Fate.DELETE);
    }
}
