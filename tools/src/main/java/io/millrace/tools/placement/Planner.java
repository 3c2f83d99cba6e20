package io.millrace.tools.placement;

import io.millrace.protocol.TopicPartition;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Makes plans; pure. Each step of a plan goes to the broker that has the least, so that a plan of many steps stays even.
 * The same layout gives the same plan.
 *
 * <p>Threading: one thread's; made for one plan.
 */
public final class Planner {
    private final Layout layout;
    private final Map<Integer, Integer> leaders = new TreeMap<>();
    private final Map<Integer, Integer> replicas = new TreeMap<>();
    private final Map<Integer, Long> bytes = new TreeMap<>();

    public Planner(Layout layout) {
        this.layout = layout;
        for (Layout.Load load : layout.loads()) {
            leaders.put(load.broker(), load.leaders());
            replicas.put(load.broker(), load.replicas());
            bytes.put(load.broker(), load.bytes());
        }
    }

    /**
     * Takes leadership away from a broker, to replicas that are in sync.
     *
     * @return without those that nobody else can lead
     */
    public List<Move> drainLeaders(int broker) {
        List<Move> moves = new ArrayList<>();
        for (Layout.Placed placed : layout.partitions()) {
            boolean leads = placed.leader().orElse(-1) == broker
                    || (!placed.replicas().isEmpty() && placed.replicas().get(0) == broker);
            if (!leads) {
                continue;
            }
            Optional<Integer> next = placed.replicas().stream()
                    .filter(other -> other != broker && placed.inSync().contains(other) && leaders.containsKey(other))
                    .min(Comparator.comparing(leaders::get));
            next.ifPresent(other -> {
                List<Integer> order = new ArrayList<>(placed.replicas());
                order.remove((Object) other);
                order.add(0, other);
                order.remove((Object) broker);
                order.add(broker);
                moves.add(move(placed, order));
            });
        }
        return moves;
    }

    /**
     * Takes all replicas away from a broker.
     *
     * @return without those that no other broker can take
     */
    public List<Move> drainReplicas(int broker) {
        List<Move> moves = new ArrayList<>();
        for (Layout.Placed placed : layout.partitions()) {
            int at = placed.replicas().indexOf(broker);
            if (at < 0) {
                continue;
            }
            successor(placed.replicas(), broker).ifPresent(other -> {
                List<Integer> order = new ArrayList<>(placed.replicas());
                order.set(at, other);
                if (at == 0 && order.size() > 1) {
                    leastLeading(order).ifPresent(first -> {
                        order.remove((Object) first);
                        order.add(0, first);
                    });
                }
                moves.add(move(placed, order));
            });
        }
        return moves;
    }

    private Optional<Integer> leastLeading(List<Integer> order) {
        return order.stream().filter(leaders::containsKey).min(Comparator.comparing(leaders::get));
    }

    /** Who takes a replica over: another rack than the remaining ones have, then the fewest replicas, then bytes. */
    private Optional<Integer> successor(List<Integer> now, int leaving) {
        Set<String> taken = new HashSet<>();
        now.stream().filter(broker -> broker != leaving).forEach(broker -> taken.add(rack(broker)));
        return layout.racks().keySet().stream()
                .filter(broker -> broker != leaving && !now.contains(broker))
                .min(Comparator.<Integer, Boolean>comparing(broker -> taken.contains(rack(broker)))
                        .thenComparing(replicas::get)
                        .thenComparing(bytes::get));
    }

    private String rack(int broker) {
        return layout.racks().getOrDefault(broker, "");
    }

    /** Puts these topics' replicas on these brokers in turn, so that each has as many as the others. */
    public List<Move> spread(List<Integer> brokers, int factor) {
        List<Move> moves = new ArrayList<>();
        Map<String, Integer> next = new HashMap<>();
        for (Layout.Placed placed : layout.partitions()) {
            int wanted = factor > 0 ? factor : placed.replicas().size();
            int first = next.merge(placed.partition().topic(), 1, Integer::sum) - 1;
            List<Integer> order = new ArrayList<>();
            // each round of brokers shifts the followers by one more, as their leaders' loads would meet otherwise
            int shift = first / brokers.size();
            order.add(brokers.get(first % brokers.size()));
            for (int i = 1; i < Math.min(wanted, brokers.size()); i++) {
                int step = 1 + (shift + i - 1) % (brokers.size() - 1);
                order.add(brokers.get((first + step) % brokers.size()));
            }
            if (!order.equals(placed.replicas())) {
                moves.add(move(placed, order));
            }
        }
        return moves;
    }

