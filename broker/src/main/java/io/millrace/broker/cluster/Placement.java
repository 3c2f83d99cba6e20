package io.millrace.broker.cluster;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * Chooses brokers for partitions: leaders even first, then replicas, each partition over as many racks as it can be, and
 * the followers of one leader spread, so that its load spreads when it dies. Brokers that come out equal are taken in a
 * random order, so that small topics do not all begin at the same broker.
 *
 * <p>Threading: one thread; made for one topic, then thrown away.
 */
final class Placement {
    private final List<Candidate> candidates;

    /** A broker and what it has been given so far. */
    private static final class Candidate {
        final int id;
        final String rack;
        final Map<Integer, Integer> followsOf = new HashMap<>(); // by the leader's id
        int leads;
        int holds;

        Candidate(BrokerRegistration broker) {
            this.id = broker.id();
            // A broker that names no rack counts as a rack of its own; "/" keeps it apart from racks that have names.
            this.rack = broker.rack().orElse("/" + broker.id());
        }

        void lead() {
            leads++;
            holds++;
        }

        void follow(int leader) {
            followsOf.merge(leader, 1, Integer::sum);
            holds++;
        }
    }

    Placement(Collection<BrokerRegistration> brokers, Random random) {
        candidates = new ArrayList<>(brokers.stream()
                .sorted(Comparator.comparingInt(BrokerRegistration::id)) // so that a seed gives one result
                .map(Candidate::new)
                .toList());
        Collections.shuffle(candidates, random);
    }

    /**
     * Replicas for new partitions, the preferred leader first.
     *
     * @param factor at most the number of brokers
     * @param existing replicas of the partitions that the topic has already; they count towards evenness
     */
    List<List<Integer>> place(int partitions, int factor, List<List<Integer>> existing) {
        existing.forEach(this::count);
        List<List<Integer>> placed = new ArrayList<>();
        for (int partition = 0; partition < partitions; partition++) {
            placed.add(place(factor));
        }
        evenOut(placed);
        return placed.stream().map(List::copyOf).toList();
    }

    private void count(List<Integer> replicas) {
        for (Candidate candidate : candidates) {
            int position = replicas.indexOf(candidate.id);
            if (position == 0) {
                candidate.lead();
            } else if (position > 0) {
                candidate.follow(replicas.get(0));
            }
        }
    }

    private List<Integer> place(int factor) {
        Candidate leader = first(
                candidates, Comparator.<Candidate>comparingInt(c -> c.leads).thenComparingInt(c -> c.holds));
        leader.lead();
        List<Integer> replicas = new ArrayList<>(List.of(leader.id));
        Set<String> racks = new HashSet<>(Set.of(leader.rack));
        while (replicas.size() < factor) {
            List<Candidate> free =
                    candidates.stream().filter(c -> !replicas.contains(c.id)).toList();
            Candidate follower = first(
                    free,
                    Comparator.<Candidate, Boolean>comparing(c -> racks.contains(c.rack))
                            .thenComparingInt(c -> c.holds)
                            .thenComparingInt(c -> c.followsOf.getOrDefault(leader.id, 0)));
            follower.follow(leader.id);
            replicas.add(follower.id);
            racks.add(follower.rack);
        }
        return replicas;
    }

    /** One choice after the other can leave a broker two replicas ahead of another: followers are moved until none is. */
    private void evenOut(List<List<Integer>> placed) {
        Comparator<Candidate> byHolds = Comparator.comparingInt(c -> c.holds);
        boolean moved = true;
        while (moved) {
            Candidate most = Collections.max(candidates, byHolds);
            Candidate least = Collections.min(candidates, byHolds);
            moved = most.holds - least.holds > 1 && placed.stream().anyMatch(replicas -> move(replicas, most, least));
        }
    }

    /** Lets one broker follow in place of another, unless it leads, or the partition would stand in fewer racks. */
    private boolean move(List<Integer> replicas, Candidate from, Candidate to) {
        int position = replicas.indexOf(from.id);
        if (position < 1 || replicas.contains(to.id)) {
            return false;
        }
        int racksBefore = racksOf(replicas);
        replicas.set(position, to.id);
        if (racksOf(replicas) < racksBefore) {
            replicas.set(position, from.id);
            return false;
        }
        from.holds--;
        to.holds++;
        return true;
    }

    private int racksOf(List<Integer> replicas) {
        return (int) candidates.stream()
                .filter(candidate -> replicas.contains(candidate.id))
                .map(candidate -> candidate.rack)
                .distinct()
                .count();
    }

    /** The first of those that come out least: min keeps the shuffled order among equals. */
    private static Candidate first(List<Candidate> among, Comparator<Candidate> order) {
        return among.stream().min(order).orElseThrow();
    }
}
