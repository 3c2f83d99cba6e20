package io.millrace.broker.replica;

import static io.millrace.broker.replica.ReplicaHouse.SELF;
import static io.millrace.broker.replica.ReplicaHouse.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.millrace.broker.cluster.BrokerRegistration;
import io.millrace.broker.cluster.Endpoint;
import io.millrace.broker.cluster.InMemoryClusterStore;
import io.millrace.broker.cluster.NewTopic;
import io.millrace.broker.cluster.PartitionState;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.Uuid;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HandOverTest {
    private static final int SECOND = 2;
    private static final int THIRD = 3;

    @Test
    void whoStopsLeavesTheSetWhereTheOthersAreEnough(@TempDir Path directory) {
        try (ReplicaHouse house = new ReplicaHouse(directory);
                InMemoryClusterStore second = new InMemoryClusterStore(house.truth);
                InMemoryClusterStore third = new InMemoryClusterStore(house.truth)) {
            BrokerRegistration heir = register(second, SECOND);
            BrokerRegistration other = register(third, THIRD);
            house.started();
            List<Integer> all = List.of(SELF, SECOND, THIRD);
            create(house, "enough", all, Map.of("min.insync.replicas", "2"));
            create(house, "all-needed", all, Map.of("min.insync.replicas", "3"));
            create(house, "one-left", List.of(SELF, SECOND), Map.of("min.insync.replicas", "1"));
            for (String topic : List.of("enough", "all-needed", "one-left")) {
                follow(house, topic, heir);
            }
            follow(house, "enough", other);
            follow(house, "all-needed", other);

            await(house.leadership.handOverAll());

            assertEquals(List.of(SECOND, THIRD), handedOver(house, "enough").isr());
            assertEquals(all, handedOver(house, "all-needed").isr());
            assertEquals(List.of(SELF, SECOND), handedOver(house, "one-left").isr());
        }
    }

    private static BrokerRegistration register(InMemoryClusterStore store, int id) {
        return await(store.register(new BrokerRegistration(
                id, List.of(new Endpoint("PLAINTEXT", "PLAINTEXT", "host-" + id, 9092)), Optional.empty(), 0, false)));
    }

    private static void create(ReplicaHouse house, String topic, List<Integer> replicas, Map<String, String> config) {
        await(house.cluster.createTopic(new NewTopic(topic, Uuid.random(), List.of(replicas), config)));
        house.caughtUp();
    }

    private static void follow(ReplicaHouse house, String topic, BrokerRegistration follower) {
        house.partition(topic, 0)
                .readAsReplica(new Follower(follower.id(), follower.epoch()), 0, 1000, true, 0, -1)
                .records()
                .release();
    }

    private static PartitionState handedOver(ReplicaHouse house, String topic) {
        return await(house.cluster.when(view -> view.partition(new TopicPartition(topic, 0))
                        .filter(state -> state.leader() == SECOND)
                        .isPresent()))
                .partition(new TopicPartition(topic, 0))
                .orElseThrow();
    }
}