    /** Evens out replicas and their bytes, then leaders, with as few moves as it can. */
    public List<Move> balance() {
        Map<TopicPartition, List<Integer>> now = new LinkedHashMap<>();
        layout.partitions().forEach(placed -> now.put(placed.partition(), placed.replicas()));
        evenReplicas(now);
        evenLeaders(now);
        List<Move> moves = new ArrayList<>();
        for (Layout.Placed placed : layout.partitions()) {
            List<Integer> to = now.get(placed.partition());
            if (!to.equals(placed.replicas())) {
                moves.add(new Move(placed.partition(), placed.replicas(), to, placed.bytes()));
            }
        }
        return moves;
    }

    /** From the broker with most to that with fewest, until they differ by one at most. */
    private void evenReplicas(Map<TopicPartition, List<Integer>> now) {
        while (true) {
            int most = top(replicas);
            int fewest = bottom(replicas);
            if (most < 0 || replicas.get(most) - replicas.get(fewest) < 2) {
                return;
            }
            Optional<Layout.Placed> chosen = layout.partitions().stream()
                    .filter(placed -> now.get(placed.partition()).contains(most)
                            && !now.get(placed.partition()).contains(fewest)
                            && keepsRacks(now.get(placed.partition()), most, fewest))
                    .min(Comparator.comparing(
                            placed -> Math.abs(bytes.get(most) - bytes.get(fewest) - 2 * placed.bytes())));
            if (chosen.isEmpty()) {
                return;
            }
            Layout.Placed placed = chosen.get();
            List<Integer> order = new ArrayList<>(now.get(placed.partition()));
            int at = order.indexOf(most);
            order.set(at, fewest);
            now.put(placed.partition(), order);
            count(placed, most, -1, at == 0);
            count(placed, fewest, 1, at == 0);
        }
    }

    /** Whether as many racks have the partition after a move as before it. */
    private boolean keepsRacks(List<Integer> now, int from, int to) {
        Set<String> before = new HashSet<>();
        Set<String> after = new HashSet<>();
        now.forEach(broker -> before.add(rack(broker)));
        now.forEach(broker -> after.add(rack(broker == from ? to : broker)));
        return after.size() >= before.size();
    }

    /** Only the order of replicas changes: nothing is copied. */
    private void evenLeaders(Map<TopicPartition, List<Integer>> now) {
        boolean moved = true;
        while (moved) {
            moved = false;
            for (Map.Entry<TopicPartition, List<Integer>> entry : now.entrySet()) {
                List<Integer> order = entry.getValue();
                int leader = order.isEmpty() ? -1 : order.get(0);
                Optional<Integer> better = order.stream()
                        .filter(leaders::containsKey)
                        .min(Comparator.comparing(leaders::get))
                        .filter(other -> !leaders.containsKey(leader) || leaders.get(leader) - leaders.get(other) > 1);
                if (better.isPresent()) {
                    List<Integer> swapped = new ArrayList<>(order);
                    swapped.remove(better.get());
                    swapped.add(0, better.get());
                    entry.setValue(swapped);
                    leaders.merge(leader, -1, Integer::sum);
                    leaders.merge(better.get(), 1, Integer::sum);
                    moved = true;
                }
            }
        }
    }

    private static int top(Map<Integer, Integer> counts) {
        return counts.entrySet().stream()
                .max(Map.Entry.comparingByValue())
                .map(Map.Entry::getKey)
                .orElse(-1);
    }

    private static int bottom(Map<Integer, Integer> counts) {
        return counts.entrySet().stream()
                .min(Map.Entry.comparingByValue())
                .map(Map.Entry::getKey)
                .orElse(-1);
    }

    private Move move(Layout.Placed placed, List<Integer> to) {
        List<Integer> from = placed.replicas();
        for (int i = 0; i < from.size(); i++) {
            count(placed, from.get(i), -1, i == 0);
        }
        for (int i = 0; i < to.size(); i++) {
            count(placed, to.get(i), 1, i == 0);
        }
        return new Move(placed.partition(), from, to, placed.bytes());
    }

    private void count(Layout.Placed placed, int broker, int by, boolean leads) {
        if (replicas.containsKey(broker)) {
            replicas.merge(broker, by, Integer::sum);
            bytes.merge(broker, by * placed.bytes(), Long::sum);
            if (leads) {
                leaders.merge(broker, by, Integer::sum);
            }
        }
    }
}
