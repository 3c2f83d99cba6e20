package io.millrace.broker.replica;

import static io.millrace.broker.replica.ReplicaHouse.await;
import static io.millrace.broker.replica.ReplicaHouse.batch;
import static io.millrace.broker.replica.ReplicaHouse.only;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.broker.cluster.BrokerRegistration;
import io.millrace.broker.cluster.Endpoint;
import io.millrace.broker.cluster.InMemoryClusterStore;
import io.millrace.broker.cluster.NewTopic;
import io.millrace.broker.cluster.PartitionState;
import io.millrace.protocol.ApiException;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.Uuid;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskLossesTest {
    private static final int SELF = ReplicaHouse.SELF;
    private static final int OTHER = 2;
    private static final TopicPartition T0 = new TopicPartition("t", 0);

    @TempDir
    private Path directory;

    @Test
    void whatIsLedOnALostDiskIsHandedOverAndNobodyCountsOnTheBroker() throws IOException {
        try (ReplicaHouse house = new ReplicaHouse(List.of(directory), Map.of("log.segment.bytes", "100"));
                InMemoryClusterStore others = new InMemoryClusterStore(house.truth)) {
            BrokerRegistration other = await(others.register(new BrokerRegistration(
                    OTHER,
                    List.of(new Endpoint("PLAINTEXT", "PLAINTEXT", "two.example", 9092)),
                    Optional.empty(),
                    0,
                    false)));
            house.started();
            await(house.cluster.createTopic(new NewTopic("t", Uuid.random(), List.of(List.of(SELF, OTHER)), Map.of())));
            house.caughtUp();
            Partition led = house.partition("t", 0);
            led.append(only(batch("a")));
            // the next roll finds a directory where its segment's file should be made, as on a disk that is broken
            Files.createDirectory(directory.resolve("t-0").resolve(String.format("%020d.log", 1)));
            assertThrows(ApiException.class, () -> led.append(only(batch("b"))));
            assertTrue(house.logs.areLost());
            assertEquals(SELF, house.cluster.view().partition(T0).orElseThrow().leader(), "the heir has nothing yet");

            led.readAsReplica(new Follower(OTHER, other.epoch()), 1, 1000, true, 0, 0);

            await(house.cluster.when(view -> view.partition(T0).orElseThrow().leader() == OTHER));
            PartitionState state = house.cluster.view().partition(T0).orElseThrow();
            assertEquals(List.of(OTHER), state.isr());
            await(house.cluster.when(view -> view.broker(SELF).orElseThrow().recovering()));
        }
    }
}
