package io.millrace.tools.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.client.BrokerAddress;
import io.millrace.client.MillraceException;
import io.millrace.client.admin.ClusterDescription;
import io.millrace.client.admin.TopicDescription;
import io.millrace.client.admin.TopicDescription.Partition;
import io.millrace.protocol.Uuid;
import io.millrace.tools.connect.Dial;
import io.millrace.tools.connect.Replicas;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

final class HealthTest {
    private static final Replicas SILENT = new Replicas(Map.of(), Map.of());

    private static ClusterDescription cluster(String id, int... brokers) {
        return new ClusterDescription(
                id,
                OptionalInt.empty(),
                java.util.Arrays.stream(brokers)
                        .mapToObj(broker -> new ClusterDescription.Node(
                                broker, new BrokerAddress("h" + broker, 9092), Optional.empty()))
                        .toList());
    }

    private static List<TopicDescription> topic(OptionalInt leader, List<Integer> replicas, List<Integer> isr) {
        return List.of(new TopicDescription(
                "t", Uuid.ZERO, false, List.of(new Partition(0, leader, 1, replicas, isr, List.of()))));
    }

    @Test
    void theWorstComesFirst() {
        assertTrue(Health.of(cluster("c", 1, 2), topic(OptionalInt.of(1), List.of(1, 2), List.of(1, 2)), SILENT)
                .isWell());
        assertEquals(
                List.of(Health.Severity.WARNING),
                Health.of(cluster("c", 1, 2), topic(OptionalInt.of(2), List.of(1, 2), List.of(1, 2)), SILENT)
                        .findings()
                        .stream()
                        .map(Health.Finding::severity)
                        .toList());
        List<Health.Finding> bad = Health.of(cluster("c", 1), topic(OptionalInt.empty(), List.of(2), List.of()), SILENT)
                .findings();
        assertEquals("broker 2", bad.get(0).what());
        assertEquals("t-0", bad.get(1).what());
        Replicas broken = new Replicas(Map.of(), Map.of(1, MillraceException.timedOut("silence")));
        assertEquals(
                Health.Severity.ERROR,
                Health.of(cluster("c", 1), List.of(), broken).findings().get(0).severity());
    }

    @Test
    void adviceSaysWhatToDo() {
        assertTrue(Advice.of("b:1", List.of(), List.of()).get(0).startsWith("Nobody at b:1"));
        Dial lost = new Dial(new BrokerAddress("inner", 9092), Optional.empty(), Optional.of("unknown host"), 1);
        assertTrue(
                Advice.of("b:1", List.of(cluster("c", 1)), List.of(lost)).get(0).contains("advertised.listeners"));
        assertTrue(Advice.of("b:1", List.of(cluster("c", 1), cluster("d", 1)), List.of())
                .get(0)
                .contains("different clusters, c and d"));
    }
}
