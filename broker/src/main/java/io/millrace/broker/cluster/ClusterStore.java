package io.millrace.broker.cluster;

import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.Uuid;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * The shared truth of the cluster: read through {@link #view}, changed by versioned writes.
 *
 * <p>No method blocks. What cannot be done fails the returned stage with an {@link io.millrace.protocol.ApiException}; if
 * the store cannot be reached for longer than its session lasts, with REQUEST_TIMED_OUT, and then the outcome of a write
 * is unknown. Once the stage of a write has completed, {@link #view} shows what was written, if nobody has changed it
 * again; or, where the write was refused, what stood in its way.
 *
 * <p>Threading: any thread may call. Views, listeners and the stages that are returned here all move on the one
 * cluster-event thread, one after the other; what is attached to a stage must not block it.
 */
public interface ClusterStore extends AutoCloseable {

    /** The latest view. Stays as it was while the store cannot be reached. */
    ClusterView view();

    /**
     * Adds a listener. Its first call leads from an empty cluster to the view at that moment; from then on it misses no
     * view.
     */
    Subscription subscribe(ClusterListener listener);

    /**
     * Completes with the first view, the present one included, that meets a condition, after all listeners have been
     * told of that view. To stop waiting, complete the future from outside.
     */
    CompletableFuture<ClusterView> when(Predicate<ClusterView> condition);

    /**
     * Makes this broker known, and keeps it known until {@link #close}, also when the store forgets it for a while. A
     * node left by an earlier life of this broker is replaced. A living broker of the same id fails the stage with
     * DUPLICATE_BROKER_REGISTRATION.
     *
     * @param wanted its epoch does not matter
     * @return the registration with the epoch that it was given
     */
    CompletionStage<BrokerRegistration> register(BrokerRegistration wanted);

    /**
     * Changes what this broker says of itself; its epoch stays. Should the stage fail, the change is still wanted, and is
     * made with the next registration at the latest. Fails with IllegalStateException unless this broker is registered.
     *
     * @param next of the same id; its epoch does not matter
     */
    CompletionStage<Void> update(BrokerRegistration next);

    /**
     * Takes this broker's registration back, for good: all others see at once that it leaves, while it can still read and
     * write here. Completes when it is gone, also if there was none; should the stage fail, the end of the session takes
     * it away.
     */
    CompletionStage<Void> unregister();

    /**
     * Creates a topic: its id, assignment and config, and an initial state per partition, in one transaction where it
     * fits. A very large topic takes several: a crash between them leaves partitions without a state, and whoever leads
     * first writes it. Fails with TOPIC_ALREADY_EXISTS. Checks nothing else: {@link TopicChanges} does.
     */
    CompletionStage<Void> createTopic(NewTopic topic);

    /**
     * Deletes a topic with its config. It vanishes from every view at once, even where the work behind it takes several
     * transactions. Fails with UNKNOWN_TOPIC_OR_PARTITION if there is none of this name, UNKNOWN_TOPIC_ID if the one of
     * this name is another.
     */
    CompletionStage<Void> deleteTopic(String name, Uuid id);

    /**
     * Which of these topic ids belonged to topics that were deleted: a broker that was down meanwhile removes its replicas
     * of them, whereas an id that the store knows nothing of may be a mistake. The store remembers the last 10,000
     * deletions; whatever it has forgotten counts as unknown. An id that is in the view when this is called may be deleted
     * by the time it completes.
     */
    CompletionStage<Set<Uuid>> deletedTopics(Set<Uuid> among);

    /**
     * Adds partitions behind those that a topic has, each with an initial state. Fails with INVALID_PARTITIONS if the
     * topic is no longer as the caller saw it, UNKNOWN_TOPIC_OR_PARTITION if it is gone.
     */
    CompletionStage<Void> addPartitions(TopicState seen, List<List<Integer>> replicasOfNew);

    /**
     * Writes which brokers hold a topic's partitions, with what a reassignment adds and removes, if the topic is still as
     * the caller saw it; the states of its partitions stay as they are.
     *
     * @param next for as many partitions as the topic has; {@link #addPartitions} adds some
     */
    default CompletionStage<AssignmentWrite> changeAssignment(TopicState seen, TopicState.Assignment next) {
        return changeAssignment(seen, next, Set.of());
    }

    /**
     * As {@link #changeAssignment(TopicState, TopicState.Assignment)}, if moreover the states of some partitions are as the
     * caller saw them. They are written again as they are, in the same transaction, so that no write that builds on an
     * earlier picture of them comes after it.
     *
     * @param asSeen partitions that have a state
     */
    CompletionStage<AssignmentWrite> changeAssignment(TopicState seen, TopicState.Assignment next, Set<Integer> asSeen);

    /**
     * Reads a config, changes it, writes it back; begins again if somebody else wrote in between, so that of two changes
     * at once both take effect. Fails with UNKNOWN_TOPIC_OR_PARTITION for a topic that does not exist.
     *
     * @param change pure, since it may be called more than once; an ApiException that it throws fails the stage and
     *     leaves the config as it was
     * @return the config as written
     */
    CompletionStage<Map<String, String>> changeConfig(ConfigScope scope, UnaryOperator<Map<String, String>> change);

    /**
     * Writes a partition's state if it still has the version that the caller read: the one way in which leaders are
     * claimed and in-sync sets change.
     *
     * @param topicId of the topic that the caller means; a new one of the same name is not touched
     * @param expectedVersion of the state that {@code next} was derived from, {@link PartitionState#UNWRITTEN} if the
     *     partition has none
     * @param next its own version does not matter
     */
    CompletionStage<PartitionWrite> compareAndSet(
            Uuid topicId, TopicPartition partition, int expectedVersion, PartitionState next);

    /**
     * Writes a partition's state as {@link #compareAndSet(Uuid, TopicPartition, int, PartitionState)} does, over the version
     * that it carries, if moreover the topic's assignment is still as the caller saw it: for what takes replicas in, which
     * may be none any more.
     */
    CompletionStage<PartitionWrite> compareAndSet(TopicState seen, int partition, PartitionState next);

    /** Takes the next block of producer ids for this broker. */
    CompletionStage<ProducerIdBlock> allocateProducerIds();

    /** Whether the store answers at the moment, as far as is known. While it does not, the view may be old. Any thread. */
    boolean isReachable();

    /**
     * Takes this broker out of the cluster and lets go of the store. Waits for that, a bounded time. Stages that are
     * still open fail.
     */
    @Override
    void close();

    /** Ends a subscription. */
    interface Subscription extends AutoCloseable {
        /** No call begins after this returns, save one that is already under way. */
        @Override
        void close();
    }
}
