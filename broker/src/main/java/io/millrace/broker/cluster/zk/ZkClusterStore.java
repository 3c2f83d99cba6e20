package io.millrace.broker.cluster.zk;

import io.millrace.broker.cluster.AssignmentWrite;
import io.millrace.broker.cluster.BrokerRegistration;
import io.millrace.broker.cluster.ClusterListener;
import io.millrace.broker.cluster.ClusterStore;
import io.millrace.broker.cluster.ClusterView;
import io.millrace.broker.cluster.ConfigScope;
import io.millrace.broker.cluster.NewTopic;
import io.millrace.broker.cluster.PartitionState;
import io.millrace.broker.cluster.PartitionWrite;
import io.millrace.broker.cluster.ProducerIdBlock;
import io.millrace.broker.cluster.TopicState;
import io.millrace.broker.cluster.ViewPublisher;
import io.millrace.broker.metrics.Metrics;
import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.Uuid;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The shared truth in ZooKeeper, in the layout of Apache Kafka 3.x. Threading: as {@link ClusterStore} says. */
public final class ZkClusterStore implements ClusterStore {
    private static final Logger LOG = LoggerFactory.getLogger(ZkClusterStore.class);
    private static final int DIAL_TIMEOUT_MS = 1000;
    private static final long CLOSE_TIMEOUT_MS = 1000;

    private final ZkConfig config;
    private final Clock clock;
    private final EventThread events;
    private final ZkConnection zk;
    private final Opening opening;
    private final ViewPublisher publisher;
    private final ViewKeeper keeper;
    private final TopicWriter topics;
    private final DeletedTopics deleted;
    private final AssignmentWriter assignments;
    private final PartitionWriter partitions;
    private final ConfigWriter configs;
    private final ProducerIds producerIds;
    private final List<Registration> registrations = new ArrayList<>(); // event thread only
    private volatile boolean closed;

    private ZkClusterStore(
            ZkConfig config,
            int brokerId,
            Clock clock,
            EventThread events,
            ZkConnection zk,
            Opening opening,
            String clusterId) {
        this.opening = opening;
        this.config = config;
        this.clock = clock;
        this.events = events;
        this.zk = zk;
        this.publisher = new ViewPublisher(events, ClusterView.empty(clusterId));
        this.keeper = new ViewKeeper(zk, events, publisher, this::finishDeletion);
        this.topics = new TopicWriter(zk);
        this.deleted = new DeletedTopics(zk);
        this.assignments =
                new AssignmentWriter(zk, keeper, id -> publisher.view().topic(id));
        this.partitions = new PartitionWriter(zk, keeper);
        this.configs = new ConfigWriter(zk, keeper);
        this.producerIds = new ProducerIds(zk, brokerId, ProducerIdBlock.regionOf(clusterId));
    }

    /** As the other, where nobody looks at numbers. */
    public static ZkClusterStore open(ZkConfig config, int brokerId, Clock clock) throws IOException {
        return open(config, brokerId, clock, new Metrics());
    }

    /**
     * Connects, prepares an empty ZooKeeper for the cluster, and waits for the first view.
     *
     * @param metrics gets the room's numbers
     * @throws IOException if ZooKeeper cannot be reached or used; its message is one line for the operator
     */
    public static ZkClusterStore open(ZkConfig config, int brokerId, Clock clock, Metrics metrics) throws IOException {
        EventThread events = new EventThread();
        ZkConnection zk = new ZkConnection(config, events, new ZkMeters(metrics));
        try {
            Opening opening = new Opening(config, events);
            ZkClusterStore store =
                    new ZkClusterStore(config, brokerId, clock, events, zk, opening, opening.prepare(zk));
            opening.await(config, store::begin);
            return store;
        } catch (IOException e) {
            zk.close();
            events.shutdownNow();
            throw e;
        }
    }

    @Override
    public ClusterView view() {
        return publisher.view();
    }

    @Override
    public Subscription subscribe(ClusterListener listener) {
        return publisher.subscribe(listener);
    }

    @Override
    public CompletableFuture<ClusterView> when(Predicate<ClusterView> condition) {
        return publisher.when(condition);
    }

    @Override
    public CompletionStage<BrokerRegistration> register(BrokerRegistration wanted) {
        return onEvents(() -> {
            Registration registration =
                    new Registration(zk, events, new Dialer(DIAL_TIMEOUT_MS), wanted, clock, config.sessionTimeoutMs());
            registrations.add(registration);
            zk.listen(registration);
            return registration.first().thenCompose(registered -> settled().thenApply(done -> {
                var unused = publisher.subscribe(change -> registration.seen(change.after())); // for good
                return registered;
            }));
        });
    }

