package io.millrace.tools.placement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.protocol.TopicPartition;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class PlannerTest {
    private static Layout layout(int brokers, List<List<Integer>> replicas) {
        Map<Integer, String> racks = new LinkedHashMap<>();
        IntStream.rangeClosed(1, brokers).forEach(id -> racks.put(id, ""));
        List<Layout.Placed> partitions = new ArrayList<>();
        for (List<Integer> of : replicas) {
            partitions.add(new Layout.Placed(
                    new TopicPartition("t", partitions.size()), OptionalInt.of(of.get(0)), of, of, 100));
        }
        return new Layout(racks, partitions);
    }

    private static List<Layout.Load> after(Layout layout, List<Move> moves) {
        Map<TopicPartition, List<Integer>> moved = new LinkedHashMap<>();
        moves.forEach(move -> moved.put(move.partition(), move.to()));
        return layout.loads(moved);
    }

    private static int spread(List<Layout.Load> loads, java.util.function.ToIntFunction<Layout.Load> what) {
        return loads.stream().mapToInt(what).max().orElse(0)
                - loads.stream().mapToInt(what).min().orElse(0);
    }

    @Test
    void aDrainedBrokerIsNobodysFirstAndOthersShareItsWork() {
        Layout layout = layout(3, List.of(List.of(1, 2), List.of(1, 3), List.of(1, 2), List.of(2, 3), List.of(1)));
        List<Move> moves = new Planner(layout).drainLeaders(1);
        assertEquals(3, moves.size(), "the fifth has no other replica");
        assertTrue(moves.stream().allMatch(move -> move.cost() == 0 && move.changesLeader()));
        assertEquals(List.of(2, 1), moves.get(2).to());
        assertEquals(List.of(3, 1), moves.get(1).to());
        assertEquals(1, after(layout, moves).get(0).leaders());
    }

    @Test
    void replicasLeaveForTheEmptiestBrokerInAnotherRack() {
        Map<Integer, String> racks = Map.of(1, "a", 2, "b", 3, "a", 4, "b");
        Layout layout = new Layout(
                racks,
                List.of(new Layout.Placed(
                        new TopicPartition("t", 0), OptionalInt.of(1), List.of(1, 2), List.of(1, 2), 100)));
        List<Move> moves = new Planner(layout).drainReplicas(1);
        assertEquals(new HashSet<>(List.of(3, 2)), new HashSet<>(moves.get(0).to()));
        assertEquals(100, moves.get(0).cost());
    }

    @Test
    void whatHasNowhereToGoStays() {
        assertEquals(List.of(), new Planner(layout(2, List.of(List.of(1, 2)))).drainReplicas(1));
    }

    @Test
    void aTopicIsSpreadEvenly() {
        Layout layout = layout(3, List.of(List.of(1), List.of(1), List.of(1), List.of(1), List.of(1), List.of(1)));
        List<Layout.Load> loads = after(layout, new Planner(layout).spread(List.of(1, 2, 3), 2));
        assertEquals(0, spread(loads, Layout.Load::leaders));
        assertEquals(0, spread(loads, Layout.Load::replicas));
        assertEquals(List.of(), new Planner(layout(1, List.of(List.of(1)))).spread(List.of(1), 0));
    }

    @Test
    void balanceEndsAndLeavesNoBrokerWithMuchMoreThanAnother() {
        long seed = Long.getLong("test.seed", new Random().nextLong());
        Random random = new Random(seed);
        for (int round = 0; round < 50; round++) {
            int brokers = 2 + random.nextInt(4);
            List<List<Integer>> replicas = new ArrayList<>();
            for (int i = 0; i < 1 + random.nextInt(30); i++) {
                List<Integer> ids = new ArrayList<>(
                        IntStream.rangeClosed(1, brokers).boxed().toList());
                java.util.Collections.shuffle(ids, random);
                replicas.add(List.copyOf(ids.subList(0, 1 + random.nextInt(Math.min(3, brokers)))));
            }
            Layout layout = layout(brokers, replicas);
            List<Move> moves = new Planner(layout).balance();
            List<Layout.Load> loads = after(layout, moves);
            assertTrue(spread(loads, Layout.Load::replicas) <= 1, () -> "seed " + seed + " " + loads);
            for (Move move : moves) {
                assertEquals(move.from().size(), new HashSet<>(move.to()).size(), () -> "seed " + seed + " " + move);
            }
        }
    }

    @Test
    void anEvenClusterIsLeftAlone() {
        assertEquals(List.of(), new Planner(layout(3, List.of(List.of(1, 2), List.of(2, 3), List.of(3, 1)))).balance());
    }

    @Test
    void plansAreReadAsTheyAreWritten() {
        Map<TopicPartition, List<Integer>> plan = Map.of(new TopicPartition("t", 1), List.of(2, 3));
        assertEquals(plan, PlanFile.parse(PlanFile.text(plan)));
        assertFalse(PlanFile.parse("{\"version\":1,\"partitions\":[]}").containsKey(new TopicPartition("t", 1)));
        for (String wrong : List.of("", "[]", "{}", "{\"partitions\":[{\"topic\":\"t\"}]}", "{\"partitions\":[3]}")) {
            assertThrows(IllegalArgumentException.class, () -> PlanFile.parse(wrong), wrong);
        }
    }
}
