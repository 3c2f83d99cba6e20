package io.millrace.client.zookeeper;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.millrace.client.ClientConfig;
import io.millrace.client.consumer.Consumer;
import io.millrace.client.consumer.ConsumerConfig;
import io.millrace.client.consumer.OffsetReset;
import io.millrace.client.producer.Producer;
import io.millrace.client.producer.ProducerRecord;
import io.millrace.protocol.TopicPartition;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Clients that know ZooKeeper's address alone, and a broker that moves. */
@Timeout(120)
final class ZooKeeperBootstrapIT {
    @TempDir
    private Path directory;

    @Test
    void aBrokerThatComesBackOnAnotherPortIsFoundAgain() throws Exception {
        try (OneZooKeeper zooKeeper = OneZooKeeper.start(Files.createDirectory(directory.resolve("zookeeper")))) {
            String list = zooKeeper.address() + "/mill";
            String setting = "zookeeper.connect=" + list;
            ClientConfig config =
                    ClientConfig.builder(ZooKeeperBootstrap.of(list)).build();
            BrokerRun first = BrokerRun.start(directory, setting);
            String before = first.address();
            try (Producer producer = Producer.open(config)) {
                producer.send(ProducerRecord.of("t", "one")).toCompletableFuture().join();
                Awaitility.await().until(() -> zooKeeper.sessions() == 1); // the broker's
                first.close();
                try (BrokerRun second = BrokerRun.start(directory, setting)) {
                    assertNotEquals(before, second.address());
                    producer.send(ProducerRecord.of("t", "two"))
                            .toCompletableFuture()
                            .join();
                    assertEquals(List.of("one", "two"), read(config));
                }
            } finally {
                first.close();
            }
        }
    }

    private static List<String> read(ClientConfig config) {
        List<String> texts = new ArrayList<>();
        try (Consumer consumer = Consumer.open(
                ConsumerConfig.builder(config).offsetReset(OffsetReset.EARLIEST).build())) {
            consumer.assign(List.of(new TopicPartition("t", 0)));
            while (texts.size() < 2) {
                consumer.poll(Duration.ofSeconds(10)).forEach(record -> texts.add(record.valueText()));
            }
        }
        return texts;
    }
}
