package io.millrace.broker.replica;

import io.millrace.broker.cluster.ClusterChange;
import io.millrace.broker.cluster.ClusterStore;
import io.millrace.broker.cluster.ClusterView;
import io.millrace.broker.cluster.ConfigScope;
import io.millrace.broker.cluster.PartitionState;
import io.millrace.broker.cluster.TopicState;
import io.millrace.broker.log.Log;
import io.millrace.broker.log.LogConfig;
import io.millrace.broker.log.Logs;
import io.millrace.protocol.ApiException;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.Uuid;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the partitions here what the cluster says they are: creates their logs, has them led or not, deletes them.
 *
 * <p>Threading: one thread of its own does all of it, since it touches the disk; the cluster-event thread only notes
 * which topics changed, so that what waits is bounded by the number of topics.
 */
public final class Leadership implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Leadership.class);

    private final int self;
    private final ClusterStore cluster;
    private final Logs logs;
    private final Partitions partitions;
    private final LogConfig defaults;
    private final LeadershipListener listener;
    private final boolean mayLackRecords;
    private final ExecutorService thread = Executors.newSingleThreadExecutor(task -> new Thread(task, "leadership"));
    private final Set<String> changed = new HashSet<>();

    /** Partitions whose records may be fewer than they were: led again at a new epoch only. Leadership thread. */
    private final Map<TopicPartition, Integer> staleEpochs = new HashMap<>();

    private Optional<ClusterStore.Subscription> subscription = Optional.empty();

    /**
     * @param defaults settings of a topic that has none of its own
     * @param listener told of what this broker leads
     * @param mayLackRecords whether the last stop was unclean: then a partition that is led here is led on at a new
     *     epoch, by which clients find out that its end may have moved back
     */
    public Leadership(
            int self,
            ClusterStore cluster,
            Logs logs,
            Partitions partitions,
            LogConfig defaults,
            LeadershipListener listener,
            boolean mayLackRecords) {
        this.self = self;
        this.cluster = cluster;
        this.logs = logs;
        this.partitions = partitions;
        this.defaults = defaults;
        this.listener = listener;
        this.mayLackRecords = mayLackRecords;
    }

    /** Brings everything in line with the view there is, and keeps it so. Completes when that is done once. */
    public CompletionStage<Void> start() {
        thread.execute(() -> {
            setStraysAside(cluster.view());
            if (mayLackRecords) {
                noteStaleEpochs(cluster.view());
            }
        });
        subscription = Optional.of(cluster.subscribe(this::onChange));
        return cluster.when(told -> true)
                .thenCompose(told -> caughtUp())
                .thenCompose(done -> cluster.when(this::leadsAll))
                .thenCompose(told -> caughtUp());
    }

    /** Whether every partition that is this broker's to lead is so at an epoch that it may lead at. */
    private boolean leadsAll(ClusterView view) {
        synchronized (staleEpochs) {
            return staleEpochs.entrySet().stream().allMatch(stale -> view.partition(stale.getKey())
                    .filter(state -> state.leader() == self && state.leaderEpoch() <= stale.getValue())
                    .isEmpty());
        }
    }

    /** Completes when everything that the cluster has said so far is done here. */
    public CompletionStage<Void> caughtUp() {
        return CompletableFuture.runAsync(() -> {}, thread);
    }

    private void onChange(ClusterChange change) {
        boolean first;
        synchronized (changed) {
            first = changed.isEmpty();
            changed.addAll(change.topics());
            for (ConfigScope scope : change.configs()) {
                if (scope instanceof ConfigScope.Topic topic) {
                    changed.add(topic.name());
                }
            }
            first &= !changed.isEmpty();
        }
        if (first) {
            thread.execute(this::applyChanges);
        }
    }

    // ---- on the leadership thread

    private void applyChanges() {
        Set<String> topics;
        synchronized (changed) {
            topics = Set.copyOf(changed);
            changed.clear();
        }
        ClusterView view = cluster.view();
        Map<String, List<Partition>> here = new HashMap<>();
        partitions.all().forEach(partition -> here.computeIfAbsent(
                        partition.id().topic(), name -> new java.util.ArrayList<>())
                .add(partition));
        for (String name : topics) {
            Optional<TopicState> topic = view.topic(name);
            List<Partition> gone = here.getOrDefault(name, List.of()).stream()
                    .filter(partition -> topic.map(TopicState::id)
                            .filter(partition.log().topicId()::equals)
                            .isEmpty())
                    .toList();
            gone.forEach(this::delete);
            if (!gone.isEmpty()) {
                LOG.info("Topic {} was deleted, {} partitions of it here", name, gone.size());
            }
            topic.ifPresent(state -> bringInLine(state, view));
        }
    }

    private void bringInLine(TopicState topic, ClusterView view) {
        LogConfig config = defaults.withTopicOverrides(view.config(new ConfigScope.Topic(topic.name())));
        for (int p = 0; p < topic.partitionCount(); p++) {
            if (topic.replicas(p).contains(self)) {
                bringInLine(topic, p, config, view);
            }
        }
    }

    private void bringInLine(TopicState topic, int number, LogConfig config, ClusterView view) {
        TopicPartition id = new TopicPartition(topic.name(), number);
        try {
            Optional<PartitionState> state = topic.state(number);
            boolean isNew = state.map(now -> now.version() == 0).orElse(true);
            Log log = logs.getOrCreate(id, topic.id(), config, isNew);
            log.configure(config);
            Partition partition = partitions.add(id, log);
            if (state.isEmpty()) {
                writeFirstState(topic, number, view);
            } else if (state.get().leader() == self) {
                lead(topic.id(), partition, state.get());
            } else if (partition.leaderEpoch().isPresent()) {
                partition.resign(false);
                listener.resigned(id);
            }
        } catch (ApiException e) {
            LOG.error("Cannot open the log of {}: {}", id, e.getMessage());
        }
    }

    private void lead(Uuid topicId, Partition partition, PartitionState state) {
        Integer stale;
        synchronized (staleEpochs) {
            stale = staleEpochs.get(partition.id());
        }
        if (stale != null && state.leaderEpoch() <= stale) {
            PartitionState next = new PartitionState(
                    self, state.leaderEpoch() + 1, state.isr(), state.leaderRecoveryState(), state.version());
            write(topicId, partition.id(), state.version(), next);
        } else if (!partition.isLedAt(state.leaderEpoch())) {
            partition.lead(state.leaderEpoch());
            listener.leads(partition, state.leaderEpoch());
        }
    }

    /** A crash while the topic was created left this partition without a state: its first live replica writes it. */
    private void writeFirstState(TopicState topic, int number, ClusterView view) {
        boolean first = topic.replicas(number).stream()
                .filter(id -> id == self || view.broker(id).isPresent())
                .findFirst()
                .filter(id -> id == self)
                .isPresent();
        if (first) {
            TopicPartition id = new TopicPartition(topic.name(), number);
            write(topic.id(), id, PartitionState.UNWRITTEN, PartitionState.initial(topic.replicas(number)));
        }
    }

    /** Whoever wins, the view tells; a failed write is tried again when it next changes. */
    private void write(Uuid topicId, TopicPartition id, int expected, PartitionState next) {
        cluster.compareAndSet(topicId, id, expected, next).whenComplete((written, failure) -> {
            if (failure != null) {
                LOG.warn("Cannot write that broker {} leads {}: {}", self, id, failure.getMessage());
            }
        });
    }

    private void delete(Partition partition) {
        TopicPartition id = partition.id();
        partitions.remove(id);
        partition.resign(true);
        listener.resigned(id);
        try {
            logs.delete(id);
        } catch (ApiException e) {
            LOG.error("Cannot delete the log of {}: {}", id, e.getMessage());
        }
    }

    /** A log that no topic claims is renamed and kept: who deletes data is an operator, not a start. */
    private void setStraysAside(ClusterView view) {
        for (Log log : List.copyOf(logs.all())) {
            TopicPartition id = log.topicPartition();
            boolean claimed = view.topic(id.topic())
                    .filter(topic -> topic.id().equals(log.topicId()) && topic.hasPartition(id.partition()))
                    .isPresent();
            if (!claimed) {
                try {
                    logs.setAside(id);
                } catch (ApiException e) {
                    LOG.error("Cannot set the stray log of {} aside: {}", id, e.getMessage());
                }
            }
        }
    }

    private void noteStaleEpochs(ClusterView view) {
        synchronized (staleEpochs) {
            for (Log log : logs.all()) {
                view.partition(log.topicPartition())
                        .filter(state -> state.leader() == self)
                        .ifPresent(state -> staleEpochs.put(log.topicPartition(), state.leaderEpoch()));
            }
        }
    }

    /** Stops following the cluster; partitions stay as they are. */
    @Override
    public void close() {
        subscription.ifPresent(ClusterStore.Subscription::close);
        thread.shutdown();
        try {
            if (!thread.awaitTermination(2, TimeUnit.SECONDS)) {
                LOG.warn("Changes of partitions were still under way");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
