package io.millrace.broker.replica;

import io.millrace.broker.cluster.BrokerRegistration;
import io.millrace.broker.cluster.ClusterChange;
import io.millrace.broker.cluster.ClusterStore;
import io.millrace.broker.cluster.ClusterView;
import io.millrace.broker.cluster.ConfigScope;
import io.millrace.broker.cluster.DynamicSettings;
import io.millrace.broker.cluster.PartitionState;
import io.millrace.broker.cluster.TopicState;
import io.millrace.broker.log.LogConfig;
import io.millrace.broker.log.Logs;
import io.millrace.broker.log.TopicSettings;
import io.millrace.broker.quota.ReplicationThrottle;
import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.Uuid;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the partitions here what the cluster says they are: has each led or followed, and claims what nobody leads.
 *
 * <p>Threading: a lane of its own does all of it, since it touches the disk; the cluster-event thread only notes which
 * topics changed, so that what waits is bounded by the number of topics.
 */
public final class Leadership implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Leadership.class);
    private static final long RETRY_MS = 1000;
    private static final long RETRY_FOR_SPACE_MS = 5000;

    private final int self;
    private final ClusterStore cluster;
    private final Partitions partitions;
    private final LeadershipListener listener;
    private final ReplicaConfig config;
    private final ReplicaRuntime runtime;
    private final ReplicaRuntime.Lane lane;
    private final LocalLogs local;
    private final Liveness liveness;
    private final Peers peers;
    private final Fetchers fetchers;
    private final InSyncKeeper inSync;
    private final Claims claims;
    private final HandOver handOver;
    private final Reassignments reassignments;
    private final Balance balance;
    private final Elections elections;
    private final UncleanReturn uncleanReturn;
    private final Logs logs;
    private final boolean mayLackRecords;
    private final Set<String> changed = new HashSet<>(); // guarded by itself
    private boolean stopping;
    private Optional<ClusterStore.Subscription> subscription = Optional.empty();

    /**
     * What the room is given by others.
     *
     * @param self id of this broker
     * @param peerClient closed by its owner, after this
     * @param throttle of what is followed
     */
    public record Surroundings(
            int self,
            ClusterStore cluster,
            Logs logs,
            Partitions partitions,
            PeerClient peerClient,
            ReplicationThrottle throttle,
            ReplicaRuntime runtime) {}

    /**
     * @param defaults settings of a topic that has none of its own
     * @param listener told of what this broker leads
     */
    public Leadership(Surroundings around, ReplicaConfig config, LogConfig defaults, LeadershipListener listener) {
        this.self = around.self();
        this.cluster = around.cluster();
        this.partitions = around.partitions();
        this.listener = listener;
        this.config = config;
        this.runtime = around.runtime();
        this.lane = runtime.lane("leadership");
        this.local = new LocalLogs(self, around.logs(), partitions, defaults);
        PeerClient client = around.peerClient();
        this.liveness = new Liveness(self, client, lane, this::brokerIsGone);
        this.peers = new Peers(self, liveness);
        this.fetchers = new Fetchers(self, cluster, client, config, around.throttle(), runtime);
        this.inSync = new InSyncKeeper(cluster, partitions, peers, config, runtime, lane);
        this.claims = new Claims(self, cluster, peers, this::isUncleanAllowed, lane);
        this.handOver = new HandOver(self, cluster, peers, runtime, lane);
        this.reassignments = new Reassignments(self, cluster, partitions, handOver, runtime, lane);
        this.balance = new Balance(self, cluster, partitions, handOver, config.balance(), runtime, lane);
        this.elections = new Elections(self, cluster, partitions, peers, client, handOver, claims, runtime, lane);
        this.uncleanReturn = new UncleanReturn(
                self,
                cluster,
                partitions,
                peers,
                new LogEnds(self, client),
                config,
                runtime,
                lane,
                settled -> look(Set.of(settled.topic())));
        this.logs = around.logs();
        this.mayLackRecords = logs.mayLackRecords() || local.areIncomplete(cluster.view());
    }

    /**
     * Whether this broker may lack what it once acknowledged: it has to register as {@link
     * BrokerRegistration#recovering}, before {@link #start}.
     */
    public boolean mayLackRecords() {
        return mayLackRecords;
    }

    /**
     * Brings everything in line with the view there is, and keeps it so. Completes when that is done once, and settled
     * what this broker may lack.
     */
    public CompletionStage<Void> start() {
        ClusterView first = cluster.view();
        return cluster.deletedTopics(local.unknownTopics(first))
                .exceptionally(unknown -> Set.of()) // then those logs are kept
                .thenCompose(deleted -> {
                    lane.execute(() -> begin(first, deleted));
                    subscription = Optional.of(cluster.subscribe(this::onChange));
                    return cluster.when(told -> true);
                })
                .thenCompose(told -> caughtUp())
                .thenCompose(done -> {
                    lane.execute(uncleanReturn::start);
                    lane.execute(inSync::start);
                    lane.execute(balance::start);
                    return uncleanReturn.settled();
                })
                .thenCompose(settled -> mayLackRecords ? beReliable() : CompletableFuture.completedFuture(null))
                .thenCompose(told -> caughtUp());
    }

    private void begin(ClusterView view, Set<Uuid> deleted) {
        local.begin(view);
        local.clear(view, deleted);
        if (mayLackRecords) {
            uncleanReturn.begin(view);
        } else {
            uncleanReturn.skip();
        }
    }

    /** Says so until it is heard: a store that is cut off for a while must not keep this broker from its work. */
    private CompletionStage<Void> beReliable() {
        CompletableFuture<Void> said = new CompletableFuture<>();
        lane.execute(() -> sayReliable(said));
        return said;
    }

    private void sayReliable(CompletableFuture<Void> said) {
        cluster.view()
                .broker(self)
                .ifPresentOrElse(
                        now -> cluster.update(now.withRecovering(false))
                                .whenComplete((done, failure) -> lane.execute(() -> {
                                    if (failure == null) {
                                        forgetUncleanStop();
                                        said.complete(null);
                                    } else {
                                        LOG.warn(
                                                "Cannot say yet that nothing is lacking here: {}",
                                                failure.getMessage());
                                        lane.after(RETRY_MS, () -> sayReliable(said));
                                    }
                                })),
                        () -> lane.after(RETRY_MS, () -> sayReliable(said)));
    }

    private void forgetUncleanStop() {
        try {
            logs.settled();
        } catch (ApiException e) {
            LOG.warn("An unclean stop stays noted: {}", e.getMessage()); // the next start settles it once more
        }
    }

    /** Completes when everything that the cluster has said so far is done here. */
    public CompletionStage<Void> caughtUp() {
        CompletableFuture<Void> done = new CompletableFuture<>();
        lane.execute(() -> done.complete(null));
        return done;
    }

    private void onChange(ClusterChange change) {
        Set<String> topics = new HashSet<>(change.topics());
        for (ConfigScope scope : change.configs()) {
            if (scope instanceof ConfigScope.Topic topic) {
                topics.add(topic.name());
            }
        }
        look(topics);
        if (change.configs().contains(new ConfigScope.Broker(self))
                || change.configs().contains(new ConfigScope.AllBrokers())) {
            lane.execute(this::settingsChanged);
        }
        if (!change.brokers().isEmpty()) {
            lane.execute(this::brokersChanged);
        }
    }

    /** Has these topics brought in line with what the cluster says by then. Any thread. */
    private void look(Set<String> topics) {
        boolean first;
        synchronized (changed) {
            first = changed.isEmpty() && !topics.isEmpty();
            changed.addAll(topics);
        }
        if (first) {
            lane.execute(this::applyChanges);
        }
    }

    // ---- in the lane

    private void brokersChanged() {
        liveness.update(cluster.view());
        lookForVacancies();
        uncleanReturn.look();
    }

    /** This broker may be cordoned now, or may claim what it could not. */
    private void settingsChanged() {
        balance.look();
        lookForVacancies();
    }

    private void brokerIsGone(int broker) {
        lookForVacancies();
    }

    /** Somebody may be gone, or back: what he led is claimed, and sets that he was in go on without him. */
    private void lookForVacancies() {
        ClusterView view = cluster.view();
        for (TopicState topic : view.topics()) {
            for (int p = 0; p < topic.partitionCount(); p++) {
                if (topic.replicas(p).contains(self)) {
                    claimIfVacant(topic, p, view);
                }
            }
        }
        inSync.lookAtAll();
    }

    private void claimIfVacant(TopicState topic, int number, ClusterView view) {
        TopicPartition id = new TopicPartition(topic.name(), number);
        if (!stopping && partitions.find(id).isPresent() && !uncleanReturn.isOpen(id)) {
            claims.consider(topic, number, view);
        }
    }

    private boolean isUncleanAllowed(ClusterView view, String topic) {
        String own = view.config(new ConfigScope.Topic(topic)).get(TopicSettings.UNCLEAN_LEADER_ELECTION.name());
        return own == null
                ? DynamicSettings.of(
                        view, self, TopicSettings.UNCLEAN_LEADER_ELECTION.setting(), config.uncleanLeaderElection())
                : Boolean.parseBoolean(own);
    }

    private void applyChanges() {
        Set<String> topics;
        synchronized (changed) {
            topics = new TreeSet<>(changed); // in a fixed order, so that a simulation can be repeated
            changed.clear();
        }
        ClusterView view = cluster.view();
        Map<String, List<Partition>> here = new HashMap<>();
        for (Partition partition : partitions.all()) {
            here.computeIfAbsent(partition.id().topic(), name -> new ArrayList<>())
                    .add(partition);
        }
        for (String name : topics) {
            Optional<TopicState> topic = view.topic(name);
            List<Partition> gone = local.goneOf(here.getOrDefault(name, List.of()), topic);
            gone.forEach(this::delete);
            if (!gone.isEmpty()) {
                LOG.info("Topic {} was deleted, {} partitions of it here", name, gone.size());
            }
            topic.ifPresent(state -> bringInLine(state, view));
        }
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
        if (!stopping) {
            reassignments.look(topic, view);
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
                lane.after(RETRY_FOR_SPACE_MS, () -> look(Set.of(id.topic())));
            }
            return;
        }
        Optional<PartitionState> state = topic.state(number);
        if (state.isEmpty()) {
            writeFirstState(topic, number, view);
        } else if (state.get().leader() == self) {
            lead(topic, partition, state.get());
        } else {
            follow(topic.id(), partition, state.get());
            claimIfVacant(topic, number, view);
        }
    }

    private void lead(TopicState topic, Partition partition, PartitionState state) {
        if (uncleanReturn.isOpen(partition.id())) {
            return; // at that epoch it led before it stopped
        }
        fetchers.stop(partition.id());
        if (partition.lead(topic.replicas(partition.id().partition()), state)) {
            listener.leads(partition, state.leaderEpoch());
        }
        inSync.look(partition);
    }

    private void follow(Uuid topicId, Partition partition, PartitionState state) {
        boolean led = partition.leaderEpoch().isPresent();
        partition.follow(state.leaderEpoch(), state.leader());
        if (led) {
            listener.resigned(partition.id());
        }
        if (state.hasLeader()) {
            fetchers.follow(partition, topicId, state.leader(), state.leaderEpoch());
        } else {
            fetchers.stop(partition.id());
        }
    }

    /** A crash while the topic was created left this partition without a state: its first live replica leads. */
    private void writeFirstState(TopicState topic, int number, ClusterView view) {
        boolean first = topic.replicas(number).stream()
                .filter(id -> peers.isReliable(view, id) || id == self)
                .findFirst()
                .filter(id -> id == self)
                .isPresent();
        if (first) {
            TopicPartition id = new TopicPartition(topic.name(), number);
            PartitionState state = new PartitionState(
                    self, 0, topic.replicas(number), PartitionState.RECOVERED, PartitionState.UNWRITTEN);
            cluster.compareAndSet(topic.id(), id, PartitionState.UNWRITTEN, state)
                    .whenComplete((written, failure) -> { // whoever wins, the view tells
                        if (failure != null) {
                            LOG.warn("Cannot write that broker {} leads {}: {}", self, id, failure.getMessage());
                            lane.after(RETRY_MS, () -> look(Set.of(id.topic())));
                        }
                    });
        }
    }

    private void delete(Partition partition) {
        fetchers.stop(partition.id());
        local.delete(partition);
        listener.resigned(partition.id());
    }

    // ---- hand over

    /**
     * Has the preferred replicas lead, or any that is left; NONE, or why not.
     *
     * @param unclean whether a replica that is not in sync may lead where nobody else can
     * @param mayPassOn whether other brokers are asked for what is theirs to do
     */
    public CompletionStage<Map<TopicPartition, ErrorCode>> elect(
            List<TopicPartition> ids, boolean unclean, boolean mayPassOn) {
        return elections.elect(ids, unclean, mayPassOn);
    }

    /**
     * Hands everything that is led here over to others, before this broker stops: from now on it claims nothing. It stays
     * in the sets and follows to the end, since an heir that dies just then may have what it was given in memory only: the
     * leaders take it out once it is gone. Completes when all is handed over that can be, within {@code controlled.shutdown.wait.ms}.
     */
    public CompletionStage<Void> handOverAll() {
        CompletableFuture<Void> done = new CompletableFuture<>();
        lane.execute(() -> {
            stopping = true;
            balance.stop();
            long deadlineMs = runtime.ticksMs() + config.handOverMs();
            ClusterView view = cluster.view();
            List<CompletableFuture<Boolean>> all = new ArrayList<>();
            for (Partition partition : partitions.all()) {
                partition.leader().ifPresent(leader -> heir(partition, leader, view)
                        .ifPresent(heir -> all.add(
                                handOver.to(heir, partition, true, deadlineMs).toCompletableFuture())));
            }
            CompletableFuture.allOf(all.toArray(CompletableFuture<?>[]::new)).thenRun(() -> done.complete(null));
        });
        return done;
    }

    private Optional<Integer> heir(Partition partition, Role.Leader leader, ClusterView view) {
        return view.topic(partition.id().topic())
                .map(topic -> topic.replicas(partition.id().partition()))
                .flatMap(replicas -> handOver.heirs(replicas, leader.inSync().state(), view).stream()
                        .findFirst());
    }

    /** Stops following the cluster and other brokers; partitions stay as they are. */
    @Override
    public void close() {
        subscription.ifPresent(ClusterStore.Subscription::close);
        lane.close();
        fetchers.close();
    }
}
