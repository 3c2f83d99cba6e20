package io.millrace.broker.replica;

import io.millrace.broker.cluster.ClusterView;
import io.millrace.broker.cluster.PartitionState;
import io.millrace.broker.cluster.Replicas;
import io.millrace.broker.cluster.TopicState;
import io.millrace.broker.log.LogConfig;
import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.TopicPartition;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the partitions of a topic in line with what the cluster says of them: opened and led, followed, or deleted.
 *
 * <p>Threading: the leadership lane, since it touches the disk.
 */
final class RoleKeeper {
    private static final Logger LOG = LoggerFactory.getLogger(RoleKeeper.class);

    private final int self;
    private final Partitions partitions;
    private final LocalLogs local;
    private final Fetchers fetchers;
    private final InSyncKeeper inSync;
    private final Vacancies vacancies;
    private final UncleanReturn uncleanReturn;
    private final LeadershipListener listener;
    private final Consumer<TopicPartition> onNoSpace;
    private boolean takesLeave;
    private boolean leadsNoMore;

    /**
     * @param listener told of what this broker leads
     * @param onNoSpace told of what could not be opened, and may be later
     */
    RoleKeeper(
            int self,
            Partitions partitions,
            LocalLogs local,
            Fetchers fetchers,
            InSyncKeeper inSync,
            Vacancies vacancies,
            UncleanReturn uncleanReturn,
            LeadershipListener listener,
            Consumer<TopicPartition> onNoSpace) {
        this.self = self;
        this.partitions = partitions;
        this.local = local;
        this.fetchers = fetchers;
        this.inSync = inSync;
        this.vacancies = vacancies;
        this.uncleanReturn = uncleanReturn;
        this.listener = listener;
        this.onNoSpace = onNoSpace;
    }

    /**
     * Does all that is due for a topic.
     *
     * @param here the partitions of its name that this broker has, perhaps of one that was deleted
     * @param topic empty if there is none of that name
     */
    void bringInLine(String name, List<Partition> here, Optional<TopicState> topic, ClusterView view) {
        List<Partition> gone = local.goneOf(here, topic);
        gone.forEach(this::delete);
        if (!gone.isEmpty()) {
            LOG.info("Topic {} was deleted, {} partitions of it here", name, gone.size());
        }
        topic.ifPresent(state -> bringInLine(state, view));
    }

    private void bringInLine(TopicState topic, ClusterView view) {
        LogConfig settings = local.config(topic, view);
        for (int p = 0; p < topic.partitionCount(); p++) {
            if (topic.replicas(p).contains(self) || isLeftLeading(topic, p)) {
                bringInLine(topic, p, settings, view);
            } else {
                partitions.find(new TopicPartition(topic.name(), p)).ifPresent(this::delete); // moved to others
            }
        }
    }

    /** Leads what it is no replica of any more: it must give that to another before it deletes anything. */
    private boolean isLeftLeading(TopicState topic, int number) {
        return topic.state(number).filter(state -> state.leader() == self).isPresent()
                && partitions.find(new TopicPartition(topic.name(), number)).isPresent();
    }

    private void bringInLine(TopicState topic, int number, LogConfig settings, ClusterView view) {
        TopicPartition id = new TopicPartition(topic.name(), number);
        Partition partition;
        try {
            partition = local.open(topic, number, settings);
        } catch (ApiException e) {
            uncleanReturn.passOver(id);
            if (e.error() == ErrorCode.KAFKA_STORAGE_ERROR) { // there may be space for it later
                onNoSpace.accept(id);
            }
            return;
        }
        Optional<PartitionState> state = topic.state(number);
        if (state.isEmpty()) {
            vacancies.lookAtUnborn(topic, number, view);
        } else if (state.get().leader() == self) {
            lead(topic, partition, state.get());
        } else {
            follow(topic, partition, state.get());
            vacancies.look(topic, number, view);
        }
    }

    private void lead(TopicState topic, Partition partition, PartitionState state) {
        if (uncleanReturn.isOpen(partition.id())) {
            return; // at that epoch it led before it stopped
        }
        if (leadsNoMore && !partition.isLedAt(state.leaderEpoch())) {
            return; // handed over to a broker that is about to go: others claim it when it is gone
        }
        fetchers.stop(partition.id());
        if (partition.lead(topic.replicas(partition.id().partition()), state)) {
            listener.leads(partition, state.leaderEpoch());
        }
        inSync.look(partition);
    }

    private void follow(TopicState topic, Partition partition, PartitionState state) {
        boolean led = partition.leaderEpoch().isPresent();
        partition.follow(state.leaderEpoch(), state.leader());
        if (led) {
            listener.resigned(partition.id());
        }
        boolean isOut = !state.isr().contains(self)
                && (takesLeave || isLetGo(topic.held(partition.id().partition()), state));
        if (state.hasLeader() && !isOut) {
            fetchers.follow(partition, topic.id(), state.leader(), state.leaderEpoch());
        } else {
            fetchers.stop(partition.id());
        }
    }

    /** Is to have no replica any more, and is not needed: what it fetched might count when it is to have one again. */
    private boolean isLetGo(Replicas held, PartitionState state) {
        return held.removing().contains(self) && held.mayLetGo(state.isr());
    }

    /** From now on it does not follow where it is in no in-sync set: it is about to stop. */
    void takeLeave() {
        takesLeave = true;
    }

    /** Takes no leadership any more: this broker is about to go. */
    void leadNoMore() {
        leadsNoMore = true;
    }

    /** Leads no more, at an epoch that another may have followed by one of its own. */
    void resign(Partition partition) {
        partition.leaderEpoch().ifPresent(epoch -> {
            partition.follow(epoch, PartitionState.NO_LEADER);
            listener.resigned(partition.id());
        });
    }

    private void delete(Partition partition) {
        fetchers.stop(partition.id());
        local.delete(partition);
        listener.resigned(partition.id());
    }
}
