package io.millrace.client.consumer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.protocol.TopicPartition;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Range, round-robin and sticky divisions. */
final class AssigningTest {
    private static GroupMember member(String id, List<String> topics, TopicPartition... owned) {
        return new GroupMember(id, Optional.empty(), topics, List.of(owned), 1);
    }

    private static List<TopicPartition> of(String topic, int... ids) {
        return IntStream.of(ids).mapToObj(id -> new TopicPartition(topic, id)).toList();
    }

    @Test
    void rangeGivesNeighboursAndTheFirstMembersOneMore() {
        Map<String, List<TopicPartition>> given = Assigning.divide(
                Assignor.RANGE, List.of(member("b", List.of("t")), member("a", List.of("t"))), Map.of("t", 5));
        assertEquals(of("t", 0, 1, 2), given.get("a"));
        assertEquals(of("t", 3, 4), given.get("b"));
    }

    @Test
    void roundRobinPassesOverWhoDoesNotWantATopic() {
        List<GroupMember> members = List.of(member("a", List.of("s", "t")), member("b", List.of("t")));
        Map<String, List<TopicPartition>> given =
                Assigning.divide(Assignor.ROUND_ROBIN, members, Map.of("s", 1, "t", 3));
        assertEquals(List.of(new TopicPartition("s", 0), new TopicPartition("t", 1)), given.get("a"));
        assertEquals(of("t", 0, 2), given.get("b"));
    }

    @Test
    void stickyMovesAsLittleAsEvennessAllows() {
        GroupMember old = member("a", List.of("t"), of("t", 0, 1, 2, 3, 4, 5).toArray(TopicPartition[]::new));
        Map<String, List<TopicPartition>> given =
                Assigning.divide(Assignor.STICKY, List.of(old, member("b", List.of("t"))), Map.of("t", 6));
        assertEquals(3, given.get("a").size());
        assertEquals(3, given.get("b").size());
        Map<String, List<TopicPartition>> first =
                Assigning.divide(Assignor.COOPERATIVE_STICKY, List.of(old, member("b", List.of("t"))), Map.of("t", 6));
        assertEquals(3, first.get("a").size());
        assertEquals(List.of(), first.get("b"));
    }

    @Test
    void anyDivisionGivesEachPartitionOnceAndStickyOnesEvenly() {
        long seed = System.nanoTime();
        System.out.println("AssigningTest: seed " + seed);
        Random random = new Random(seed);
        for (int round = 0; round < 300; round++) {
            Map<String, Integer> partitions = Map.of("s", 1 + random.nextInt(9), "t", 1 + random.nextInt(20));
            List<TopicPartition> all = Assigning.all(partitions);
            List<GroupMember> members = new ArrayList<>();
            for (int i = 0; i <= random.nextInt(7); i++) {
                List<TopicPartition> owned =
                        all.stream().filter(partition -> random.nextInt(4) == 0).toList();
                members.add(new GroupMember("m" + i, Optional.empty(), List.of("s", "t"), owned, random.nextInt(3)));
            }
            for (Assignor assignor : List.of(Assignor.RANGE, Assignor.ROUND_ROBIN, Assignor.STICKY)) {
                Map<String, List<TopicPartition>> given = Assigning.divide(assignor, members, partitions);
                List<TopicPartition> flat =
                        given.values().stream().flatMap(List::stream).toList();
                Set<TopicPartition> once = new HashSet<>(flat);
                assertEquals(all.size(), flat.size());
                assertEquals(Set.copyOf(all), once);
                int most = given.values().stream().mapToInt(List::size).max().orElseThrow();
                int least = given.values().stream().mapToInt(List::size).min().orElseThrow();
                assertTrue(assignor != Assignor.STICKY || most - least <= 1, given.toString());
            }
        }
    }

    @Test
    void whatMembersTellEachOtherIsReadBack() {
        List<TopicPartition> owned = List.of(new TopicPartition("s", 1), new TopicPartition("t", 0));
        for (Assignor assignor : List.of(Assignor.STICKY, Assignor.COOPERATIVE_STICKY)) {
            MemberMessages.Subscription read = MemberMessages.subscription(
                    assignor, MemberMessages.subscription(assignor, List.of("s", "t"), owned, 7, "rack"));
            assertEquals(new MemberMessages.Subscription(List.of("s", "t"), owned, 7), read);
        }
        assertEquals(owned, MemberMessages.assignment(MemberMessages.assignment(owned)));
    }
}
