package io.millrace.tools.mirror;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.Uuid;
import java.lang.management.ManagementFactory;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;

/** Figures as boards of MirrorMaker 2 find them. */
class BeansTest {
    private final MBeanServer server = ManagementFactory.getPlatformMBeanServer();

    @Test
    void boardsOfMirrorMakerFindTheirNames() throws Exception {
        Clock clock = Clock.fixed(Instant.ofEpochMilli(10_000), ZoneOffset.UTC);
        PartitionCopy copy = new PartitionCopy(new CopiedTopic("t", new Uuid(1, 2), "eu.t", 1, "", true), 3, clock);
        copy.fetched(7, 0, 9_000, 100);
        copy.stored(0, 7, 8_500, 6, 100);
        Window latency = new Window();
        latency.add(12);
        ObjectName partition =
                new ObjectName("kafka.connect.mirror:type=MirrorSourceConnector,target=us,topic=eu.t,partition=3");
        ObjectName checkpoint =
                new ObjectName("kafka.connect.mirror:type=MirrorCheckpointConnector,source=eu,target=us,"
                        + "group=\"a group\",topic=eu.t,partition=3");
        try (Beans beans = new Beans("eu", "us")) {
            beans.show(List.of(copy), Map.of(new GroupCopy.Moved("a group", new TopicPartition("eu.t", 3)), latency));
            assertEquals(6.0, server.getAttribute(partition, "record-count"));
            assertEquals(100.0, server.getAttribute(partition, "byte-count"));
            assertEquals(1000.0, server.getAttribute(partition, "record-age-ms"));
            for (String bound : List.of("", "-min", "-max", "-avg")) {
                assertEquals(1500.0, server.getAttribute(partition, "replication-latency-ms" + bound));
                assertEquals(12.0, server.getAttribute(checkpoint, "checkpoint-latency-ms" + bound));
            }
            assertTrue((double) server.getAttribute(partition, "record-rate") > 0);
            assertTrue((double) server.getAttribute(partition, "byte-rate") > 0);
            beans.show(List.of(), Map.of());
            assertTrue(
                    !server.isRegistered(partition) && !server.isRegistered(checkpoint), "gone with their partition");
        }
    }
}
