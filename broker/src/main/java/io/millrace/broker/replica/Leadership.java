package io.millrace.broker.replica;

import io.millrace.broker.cluster.ClusterChange;
import io.millrace.broker.cluster.ClusterStore;
import io.millrace.broker.cluster.ClusterView;
import io.millrace.broker.cluster.ConfigScope;
import io.millrace.broker.cluster.PartitionState;
import io.millrace.broker.cluster.TopicState;
import io.millrace.broker.config.InvalidSettingException;
import io.millrace.broker.log.Log;
import io.millrace.broker.log.LogConfig;
import io.millrace.broker.log.Logs;
import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
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
import java.util.concurrent.Executor;
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
    private static final long RETRY_MS = 1000;
    private static final long RETRY_FOR_SPACE_MS = 5000;

    private final int self;
    private final ClusterStore cluster;
    private final Logs logs;
    private final Partitions partitions;
    private final LogConfig defaults;
    private final LeadershipListener listener;
    private final boolean mayLackRecords;
    private final ExecutorService thread = Executors.newSingleThreadExecutor(task -> new Thread(task, "leadership"));
    private final Executor retries = CompletableFuture.delayedExecutor(RETRY_MS, TimeUnit.MILLISECONDS, thread);
    private final Executor retriesForSpace =
            CompletableFuture.delayedExecutor(RETRY_FOR_SPACE_MS, TimeUnit.MILLISECONDS, thread);
    private final Set<String> changed = new HashSet<>();

    /** Partitions whose records may be fewer than they were, led again at a new epoch only. Guarded by itself. */
    private final Map<TopicPartition, Integer> staleEpochs = new HashMap<>();

    /** Those that cannot be led since their log cannot be opened. Guarded by {@link #staleEpochs}. */
    private final Set<TopicPartition> unusable = new HashSet<>();

    /** How many partitions each topic had when this broker started. Leadership thread. */
    private final Map<Uuid, Integer> partitionsAtStart = new HashMap<>();

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
            ClusterView view = cluster.view();
            view.topics().forEach(topic -> partitionsAtStart.put(topic.id(), topic.partitionCount()));
            setStraysAside(view);
            if (mayLackRecords) {
                noteStaleEpochs(view);
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
            return staleEpochs.entrySet().stream()
                    .filter(stale -> !unusable.contains(stale.getKey()))
                    .allMatch(stale -> view.partition(stale.getKey())
                            .filter(state -> state.leader() == self && state.leaderEpoch() <= stale.getValue())
                            .isEmpty());
        }
    }

    /** Completes when everything that the cluster has said so far is done here. */
    public CompletionStage<Void> caughtUp() {
        return CompletableFuture.runAsync(() -> {}, thread);
    }

    private void onChange(ClusterChange change) {
        Set<String> topics = new HashSet<>(change.topics());
        for (ConfigScope scope : change.configs()) {
            if (scope instanceof ConfigScope.Topic topic) {
                topics.add(topic.name());
            }
        }
        look(topics);
    }

    /** Has these topics brought in line with what the cluster says by then. Any thread. */
    private void look(Set<String> topics) {
        boolean first;
        synchronized (changed) {
            first = changed.isEmpty() && !topics.isEmpty();
            changed.addAll(topics);
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
        LogConfig config = config(topic, view);
        for (int p = 0; p < topic.partitionCount(); p++) {
            if (topic.replicas(p).contains(self)) {
                bringInLine(topic, p, config, view);
            } else {
                partitions.find(new TopicPartition(topic.name(), p)).ifPresent(this::resign);
            }
        }
    }

    /** Settings that others wrote may be none: the topic then goes on with those that all have. */
    private LogConfig config(TopicState topic, ClusterView view) {
        try {
            return defaults.withTopicOverrides(view.config(new ConfigScope.Topic(topic.name())));
        } catch (InvalidSettingException e) {
            LOG.error(
                    "Topic {} has settings that cannot be used, and is kept by the defaults: {}",
                    topic,
                    e.getMessage());
            return defaults;
        }
    }

    private void bringInLine(TopicState topic, int number, LogConfig config, ClusterView view) {
        TopicPartition id = new TopicPartition(topic.name(), number);
        try {
            Optional<PartitionState> state = topic.state(number);
            // One that was there at the start may lie in a directory that cannot be read, and must not begin anew.
            boolean isNew = number >= partitionsAtStart.getOrDefault(topic.id(), 0);
            Log log = logs.getOrCreate(id, topic.id(), config, isNew);
            log.configure(config);
            synchronized (staleEpochs) {
                unusable.remove(id);
            }
            Partition partition = partitions.add(id, log);
            if (state.isEmpty()) {
                writeFirstState(topic, number, view);
            } else if (state.get().leader() == self) {
                lead(topic.id(), partition, state.get());
            } else {
                resign(partition);
            }
        } catch (ApiException e) {
            boolean isNews;
            synchronized (staleEpochs) {
                isNews = unusable.add(id);
            }
            if (isNews) {
                LOG.error("Cannot open the log of {}: {}", id, e.getMessage());
            }
            if (e.error() == ErrorCode.KAFKA_STORAGE_ERROR) { // there may be space for it later
                retriesForSpace.execute(() -> look(Set.of(id.topic())));
            }
        }
    }

    private void resign(Partition partition) {
        if (partition.leaderEpoch().isPresent()) {
            partition.resign(false);
            listener.resigned(partition.id());
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

    /** A crash while the topic was created left this partition without a state: its first live replica leads. */
    private void writeFirstState(TopicState topic, int number, ClusterView view) {
        boolean first = topic.replicas(number).stream()
                .filter(id -> id == self || view.broker(id).isPresent())
                .findFirst()
                .filter(id -> id == self)
                .isPresent();
        if (first) {
            TopicPartition id = new TopicPartition(topic.name(), number);
            PartitionState state = new PartitionState(
                    self, 0, topic.replicas(number), PartitionState.RECOVERED, PartitionState.UNWRITTEN);
            write(topic.id(), id, PartitionState.UNWRITTEN, state);
        }
    }

    /** Whoever wins, the view tells. A failed write is tried again: nobody else may ever change what it is about. */
    private void write(Uuid topicId, TopicPartition id, int expected, PartitionState next) {
        cluster.compareAndSet(topicId, id, expected, next).whenComplete((written, failure) -> {
            if (failure != null) {
                LOG.warn("Cannot write that broker {} leads {}: {}", self, id, failure.getMessage());
                retries.execute(() -> look(Set.of(id.topic())));
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

    /**
     * A log that no topic claims is renamed and kept: who deletes data is an operator, not a start. One that does not
     * tell its topic's id belongs to the topic of its name.
     */
    private void setStraysAside(ClusterView view) {
        for (Log log : List.copyOf(logs.all())) {
            TopicPartition id = log.topicPartition();
            boolean claimed = view.topic(id.topic())
                    .filter(topic -> log.topicId().isZero() || topic.id().equals(log.topicId()))
                    .filter(topic -> topic.hasPartition(id.partition()))
                    .filter(topic -> topic.replicas(id.partition()).contains(self))
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

    /** All that this broker led, also what it finds no log of: that has lost even more. */
    private void noteStaleEpochs(ClusterView view) {
        synchronized (staleEpochs) {
            for (TopicState topic : view.topics()) {
                for (int p = 0; p < topic.partitionCount(); p++) {
                    TopicPartition id = new TopicPartition(topic.name(), p);
                    topic.state(p)
                            .filter(state -> state.leader() == self)
                            .ifPresent(state -> staleEpochs.put(id, state.leaderEpoch()));
                }
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