    @Override
    public CompletionStage<Void> update(BrokerRegistration next) {
        return onEvents(() -> registrations.isEmpty()
                ? CompletableFuture.failedFuture(new IllegalStateException("This broker is not registered"))
                : settledAfter(registrations.get(0).update(next)));
    }

    @Override
    public CompletionStage<Void> unregister() {
        return onEvents(() -> CompletableFuture.allOf(
                registrations.stream().map(Registration::leave).toArray(CompletableFuture<?>[]::new)));
    }

    @Override
    public CompletionStage<Void> createTopic(NewTopic topic) {
        return onEvents(() -> settledAfter(topics.create(topic)));
    }

    @Override
    public CompletionStage<Void> deleteTopic(String name, Uuid id) {
        return onEvents(() -> settledAfter(TopicDeletion.of(zk, name, id)).thenRun(deleted::trim));
    }

    @Override
    public CompletionStage<Set<Uuid>> deletedTopics(Set<Uuid> among) {
        return onEvents(() -> deleted.among(among));
    }

    @Override
    public CompletionStage<Void> addPartitions(TopicState seen, List<List<Integer>> replicasOfNew) {
        return onEvents(() -> settledAfter(topics.grow(seen, replicasOfNew)));
    }

    @Override
    public CompletionStage<AssignmentWrite> changeAssignment(
            TopicState seen, TopicState.Assignment next, Set<Integer> asSeen) {
        return onEvents(() -> assignments.change(seen, next, asSeen));
    }

    @Override
    public CompletionStage<Map<String, String>> changeConfig(
            ConfigScope scope, UnaryOperator<Map<String, String>> change) {
        return onEvents(() -> configs.change(scope, change));
    }

    @Override
    public CompletionStage<PartitionWrite> compareAndSet(
            Uuid topicId, TopicPartition partition, int expectedVersion, PartitionState next) {
        return onEvents(() -> partitions.compareAndSet(topicId, partition, expectedVersion, next));
    }

    @Override
    public CompletionStage<PartitionWrite> compareAndSet(TopicState seen, int partition, PartitionState next) {
        return onEvents(() -> partitions.compareAndSet(seen, partition, next));
    }

    @Override
    public CompletionStage<ProducerIdBlock> allocateProducerIds() {
        return onEvents(producerIds::next);
    }

    @Override
    public boolean isReachable() {
        return zk.isConnected();
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        events.execute(() -> registrations.forEach(Registration::end));
        zk.close();
        opening.end();
        ApiException reason = closedException();
        events.execute(() -> {
            publisher.close(reason);
            events.failOpen(reason);
        });
        stop(events);
    }

    /** For tests: the session as it is now. */
    CompletionStage<Long> session() {
        return onEvents(() -> CompletableFuture.completedFuture(zk.sessionId()));
    }

    private CompletableFuture<Void> begin() {
        zk.listen(keeper);
        return keeper.firstView();
    }

    /** The outcome of a write, once the view shows it; or, if the write was refused, once the view shows why. */
    private CompletableFuture<Void> settledAfter(CompletableFuture<Void> write) {
        return write.<Optional<Throwable>>handle((done, failure) -> Optional.ofNullable(failure))
                .thenCompose(failure -> {
                    CompletableFuture<Void> outcome = failure.map(CompletableFuture::<Void>failedFuture)
                            .orElse(CompletableFuture.completedFuture(null));
                    boolean lost = failure.isPresent() && !zk.isConnected();
                    return lost ? outcome : settled().thenCompose(done -> outcome);
                });
    }

    /** Completes once the view shows what has happened in ZooKeeper so far. */
    private CompletableFuture<Void> settled() {
        CompletableFuture<Void> settled = new CompletableFuture<>();
        keeper.whenSettled(() -> settled.complete(null));
        return settled;
    }

    private void finishDeletion(String topic) {
        LOG.info("Finishing the deletion of topic '{}', which was begun earlier", topic);
        EventThread.whenDone(TopicDeletion.finish(zk, topic), (done, failure) -> {
            if (failure != null) {
                LOG.warn(
                        "The deletion of topic '{}' cannot be finished yet: {}",
                        topic,
                        EventThread.cause(failure).getMessage());
            }
        });
    }

    /** Runs work on the event thread; its stage completes there too. */
    private <T> CompletionStage<T> onEvents(Supplier<CompletableFuture<T>> work) {
        if (closed) {
            return CompletableFuture.failedFuture(closedException());
        }
        return events.call(work);
    }

    private static ApiException closedException() {
        return new ApiException(ErrorCode.REQUEST_TIMED_OUT, "This broker is shutting down");
    }

    private static void stop(EventThread events) {
        events.shutdown();
        try {
            if (!events.awaitTermination(CLOSE_TIMEOUT_MS, TimeUnit.MILLISECONDS)) {
                events.shutdownNow();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
