package io.millrace.broker.cluster;

import io.millrace.broker.cluster.PartitionWrite.Conflict;
import io.millrace.broker.cluster.PartitionWrite.Written;
import io.millrace.broker.cluster.TopicState.Assignment;
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
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The shared truth in memory, for tests: any number of stores, one per broker, on one {@link Truth}. Passes {@link
 * ClusterStoreContract} as the real one does.
 */
public final class InMemoryClusterStore implements ClusterStore {

    /** What the stores of one cluster share. */
    public static final class Truth {
        private final List<InMemoryClusterStore> stores = new ArrayList<>();
        private final String clusterId;
        private ClusterView view;
        private final Set<Uuid> deleted = new HashSet<>();
        private long nextEpoch = 1;
        private long nextProducerId;

        public Truth(String clusterId) {
            this.clusterId = clusterId;
            this.view = ClusterView.empty(clusterId);
        }

        private synchronized void publish(ClusterEdit edit) {
            ClusterChange change = edit.finish();
            view = change.after();
            stores.forEach(store -> store.events.execute(() -> store.publisher.publish(change)));
        }
    }

    private final Truth truth;
    private final Executor events;
    private final ViewPublisher publisher;
    private volatile boolean reachable = true;
    private Optional<Integer> registered = Optional.empty();

    /** A store on a truth of its own, with an event thread of its own. */
    public InMemoryClusterStore() {
        this(new Truth(Uuid.random().toString()));
    }

    /** A store with an event thread of its own. */
    public InMemoryClusterStore(Truth truth) {
        this(truth, Executors.newSingleThreadExecutor(work -> {
            Thread thread = new Thread(work, "cluster-events");
            thread.setDaemon(true);
            return thread;
        }));
    }

