package io.millrace.broker.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PlacementTest {
    private static final int CASES = 300;

    private final long seed = seed();
    private final Random random = new Random(seed);

    @Test
    void leadersAndReplicasAreEvenAndNoBrokerHoldsAPartitionTwice() {
        for (int i = 0; i < CASES; i++) {
            int brokers = 1 + random.nextInt(12);
            int factor = 1 + random.nextInt(brokers);
            int partitions = 1 + random.nextInt(60);
            List<List<Integer>> placed =
                    new Placement(brokers(brokers, 0), random).place(partitions, factor, List.of());

            String what = "seed " + seed + ": " + brokers + " brokers, factor " + factor + ": " + placed;
            assertEquals(partitions, placed.size(), what);
            for (List<Integer> replicas : placed) {
                assertEquals(factor, new HashSet<>(replicas).size(), what);
                assertEquals(factor, replicas.size(), what);
            }
            assertTrue(spread(placed.stream().map(replicas -> replicas.get(0)).toList(), brokers) <= 1, what);
            assertTrue(spread(placed.stream().flatMap(List::stream).toList(), brokers) <= 1, what);
        }
    }

    @Test
    void replicasStandInAsManyRacksAsTheyCan() {
        for (int i = 0; i < CASES; i++) {
            int racks = 1 + random.nextInt(5);
            int brokers = racks * (1 + random.nextInt(4));
            int factor = 1 + random.nextInt(brokers);
            List<List<Integer>> placed = new Placement(brokers(brokers, racks), random).place(40, factor, List.of());

            String what = "seed " + seed + ": " + brokers + " brokers in " + racks + " racks, factor " + factor;
            for (List<Integer> replicas : placed) {
                Set<Integer> used = replicas.stream().map(id -> id % racks).collect(Collectors.toSet());
                assertEquals(Math.min(factor, racks), used.size(), what + ": " + replicas);
            }
            assertTrue(spread(placed.stream().map(replicas -> replicas.get(0)).toList(), brokers) <= 1, what);
        }
    }

    @Test
    void threeRacksOfTwoBrokersHoldOneCopyEachAndShareEverythingEvenly() {
        for (int partitions : new int[] {1, 2, 5, 6, 12, 50, 100}) {
            List<List<Integer>> placed = new Placement(brokers(6, 3), random).place(partitions, 3, List.of());
            String what = "seed " + seed + ": " + placed;
            for (List<Integer> replicas : placed) {
                assertEquals(3, replicas.stream().map(id -> id % 3).distinct().count(), what);
            }
            assertTrue(spread(placed.stream().map(replicas -> replicas.get(0)).toList(), 6) <= 1, what);
            assertTrue(spread(placed.stream().flatMap(List::stream).toList(), 6) <= 1, what);
        }
    }

    @Test
    void partitionsAddedLaterMakeUpForWhatTheOthersLeftUneven() {
        for (int i = 0; i < CASES; i++) {
            int brokers = 2 + random.nextInt(6);
            int factor = 1 + random.nextInt(brokers);
            List<List<Integer>> all = new ArrayList<>();
            for (int step = 0; step < 4; step++) {
                int added = 1 + random.nextInt(9);
                all.addAll(new Placement(brokers(brokers, 0), random).place(added, factor, all));
            }
            assertTrue(
                    spread(all.stream().map(replicas -> replicas.get(0)).toList(), brokers) <= 1,
                    "seed " + seed + ": " + all);
        }
    }

    @Test
    void theFollowersOfOneLeaderAreSpreadOverTheOthers() {
        List<List<Integer>> placed = new Placement(brokers(5, 0), random).place(100, 2, List.of());
        for (int leader = 0; leader < 5; leader++) {
            int id = leader;
            List<Integer> followers = placed.stream()
                    .filter(replicas -> replicas.get(0) == id)
                    .map(replicas -> replicas.get(1))
                    .toList();
            assertEquals(4, new HashSet<>(followers).size(), "seed " + seed + ": " + placed);
        }
    }

    @Test
    void smallTopicsDoNotAllBeginAtTheSameBroker() {
        Set<Integer> leaders = IntStream.range(0, 200)
                .mapToObj(i -> new Placement(brokers(4, 0), random)
                        .place(1, 1, List.of())
                        .get(0)
                        .get(0))
                .collect(Collectors.toSet());
        assertEquals(4, leaders.size(), "seed " + seed);
    }

    @Test
    void theSameSeedGivesTheSamePlacement() {
        List<List<Integer>> first = new Placement(brokers(5, 0), new Random(3)).place(20, 3, List.of());
        List<List<Integer>> second = new Placement(brokers(5, 0), new Random(3)).place(20, 3, List.of());
        assertEquals(first, second);
    }

    /** Brokers 0 to count - 1, in rack {@code id % racks}; without racks if there are none. */
    private static List<BrokerRegistration> brokers(int count, int racks) {
        return IntStream.range(0, count)
                .mapToObj(id -> new BrokerRegistration(
                        id,
                        List.of(new Endpoint("PLAINTEXT", "PLAINTEXT", "h" + id, 9092)),
                        racks == 0 ? Optional.empty() : Optional.of("r" + id % racks),
                        0))
                .toList();
    }

    /** Between the broker that occurs most and the one that occurs least. */
    private static int spread(List<Integer> occurrences, int brokers) {
        Map<Integer, Integer> counts = new HashMap<>();
        IntStream.range(0, brokers).forEach(id -> counts.put(id, 0));
        occurrences.forEach(id -> counts.merge(id, 1, Integer::sum));
        int most = counts.values().stream().mapToInt(Integer::intValue).max().orElseThrow();
        int least = counts.values().stream().mapToInt(Integer::intValue).min().orElseThrow();
        return most - least;
    }

    private static long seed() {
        String given = System.getProperty("test.seed", "");
        return given.isEmpty() ? new Random().nextLong() : Long.parseLong(given);
    }
}
