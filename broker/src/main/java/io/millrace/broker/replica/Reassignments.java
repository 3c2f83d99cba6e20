package io.millrace.broker.replica;

import io.millrace.broker.cluster.AssignmentWrite;
import io.millrace.broker.cluster.ClusterStore;
import io.millrace.broker.cluster.ClusterView;
import io.millrace.broker.cluster.PartitionState;
import io.millrace.broker.cluster.Replicas;
import io.millrace.broker.cluster.TopicState;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.Uuid;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the reassignments of what this broker leads to their end. All that is known of one is in the store, so that
 * whoever leads goes on where the last leader was.
 *
 * <p>In this order, each step true by itself: those who are to be added follow, since they are replicas already, and
 * come into the in-sync set; a leader that is to be removed hands over to one that stays; those to be removed leave the
 * in-sync set, which {@link InSync} does; the leader epoch is raised if they have fetched at it, since a fetch of theirs
 * that is still on its way would else count for the empty log that they have when they are replicas again; and at last
 * the assignment is written without them, if the set is still the one without them: a change of the set that was decided
 * before comes too late then. Only then they delete what they have.
 *
 * <p>Threading: the leadership lane.
 */
final class Reassignments {
    private static final Logger LOG = LoggerFactory.getLogger(Reassignments.class);
    private static final long RETRY_MS = 1000;
    private static final long HAND_OVER_MS = 5000;

    private final int self;
    private final ClusterStore cluster;
    private final Partitions partitions;
    private final HandOver handOver;
    private final EpochRaise epochRaise;
    private final ReplicaRuntime runtime;
    private final ReplicaRuntime.Lane lane;
    private final Set<TopicPartition> leaving = new HashSet<>(); // handed over just now
    private final Set<TopicPartition> raising = new HashSet<>(); // whose leader epoch is being raised
    private final Set<Uuid> writing = new HashSet<>(); // topics whose assignment is being written

    Reassignments(
            int self,
            ClusterStore cluster,
            Partitions partitions,
            HandOver handOver,
            EpochRaise epochRaise,
            ReplicaRuntime runtime,
            ReplicaRuntime.Lane lane) {
        this.self = self;
        this.cluster = cluster;
        this.partitions = partitions;
        this.handOver = handOver;
        this.epochRaise = epochRaise;
        this.runtime = runtime;
        this.lane = lane;
    }

    /** Does what is due for a topic of which something has changed. */
    void look(TopicState topic, ClusterView view) {
        Map<Integer, Replicas> settled = new HashMap<>();
        for (int number = 0; number < topic.partitionCount(); number++) {
            Replicas held = topic.held(number);
            if ((held.isMoving() || !held.all().contains(self)) && look(topic, number, held, view)) {
                settled.put(number, held.settled());
            }
        }
        if (!settled.isEmpty() && writing.add(topic.id())) {
            write(topic, settled);
        }
    }

    /** Whether all is done but for the assignment. */
    private boolean look(TopicState topic, int number, Replicas held, ClusterView view) {
        Optional<Partition> partition = partitions.find(new TopicPartition(topic.name(), number));
        Optional<Role.Leader> leader = partition.flatMap(Partition::leader);
        if (leader.isEmpty()) {
            return false;
        }
        PartitionState state = leader.get().inSync().state();
        if (!held.target().contains(self)) {
            giveAway(partition.get(), held, state, view);
            return false;
        }
        boolean isSeen = topic.state(number).equals(Optional.of(state)); // else it looks again when it is
        boolean isDone = isSeen && held.mayLetGo(state.isr()) && held.target().containsAll(state.isr());
        if (isDone && leader.get().inSync().hasHeardOf(held.removing())) {
            raiseEpoch(partition.get(), leader.get().leaderEpoch() + 1);
            return false;
        }
        return isDone;
    }

    /** Those who are let go do not follow at the next epoch; what they have sent before is refused there. */
    private void raiseEpoch(Partition partition, int epoch) {
        if (raising.add(partition.id())) {
            epochRaise
                    .toAtLeast(epoch, partition)
                    .whenComplete((done, failure) -> lane.after(RETRY_MS, () -> {
                        raising.remove(partition.id());
                        lookAgain(partition.log().topicId()); // if it was raised, the view has had it looked at before
                    }));
        }
    }

    private void giveAway(Partition partition, Replicas held, PartitionState state, ClusterView view) {
        Optional<Integer> heir =
                handOver.heirs(held.target(), state, view).stream().findFirst();
        boolean isDue = held.mayLetGo(state.isr()) || !held.all().contains(self);
        if (isDue && heir.isPresent() && leaving.add(partition.id())) {
            handOver.to(heir.get(), partition, HandOver.Afterwards.LEAVES, runtime.ticksMs() + HAND_OVER_MS)
                    .whenComplete((done, failure) -> lane.after(done ? 0 : RETRY_MS, () -> {
                        leaving.remove(partition.id());
                        lookAgain(partition.log().topicId());
                    }));
        }
    }

    private void write(TopicState topic, Map<Integer, Replicas> settled) {
        cluster.changeAssignment(topic, topic.assignment().with(settled), settled.keySet())
                .whenComplete((outcome, failure) -> lane.after(failure == null ? 0 : RETRY_MS, () -> {
                    writing.remove(topic.id());
                    if (failure != null) {
                        LOG.warn("Cannot write that replicas of topic {} have moved: {}", topic, failure.getMessage());
                    } else if (outcome instanceof AssignmentWrite.Written) {
                        settled.forEach((number, held) ->
                                LOG.info("{}-{}: moved, its replicas are {}", topic.name(), number, held.all()));
                    }
                    lookAgain(topic.id()); // somebody was first, or another partition has come so far meanwhile
                }));
    }

    private void lookAgain(Uuid topicId) {
        ClusterView view = cluster.view();
        view.topic(topicId).ifPresent(topic -> look(topic, view));
    }
}