    /** {@code events} runs what it is given in that order, one after the other, and not within {@code execute}. */
    public InMemoryClusterStore(Truth truth, Executor events) {
        this.truth = truth;
        this.events = events;
        synchronized (truth) {
            this.publisher = new ViewPublisher(events, ClusterView.empty(truth.clusterId));
            truth.stores.add(this);
            ClusterView first = truth.view;
            events.execute(() -> publisher.publish(ClusterChange.toAllOf(first)));
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
        return atomically(() -> {
            if (truth.view.broker(wanted.id()).isPresent()) {
                throw new ApiException(ErrorCode.DUPLICATE_BROKER_REGISTRATION, "Broker id in use: " + wanted.id());
            }
            BrokerRegistration registration = wanted.withEpoch(truth.nextEpoch++);
            registered = Optional.of(wanted.id());
            ClusterEdit edit = truth.view.edit();
            edit.putBroker(registration);
            truth.publish(edit);
            return registration;
        });
    }

    @Override
    public CompletionStage<Void> update(BrokerRegistration next) {
        if (!registered.equals(Optional.of(next.id()))) {
            return CompletableFuture.failedFuture(new IllegalStateException("Not registered: " + next.id()));
        }
        return atomically(() -> {
            ClusterEdit edit = truth.view.edit();
            truth.view.broker(next.id()).ifPresent(last -> edit.putBroker(next.withEpoch(last.epoch())));
            truth.publish(edit);
            return null;
        });
    }

    @Override
    public boolean isReachable() {
        return reachable;
    }

    /** Whether the store is said to answer from now on; it does all the same. */
    public void reachable(boolean isReachable) {
        reachable = isReachable;
    }

    @Override
    public CompletionStage<Void> unregister() {
        return atomically(() -> {
            ClusterEdit edit = truth.view.edit();
            registered.ifPresent(edit::removeBroker);
            registered = Optional.empty();
            truth.publish(edit);
            return null;
        });
    }

    @Override
    public CompletionStage<Void> createTopic(NewTopic topic) {
        return atomically(() -> {
            if (truth.view.topic(topic.name()).isPresent()) {
                throw new ApiException(ErrorCode.TOPIC_ALREADY_EXISTS, "Exists: " + topic.name());
            }
            ClusterEdit edit = truth.view.edit();
            edit.putTopic(TopicState.withoutStates(topic.name(), topic.id(), Assignment.of(topic.replicas()), 0));
            putInitialStates(edit, topic.name(), 0, topic.replicas());
            edit.putConfig(new ConfigScope.Topic(topic.name()), topic.config());
            truth.publish(edit);
            return null;
        });
    }

    @Override
    public CompletionStage<Void> deleteTopic(String name, Uuid id) {
        return atomically(() -> {
            if (!existing(name).id().equals(id)) {
                throw new ApiException(ErrorCode.UNKNOWN_TOPIC_ID, "Another topic: " + name);
            }
            ClusterEdit edit = truth.view.edit();
            edit.removeTopic(name);
            edit.putConfig(new ConfigScope.Topic(name), Map.of());
            truth.deleted.add(id);
            truth.publish(edit);
            return null;
        });
    }

    @Override
    public CompletionStage<Set<Uuid>> deletedTopics(Set<Uuid> among) {
        return atomically(() -> among.stream().filter(truth.deleted::contains).collect(Collectors.toUnmodifiableSet()));
    }

    @Override
    public CompletionStage<Void> addPartitions(TopicState seen, List<List<Integer>> replicasOfNew) {
        return atomically(() -> {
            TopicState topic = existing(seen.name());
            if (!topic.id().equals(seen.id())) {
                throw new ApiException(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "Another topic: " + seen.name());
            }
            if (topic.version() != seen.version()) {
                throw new ApiException(ErrorCode.INVALID_PARTITIONS, "Changed: " + seen.name());
            }
            List<List<Integer>> replicas = Stream.concat(topic.assignment().replicas().stream(), replicasOfNew.stream())
                    .toList();
            ClusterEdit edit = truth.view.edit();
            Assignment grown = new Assignment(
                    replicas, topic.assignment().adding(), topic.assignment().removing());
            edit.putTopic(TopicState.withoutStates(topic.name(), topic.id(), grown, topic.version() + 1));
            putInitialStates(edit, topic.name(), topic.partitionCount(), replicasOfNew);
            truth.publish(edit);
            return null;
        });
    }

    @Override
    public CompletionStage<AssignmentWrite> changeAssignment(TopicState seen, Assignment next, Set<Integer> asSeen) {
        return atomically(() -> {
            Optional<TopicState> topic = truth.view.topic(seen.id());
            if (topic.isEmpty() || topic.get().version() != seen.version()) {
                return new AssignmentWrite.Conflict(topic);
            }
            if (!asSeen.stream().allMatch(number -> topic.get().state(number).equals(seen.state(number)))) {
                return new AssignmentWrite.Conflict(topic);
            }
            ClusterEdit edit = truth.view.edit();
            edit.putTopic(topic.get().withAssignment(next, seen.version() + 1));
            for (int number : new TreeSet<>(asSeen)) {
                PartitionState state = seen.state(number).orElseThrow();
                edit.putState(
                        new TopicPartition(seen.name(), number), Optional.of(state.withVersion(state.version() + 1)));
            }
            truth.publish(edit);
            return new AssignmentWrite.Written(seen.withAssignment(next, seen.version() + 1));
        });
    }

    @Override
    public CompletionStage<Map<String, String>> changeConfig(
            ConfigScope scope, UnaryOperator<Map<String, String>> change) {
        return atomically(() -> {
            if (scope instanceof ConfigScope.Topic topic) {
                existing(topic.name());
            }
            Map<String, String> next = Map.copyOf(change.apply(truth.view.config(scope)));
            ClusterEdit edit = truth.view.edit();
            edit.putConfig(scope, next);
            truth.publish(edit);
            return next;
        });
    }

    @Override
    public CompletionStage<PartitionWrite> compareAndSet(
            Uuid topicId, TopicPartition partition, int expectedVersion, PartitionState next) {
        return atomically(() -> write(topicId, partition, expectedVersion, next));
    }

    @Override
    public CompletionStage<PartitionWrite> compareAndSet(TopicState seen, int partition, PartitionState next) {
        return atomically(() -> {
            Optional<TopicState> topic = truth.view.topic(seen.id());
            return topic.isPresent() && topic.get().version() != seen.version()
                    ? new Conflict(topic.get().state(partition))
                    : write(seen.id(), new TopicPartition(seen.name(), partition), next.version(), next);
        });
    }

    private PartitionWrite write(Uuid topicId, TopicPartition partition, int expectedVersion, PartitionState next) {
        Optional<TopicState> topic = truth.view.topic(topicId);
        if (topic.isEmpty() || !topic.get().hasPartition(partition.partition())) {
            return new Conflict(Optional.empty());
        }
        Optional<PartitionState> current = topic.get().state(partition.partition());
        if (current.map(PartitionState::version).orElse(PartitionState.UNWRITTEN) != expectedVersion) {
            return new Conflict(current);
        }
        PartitionState written = next.withVersion(expectedVersion + 1);
        ClusterEdit edit = truth.view.edit();
        edit.putState(partition, Optional.of(written));
        truth.publish(edit);
        return new Written(written);
    }

    @Override
    public CompletionStage<ProducerIdBlock> allocateProducerIds() {
        return atomically(() -> {
            ProducerIdBlock block = new ProducerIdBlock(truth.nextProducerId, ProducerIdBlock.SIZE);
            truth.nextProducerId += block.size();
            return block;
        });
    }

    /** Changes the truth in ways that brokers do not, such as leaving a partition without a state. */
    public void tamper(Consumer<ClusterEdit> change) {
        synchronized (truth) {
            ClusterEdit edit = truth.view.edit();
            change.accept(edit);
            truth.publish(edit);
        }
    }

    @Override
    public void close() {
        synchronized (truth) {
            truth.stores.remove(this);
            ClusterEdit edit = truth.view.edit();
            registered.ifPresent(edit::removeBroker);
            truth.publish(edit);
        }
    }

    private TopicState existing(String name) {
        return truth.view
                .topic(name)
                .orElseThrow(() -> new ApiException(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "No topic: " + name));
    }

    private static void putInitialStates(ClusterEdit edit, String topic, int first, List<List<Integer>> replicas) {
        Map<Integer, List<Integer>> byPartition = new HashMap<>();
        for (int i = 0; i < replicas.size(); i++) {
            byPartition.put(first + i, replicas.get(i));
        }
        byPartition.forEach((partition, brokers) -> edit.putState(
                new TopicPartition(topic, partition),
                Optional.of(PartitionState.initial(brokers).withVersion(0))));
    }

    private <T> CompletionStage<T> atomically(Supplier<T> work) {
        CompletableFuture<T> result = new CompletableFuture<>();
        events.execute(() -> {
            synchronized (truth) {
                try {
                    T value = work.get();
                    events.execute(() -> result.complete(value)); // behind the view that shows it
                } catch (RuntimeException e) {
                    result.completeExceptionally(e);
                }
            }
        });
        return result;
    }
}
