package io.millrace.broker.cluster;

import io.millrace.protocol.Uuid;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A topic: which brokers hold its partitions, and the state of each partition. Immutable.
 *
 * <p>Partitions are numbered from 0 without gaps. The order of a partition's replicas is the order of preference for its
 * leader.
 */
public final class TopicState {
    private final String name;
    private final Uuid id;
    private final Assignment assignment;
    private final int version;
    private final PartitionState[] states; // null where a partition has no state yet

    /**
     * Which brokers hold what.
     *
     * @param replicas of each partition, those that a running reassignment adds or removes included
     * @param adding by partition, the replicas that a running reassignment adds
     * @param removing by partition, the replicas that a running reassignment removes
     */
    public record Assignment(
            List<List<Integer>> replicas, Map<Integer, List<Integer>> adding, Map<Integer, List<Integer>> removing) {
        public Assignment {
            replicas = List.copyOf(replicas);
            adding = Map.copyOf(adding);
            removing = Map.copyOf(removing);
        }

        /** An assignment at rest. */
        public static Assignment of(List<List<Integer>> replicas) {
            return new Assignment(replicas, Map.of(), Map.of());
        }

        /** The same but for some partitions. */
        public Assignment with(Map<Integer, Replicas> changes) {
            List<List<Integer>> all = new ArrayList<>(replicas);
            Map<Integer, List<Integer>> added = new HashMap<>(adding);
            Map<Integer, List<Integer>> removed = new HashMap<>(removing);
            changes.forEach((partition, held) -> {
                all.set(partition, held.all());
                put(added, partition, held.adding());
                put(removed, partition, held.removing());
            });
            return new Assignment(all, added, removed);
        }

        private static void put(Map<Integer, List<Integer>> map, int partition, List<Integer> brokers) {
            if (brokers.isEmpty()) {
                map.remove(partition);
            } else {
                map.put(partition, brokers);
            }
        }
    }

    private TopicState(String name, Uuid id, Assignment assignment, int version, PartitionState[] states) {
        this.name = name;
        this.id = id;
        this.assignment = assignment;
        this.version = version;
        this.states = states;
    }

    /** A topic of which no partition has a state yet. {@code version} is that of the assignment in the store. */
    public static TopicState withoutStates(String name, Uuid id, Assignment assignment, int version) {
        PartitionState[] none = new PartitionState[assignment.replicas().size()];
        return new TopicState(name, id, assignment, version, none);
    }

    public String name() {
        return name;
    }

    public Uuid id() {
        return id;
    }

    /** Version of the assignment in the store. */
    public int version() {
        return version;
    }

    public Assignment assignment() {
        return assignment;
    }

    public int partitionCount() {
        return states.length;
    }

    /** Whether there is a partition of this number. */
    public boolean hasPartition(int partition) {
        return partition >= 0 && partition < states.length;
    }

    /** Ids of the brokers that hold a partition, preferred leader first. */
    public List<Integer> replicas(int partition) {
        return assignment.replicas().get(partition);
    }

    /** The same with what a running reassignment adds and removes. */
    public Replicas held(int partition) {
        return new Replicas(replicas(partition), addingReplicas(partition), removingReplicas(partition));
    }

    /** The partitions that a running reassignment moves, in order. */
    public IntStream movingPartitions() {
        return Stream.of(assignment.adding(), assignment.removing())
                .flatMap(changes -> changes.keySet().stream())
                .mapToInt(Integer::intValue)
                .filter(partition -> hasPartition(partition) && held(partition).isMoving())
                .sorted()
                .distinct();
    }

    public List<Integer> addingReplicas(int partition) {
        return assignment.adding().getOrDefault(partition, List.of());
    }

    public List<Integer> removingReplicas(int partition) {
        return assignment.removing().getOrDefault(partition, List.of());
    }

    /**
     * How many brokers are meant to hold a partition; while a reassignment changes that, the smaller of before and after.
     */
    public int replicationFactor(int partition) {
        int held = replicas(partition).size();
        return Math.min(
                held - addingReplicas(partition).size(),
                held - removingReplicas(partition).size());
    }

    /** The state of a partition; empty if it has none yet, or if there is no such partition. */
    public Optional<PartitionState> state(int partition) {
        return hasPartition(partition) ? Optional.ofNullable(states[partition]) : Optional.empty();
    }

    /** Whether every partition has a leader. */
    public boolean isLed() {
        return Arrays.stream(states).allMatch(state -> state != null && state.hasLeader());
    }

    /** The partitions that have no state. */
    public IntStream partitionsWithoutState() {
        return IntStream.range(0, states.length).filter(partition -> states[partition] == null);
    }

    /**
     * This topic, keeping those partition states of an earlier picture of it that still hold: those of the same topic id.
     */
    TopicState withStatesOf(TopicState earlier) {
        if (!earlier.id.equals(id)) {
            return this;
        }
        PartitionState[] kept = Arrays.copyOf(states, states.length);
        System.arraycopy(earlier.states, 0, kept, 0, Math.min(kept.length, earlier.states.length));
        return new TopicState(name, id, assignment, version, kept);
    }

    /** This topic with its partitions held by other brokers, their states as they are. */
    public TopicState withAssignment(Assignment next, int newVersion) {
        if (next.replicas().size() != states.length) {
            throw new IllegalArgumentException("Replicas of " + next.replicas().size() + " partitions for " + this);
        }
        return new TopicState(name, id, next, newVersion, states);
    }

    /** This topic with some partitions' states replaced; an empty one takes the state away. */
    TopicState withStates(Map<Integer, Optional<PartitionState>> changes) {
        PartitionState[] changed = Arrays.copyOf(states, states.length);
        changes.forEach((partition, state) -> changed[partition] = state.orElse(null));
        return new TopicState(name, id, assignment, version, changed);
    }

    /** The partitions whose replicas or state differ between two pictures of topics of this name. */
    IntStream partitionsDifferingFrom(TopicState other) {
        int count = Math.max(states.length, other.states.length);
        if (!id.equals(other.id)) {
            return IntStream.range(0, count);
        }
        return IntStream.range(0, count).filter(partition -> differs(partition, other));
    }

    private boolean differs(int partition, TopicState other) {
        if (!hasPartition(partition) || !other.hasPartition(partition)) {
            return true;
        }
        return !Objects.equals(states[partition], other.states[partition])
                || !replicas(partition).equals(other.replicas(partition))
                || !addingReplicas(partition).equals(other.addingReplicas(partition))
                || !removingReplicas(partition).equals(other.removingReplicas(partition));
    }

    @Override
    public String toString() {
        return name + " (" + id + ", " + states.length + " partitions)";
    }
}
