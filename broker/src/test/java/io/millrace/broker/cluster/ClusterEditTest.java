package io.millrace.broker.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.broker.cluster.TopicState.Assignment;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.Uuid;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ClusterEditTest {
    private static final Uuid ID = new Uuid(0, 1);
    private static final TopicPartition FIRST = new TopicPartition("orders", 0);

    @Test
    void manyChangesMakeOneViewAndLeaveTheLastAsItWas() {
        ClusterView before = withOrders(3);
        ClusterEdit edit = before.edit();
        edit.putState(FIRST, Optional.of(state(1)));
        edit.putState(FIRST, Optional.of(state(2)));
        edit.putState(new TopicPartition("orders", 2), Optional.of(state(7)));
        ClusterChange change = edit.finish();

        assertEquals(Optional.of(state(2)), change.after().partition(FIRST));
        assertEquals(Optional.empty(), before.partition(FIRST));
        assertEquals(Set.of("orders"), change.topics());
        assertEquals(
                Set.of(FIRST, new TopicPartition("orders", 2)),
                change.partitions().collect(Collectors.toSet()));
        assertSame(before.brokers(), change.before().brokers());
    }

    @Test
    void statesStayWhenATopicGrowsAndGoWhenItIsAnother() {
        ClusterView before = led(withOrders(1));
        ClusterEdit edit = before.edit();
        edit.putTopic(orders(ID, 2));
        ClusterView grown = edit.finish().after();
        assertEquals(Optional.of(state(0)), grown.partition(FIRST));
        assertEquals(Optional.empty(), grown.partition(new TopicPartition("orders", 1)));
        assertEquals(
                List.of(new TopicPartition("orders", 1)),
                edit.finish().partitions().toList());

        ClusterEdit another = grown.edit();
        Uuid otherId = new Uuid(0, 2);
        another.putTopic(orders(otherId, 2));
        ClusterView after = another.finish().after();
        assertEquals(Optional.empty(), after.partition(FIRST));
        assertEquals(Optional.empty(), after.topic(ID));
        assertEquals(2, after.topic(otherId).orElseThrow().partitionCount());
        assertEquals(2, another.finish().partitions().count());
    }

    @Test
    void aStateWrittenBeforeItsTopicChangesInTheSameEditStays() {
        ClusterEdit edit = withOrders(1).edit();
        edit.putState(FIRST, Optional.of(state(5)));
        edit.putTopic(orders(ID, 2));
        assertEquals(Optional.of(state(5)), edit.finish().after().partition(FIRST));
    }

    @Test
    void whatIsRemovedIsGoneEverywhere() {
        ClusterView before = led(withOrders(2));
        ClusterEdit edit = before.edit();
        edit.putState(FIRST, Optional.of(state(9)));
        edit.removeTopic("orders");
        edit.putConfig(new ConfigScope.Topic("orders"), Map.of());
        ClusterChange change = edit.finish();
        assertTrue(change.after().topics().isEmpty());
        assertEquals(Optional.empty(), change.after().topic(ID));
        assertEquals(Optional.empty(), change.after().partition(FIRST));
        assertEquals(2, change.partitions().count());
        assertTrue(change.after().configScopes().isEmpty());
    }

    @Test
    void aStateOfWhatDoesNotExistIsNothing() {
        ClusterEdit edit = withOrders(1).edit();
        edit.putState(new TopicPartition("orders", 1), Optional.of(state(1)));
        edit.putState(new TopicPartition("orders", 1_000_000_000), Optional.of(state(1)));
        edit.putState(new TopicPartition("orders", -1), Optional.of(state(1)));
        edit.putState(new TopicPartition("nothing", 0), Optional.of(state(1)));
        assertTrue(edit.isEmpty());
    }

    @Test
    void partitionsOfATopicAreComparedByValue() {
        ClusterView before = led(withOrders(2));
        ClusterEdit edit = before.edit();
        edit.putTopic(orders(ID, 2));
        edit.putState(FIRST, Optional.of(state(0)));
        assertEquals(0, edit.finish().partitions().count());
        ClusterEdit moved = before.edit();
        moved.putTopic(TopicState.withoutStates(
                "orders", ID, new Assignment(Collections.nCopies(2, List.of(1)), Map.of(1, List.of(3)), Map.of()), 1));
        assertEquals(
                List.of(new TopicPartition("orders", 1)),
                moved.finish().partitions().toList());
    }

    @Test
    void duringAReassignmentTheSmallerNumberOfCopiesCounts() {
        List<List<Integer>> replicas = List.of(List.of(1, 2, 3), List.of(1, 2, 3), List.of(4, 5, 6, 1, 2, 3));
        TopicState topic = TopicState.withoutStates(
                "t",
                ID,
                new Assignment(
                        replicas,
                        Map.of(0, List.of(2, 3), 2, List.of(4, 5, 6)),
                        Map.of(1, List.of(3), 2, List.of(1, 2, 3))),
                0);
        assertEquals(1, topic.replicationFactor(0));
        assertEquals(2, topic.replicationFactor(1));
        assertEquals(3, topic.replicationFactor(2));
    }

    private static ClusterView withOrders(int partitions) {
        ClusterEdit edit = ClusterView.empty("c").edit();
        edit.putTopic(orders(ID, partitions));
        edit.putConfig(new ConfigScope.Topic("orders"), Map.of("a", "b"));
        return edit.finish().after();
    }

    private static ClusterView led(ClusterView view) {
        ClusterEdit edit = view.edit();
        edit.putState(FIRST, Optional.of(state(0)));
        return edit.finish().after();
    }

    private static TopicState orders(Uuid id, int partitions) {
        return TopicState.withoutStates("orders", id, Assignment.of(Collections.nCopies(partitions, List.of(1))), 0);
    }

    private static PartitionState state(int epoch) {
        return new PartitionState(1, epoch, List.of(1), PartitionState.RECOVERED, epoch);
    }
}
