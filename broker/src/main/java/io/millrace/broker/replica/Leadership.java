package io.millrace.broker.replica;

import io.millrace.broker.cluster.BrokerRegistration;
import io.millrace.broker.cluster.ClusterChange;
import io.millrace.broker.cluster.ClusterStore;
import io.millrace.broker.cluster.ClusterView;
import io.millrace.broker.cluster.ConfigScope;
import io.millrace.broker.cluster.PartitionState;
import io.millrace.broker.cluster.TopicState;
import io.millrace.broker.log.LogConfig;
import io.millrace.broker.log.Logs;
import io.millrace.broker.quota.ReplicationThrottle;
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

/**
 * Has the partitions here be what the cluster says they are, and claims what nobody leads: wires those who do that, and
 * tells them of each change.
 *
 * <p>Threading: a lane of its own does all of it, since it touches the disk; the cluster-event thread only notes which
 * topics changed, so that what waits is bounded by the number of topics.
 */
public final class Leadership implements AutoCloseable {
    private static final long RETRY_FOR_SPACE_MS = 5000;

    /** As long as a claim may well take; after that it may take any time. */
    private static final long SUCCESSION_MS = 1_000;

    private final int self;
    private final ClusterStore cluster;
    private final Partitions partitions;
    private final ReplicaConfig config;
    private final ReplicaRuntime runtime;
    private final ReplicaRuntime.Lane lane;
    private final LocalLogs local;
    private final Liveness liveness;
    private final Fetchers fetchers;
    private final InSyncKeeper inSync;
    private final HandOver handOver;
    private final Reassignments reassignments;
    private final Balance balance;
    private final Elections elections;
    private final EpochRaise epochRaise;
    private final UncleanReturn uncleanReturn;
    private final Vacancies vacancies;
    private final RoleKeeper roles;
    private final Isolation isolation;
    private final DiskNews diskNews;
    private final RecoveryNews recoveryNews;
    private final DiskLosses diskLosses;
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
        this.config = config;
        this.runtime = around.runtime();
        this.lane = runtime.lane("leadership");
        this.local = new LocalLogs(self, around.logs(), partitions, defaults);
        PeerClient client = around.peerClient();
        this.liveness = new Liveness(self, client, runtime, lane, gone -> lookForVacancies());
        Peers peers = new Peers(self, liveness);
        this.fetchers = new Fetchers(
                self,
                cluster,
                client,
                config,
                around.throttle(),
                runtime,
                partitions.traffic().registry());
        this.inSync = new InSyncKeeper(cluster, partitions, peers, config, runtime, lane);
        Claims claims = new Claims(self, cluster, peers, new UncleanElection(self, config), partitions.meters(), lane);
        this.handOver = new HandOver(self, cluster, peers, runtime, lane);
        this.epochRaise = new EpochRaise(self, cluster, lane);
        this.reassignments = new Reassignments(self, cluster, partitions, handOver, epochRaise, runtime, lane);
        this.balance = new Balance(self, cluster, partitions, handOver, config.balance(), runtime, lane);
        this.elections = new Elections(self, cluster, partitions, peers, client, handOver, claims, runtime, lane);
        LogEnds logEnds = new LogEnds(self, client);
        this.uncleanReturn = new UncleanReturn(
                self,
                cluster,
                partitions,
                peers,
                logEnds,
                config,
                runtime,
                lane,
                settled -> look(Set.of(settled.topic())));
        this.vacancies = new Vacancies(self, cluster, partitions, peers, claims, uncleanReturn, runtime, lane);
        this.roles = new RoleKeeper(
                self,
                partitions,
                local,
                fetchers,
                inSync,
                vacancies,
                uncleanReturn,
                listener,
                full -> lane.after(RETRY_FOR_SPACE_MS, () -> look(Set.of(full.topic()))));
        this.isolation = new Isolation(
                self, cluster, partitions, peers, handOver, config, runtime, lane, roles::resign, this::look);
        this.diskNews = new DiskNews(self, cluster, around.logs(), lane);
        this.recoveryNews = new RecoveryNews(self, cluster, around.logs(), lane);
        this.diskLosses = new DiskLosses(self, cluster, partitions, around.logs(), fetchers, handOver, runtime, lane);
        this.mayLackRecords = around.logs().mayLackRecords() || local.areIncomplete(cluster.view());
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
                    lane.execute(isolation::start);
                    lane.execute(diskNews::start);
                    lane.execute(diskLosses::start);
                    return uncleanReturn.settled();
                })
                .thenCompose(settled -> mayLackRecords ? recoveryNews.tell() : CompletableFuture.completedFuture(null))
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

    /**
     * Whether a partition's leader was lost a moment ago, and another broker that is in sync is about to take over. Any
     * thread.
     */
    public boolean isBeingSucceeded(PartitionState state, ClusterView view) {
        return state.hasLeader()
                && liveness.isJustGone(view, state.leader(), SUCCESSION_MS)
                && state.isr().stream().anyMatch(member -> !liveness.isGone(view, member));
    }

    /**
     * Whether this broker is to lead a partition at an epoch, and does not yet: it has just heard of that. Any thread.
     */
    public boolean isAboutToLead(TopicPartition id, PartitionState state) {
        return state.leader() == self
                && partitions
                        .find(id)
                        .filter(partition -> partition.isLedAt(state.leaderEpoch()))
                        .isEmpty();
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
        balance.look();
    }

    /** This broker may be cordoned now, or may claim what it could not. */
    private void settingsChanged() {
        balance.look();
        lookForVacancies();
    }

    /** Somebody may be gone, or back: what he led is claimed, and sets that he was in go on without him. */
    private void lookForVacancies() {
        boolean usersWait = vacancies.look();
        inSync.lookForGone(usersWait);
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
            roles.bringInLine(name, here.getOrDefault(name, List.of()), topic, view);
            if (!stopping) {
                topic.ifPresent(state -> reassignments.look(state, view));
            }
        }
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
     * Has a partition that is led here be led at this epoch at least. Completes when that is done or could not be: the
     * partition knows.
     */
    public CompletionStage<Void> raiseEpoch(Partition partition, int epoch) {
        return epochRaise.toAtLeast(epoch, partition);
    }

    /**
     * Hands everything that is led here over to others, before this broker stops: from now on it claims nothing. Where enough
     * others are in sync it leaves the set by the same write; elsewhere, and where it followed before, it follows to the
     * end, and the leaders take it out once it is gone. Completes when all is handed over that can be, within {@code
     * controlled.shutdown.wait.ms}.
     */
    public CompletionStage<Void> handOverAll() {
        CompletableFuture<Void> done = new CompletableFuture<>();
        lane.execute(() -> {
            stopping = true;
            roles.takeLeave();
            vacancies.stop();
            balance.stop();
            handOver.all(partitions, runtime.ticksMs() + config.handOverMs()).thenRun(() -> {
                roles.leadNoMore();
                done.complete(null);
            });
        });
        return done;
    }

    /** Stops following the cluster and other brokers; partitions stay as they are. */
    @Override
    public void close() {
        subscription.ifPresent(ClusterStore.Subscription::close);
        lane.close();
        fetchers.close();
    }
}
