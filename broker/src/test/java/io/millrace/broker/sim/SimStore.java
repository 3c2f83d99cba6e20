package io.millrace.broker.sim;

import io.millrace.broker.cluster.AssignmentWrite;
import io.millrace.broker.cluster.BrokerRegistration;
import io.millrace.broker.cluster.ClusterEdit;
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
import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.Uuid;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * The shared truth as one life of a broker has it: through a connection that is slow, breaks, and whose session ends if
 * it does so for too long.
 *
 * <p>Views and answers come in the order in which the truth made them, each a while later; views that were missed while
 * the connection was broken come as one. A write that was done, and whose answer was lost on the way, is told later, or
 * never.
 *
 * <p>Threading: as {@link ClusterStore}, with a lane as the cluster-event thread.
 */
final class SimStore implements ClusterStore {
    private static final int LOOKS_PER_SESSION = 8;

    private final SimTruth truth;
    private final SimNetwork network;
    private final int node;
    private final SimProcess process;
    private final SimLane lane;
    private final Rng rng;
    private final long sessionUs;
    private final ViewPublisher publisher;
    private final Deque<Op<?>> unsent = new ArrayDeque<>();
    private final Deque<Runnable> unanswered = new ArrayDeque<>();
    private final Set<Op<?>> open = new LinkedHashSet<>();
    private Optional<BrokerRegistration> wanted = Optional.empty();
    private long epoch = -1;
    private long shownRevision = -1;
    private long lastUs;
    private long heardUs;
    private long cutUntilUs;
    private long lagUs;
    private int oneCutIn;
    private final CompletableFuture<Void> firstView = new CompletableFuture<>();
    private boolean wasConnected;
    private boolean expired;
    private boolean closed;

    /** @param oneCutIn of so many writes, one has its connection cut before it is answered; 0 for none */
    SimStore(SimTruth truth, int node, SimProcess process, long sessionMs, int oneCutIn) {
        this.truth = truth;
        this.network = truth.network();
        this.node = node;
        this.process = process;
        this.lane = process.lane("cluster-events");
        this.rng = process.stream("store");
        this.sessionUs = sessionMs * 1000;
        this.oneCutIn = oneCutIn;
        this.publisher = new ViewPublisher(lane, ClusterView.empty(truth.view().clusterId()));
        this.heardUs = nowUs();
        truth.opened(this);
        at(0, this::look);
    }

    private long nowUs() {
        return process.scheduler().nowUs();
    }

    /** On the ensemble's side: also when this process is dead or stands still. */
    private void at(long delayUs, Runnable task) {
        network.after(delayUs, rng, task);
    }

    // ---- the connection

    /** Completes when there is a view. */
    CompletableFuture<Void> firstView() {
        return firstView;
    }

    @Override
    public boolean isReachable() {
        return wasConnected && isConnected();
    }

    private boolean isConnected() {
        return !closed
                && truth.isAvailable()
                && nowUs() >= cutUntilUs
                && process.isRunning()
                && !network.isSilent(node)
                && !network.isBlocked(node, SimTruth.NODE)
                && !network.isBlocked(SimTruth.NODE, node);
    }

    /** The member of the ensemble that this broker is connected to hears of everything so much later; its session lives. */
    void lag(long us) {
        lagUs = us;
    }

    /** No more connections are cut by themselves. */
    void calm() {
        lagUs = 0;
        oneCutIn = 0;
        cutUntilUs = 0;
    }

    /** From time to time: pings, the end of sessions, and connecting again. */
    private void look() {
        if (closed) {
            return;
        }
        at(sessionUs / LOOKS_PER_SESSION - rng.below(sessionUs / LOOKS_PER_SESSION / 2), this::look);
        if (isConnected()) {
            heardUs = nowUs();
            if (!wasConnected) {
                connected();
            }
        } else {
            wasConnected = false;
            if (!truth.isAvailable()) {
                heardUs = nowUs(); // an ensemble without a majority ends no session
            } else if (!expired && nowUs() - heardUs > sessionUs) {
                expired = true;
                truth.remove(node, epoch, "its session is over");
            }
        }
        if (process.isDead() && expired) {
            closed = true;
            truth.closed(this);
        }
    }

    private void connected() {
        wasConnected = true;
        boolean registerAgain = expired && wanted.isPresent();
        expired = false;
        if (registerAgain && rng.chance(50)) {
            epoch = truth.put(wanted.get()).epoch();
            registerAgain = false;
        }
        showTruth();
        if (registerAgain) {
            at(rng.below(200_000), () -> {
                if (isConnected() && !expired) {
                    wanted.ifPresent(still -> epoch = truth.put(still).epoch());
                } else {
                    expired = true; // the next connection tries again
                }
            });
        }
        while (!unanswered.isEmpty()) {
            toClient(unanswered.poll());
        }
        while (!unsent.isEmpty()) {
            send(unsent.poll());
        }
    }

    // ---- views

    /** The truth has changed. */
    void changed() {
        if (wasConnected && isConnected()) {
            showTruth();
        }
    }

    private void showTruth() {
        ClusterView target = truth.view();
        long revision = truth.revision();
        toClient(() -> show(target, revision));
    }

    /** In the lane. */
    private void show(ClusterView target, long revision) {
        if (revision <= shownRevision || closed) {
            return;
        }
        shownRevision = revision;
        ClusterView before = publisher.view();
        ClusterEdit edit = before.edit();
        Set<Integer> ids = new TreeSet<>(before.brokers().keySet());
        ids.addAll(target.brokers().keySet());
        for (int id : ids) {
            if (!before.broker(id).equals(target.broker(id))) {
                target.broker(id).ifPresentOrElse(edit::putBroker, () -> edit.removeBroker(id));
            }
        }
        Set<String> names = new TreeSet<>(before.topicNames());
        names.addAll(target.topicNames());
        names.forEach(name -> showTopic(before.topic(name), target.topic(name), edit));
        Set<ConfigScope> scopes = new HashSet<>(before.configScopes());
        scopes.addAll(target.configScopes());
        for (ConfigScope scope : scopes) {
            if (!before.config(scope).equals(target.config(scope))) {
                edit.putConfig(scope, target.config(scope));
            }
        }
        if (!edit.isEmpty()) {
            publisher.publish(edit.finish());
        }
        firstView.complete(null);
    }

    private static void showTopic(Optional<TopicState> before, Optional<TopicState> target, ClusterEdit edit) {
        if (target.isEmpty()) {
            edit.removeTopic(before.orElseThrow().name());
            return;
        }
        TopicState topic = target.get();
        boolean same = before.isPresent()
                && before.get().id().equals(topic.id())
                && before.get().version() == topic.version()
                && before.get().assignment().equals(topic.assignment());
        if (!same) {
            edit.putTopic(TopicState.withoutStates(topic.name(), topic.id(), topic.assignment(), topic.version()));
        }
        for (int p = 0; p < topic.partitionCount(); p++) {
            Optional<PartitionState> last =
                    before.isPresent() && before.get().id().equals(topic.id())
                            ? before.get().state(p)
                            : Optional.empty();
            if (!last.equals(topic.state(p))) {
                edit.putState(new TopicPartition(topic.name(), p), topic.state(p));
            }
        }
    }

    /** Brings something to the client, behind all that was sent before; or not at all, if the connection breaks. */
    private void toClient(Runnable task) {
        lastUs = Math.max(lastUs + 1, nowUs() + network.delayUs(rng) + lagUs);
        at(lastUs - nowUs(), () -> {
            if (isConnected()) {
                lane.execute(task);
            }
        });
    }

    // ---- operations

    /** One operation under way. */
    private final class Op<T> {
        private final Function<ClusterStore, CompletionStage<T>> call;
        private final UnaryOperator<T> ifAnsweredLate;
        private final CompletableFuture<T> result = new CompletableFuture<>();
        private boolean done;

        Op(Function<ClusterStore, CompletionStage<T>> call, UnaryOperator<T> ifAnsweredLate) {
            this.call = call;
            this.ifAnsweredLate = ifAnsweredLate;
        }

        void start() {
            if (closed) {
                fail("the store is closed");
                return;
            }
            open.add(this);
            lane.afterUs(sessionUs, () -> {
                open.remove(this);
                fail("the store cannot be reached");
            });
            send(this);
        }

        void fail(String why) {
            result.completeExceptionally(new ApiException(ErrorCode.REQUEST_TIMED_OUT, why));
        }

        void arrive() {
            if (result.isDone() || done) {
                return;
            }
            if (!isConnected() && process.isRunning()) {
                unsent.add(this); // what was on its way is sent again
                return;
            }
            done = true;
            CompletableFuture<T> outcome = truth.by(node, call).toCompletableFuture();
            if (oneCutIn > 0 && rng.oneIn(oneCutIn)) {
                cutUntilUs = nowUs() + rng.between(1_000, sessionUs * 3 / 2);
                wasConnected = false;
                network.trace().note("store", "loses its connection to broker %s before it answers", node);
                unanswered.add(() -> answer(outcome, true));
            } else {
                toClient(() -> answer(outcome, false));
            }
        }

        private void answer(CompletableFuture<T> outcome, boolean late) {
            open.remove(this);
            outcome.whenComplete((value, failure) -> {
                if (failure == null) {
                    result.complete(late ? ifAnsweredLate.apply(value) : value);
                } else {
                    result.completeExceptionally(failure);
                }
            });
        }
    }

    private void send(Op<?> op) {
        if (isConnected()) {
            at(network.delayUs(rng), op::arrive);
        } else {
            unsent.add(op);
        }
    }

    private <T> CompletionStage<T> operate(Function<ClusterStore, CompletionStage<T>> call) {
        return operate(call, value -> value);
    }

    private <T> CompletionStage<T> operate(
            Function<ClusterStore, CompletionStage<T>> call, UnaryOperator<T> ifAnsweredLate) {
        Op<T> op = new Op<>(call, ifAnsweredLate);
        lane.execute(op::start);
        return op.result;
    }

    // ---- ClusterStore

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
    public CompletionStage<BrokerRegistration> register(BrokerRegistration registration) {
        wanted = Optional.of(registration);
        return operate(server -> {
            BrokerRegistration put = truth.put(wanted.orElseThrow());
            epoch = put.epoch();
            return CompletableFuture.completedFuture(put);
        });
    }

    @Override
    public CompletionStage<Void> update(BrokerRegistration next) {
        if (wanted.isEmpty()) {
            return CompletableFuture.failedFuture(new IllegalStateException("broker " + node + " is not registered"));
        }
        wanted = Optional.of(next);
        return operate(server -> {
            truth.view()
                    .broker(node)
                    .filter(now -> now.epoch() == epoch)
                    .ifPresent(now -> truth.update(next.withEpoch(epoch)));
            return CompletableFuture.completedFuture(null);
        });
    }

    @Override
    public CompletionStage<Void> unregister() {
        wanted = Optional.empty();
        return operate(server -> {
            truth.remove(node, epoch, "leaves");
            return CompletableFuture.completedFuture(null);
        });
    }

    @Override
    public CompletionStage<Void> createTopic(NewTopic topic) {
        return operate(server -> server.createTopic(topic));
    }

    @Override
    public CompletionStage<Void> deleteTopic(String name, Uuid id) {
        return operate(server -> server.deleteTopic(name, id));
    }

    @Override
    public CompletionStage<Set<Uuid>> deletedTopics(Set<Uuid> among) {
        return operate(server -> server.deletedTopics(among));
    }

    @Override
    public CompletionStage<Void> addPartitions(TopicState seen, List<List<Integer>> replicasOfNew) {
        return operate(server -> server.addPartitions(seen, replicasOfNew));
    }

    @Override
    public CompletionStage<AssignmentWrite> changeAssignment(
            TopicState seen, TopicState.Assignment next, Set<Integer> asSeen) {
        return operate(server -> server.changeAssignment(seen, next, asSeen));
    }

    @Override
    public CompletionStage<Map<String, String>> changeConfig(
            ConfigScope scope, UnaryOperator<Map<String, String>> change) {
        return operate(server -> server.changeConfig(scope, change));
    }

    @Override
    public CompletionStage<PartitionWrite> compareAndSet(
            Uuid topicId, TopicPartition partition, int expectedVersion, PartitionState next) {
        return operate(
                server -> server.compareAndSet(topicId, partition, expectedVersion, next),
                outcome -> told(partition, outcome));
    }

    @Override
    public CompletionStage<PartitionWrite> compareAndSet(TopicState seen, int partition, PartitionState next) {
        return operate(
                server -> server.compareAndSet(seen, partition, next),
                outcome -> told(new TopicPartition(seen.name(), partition), outcome));
    }

    /** Whoever asks again after a lost answer finds what stands there by then. */
    private PartitionWrite told(TopicPartition partition, PartitionWrite outcome) {
        Optional<PartitionState> current = truth.view().partition(partition);
        boolean stands =
                outcome instanceof PartitionWrite.Written written && current.equals(Optional.of(written.state()));
        return stands ? outcome : new PartitionWrite.Conflict(current);
    }

    @Override
    public CompletionStage<ProducerIdBlock> allocateProducerIds() {
        return operate(ClusterStore::allocateProducerIds);
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        boolean told = isConnected();
        closed = true;
        truth.closed(this);
        if (told) {
            truth.remove(node, epoch, "it has left");
        } else {
            at(sessionUs, () -> truth.remove(node, epoch, "its session is over"));
        }
        List<Op<?>> failed = new ArrayList<>(open);
        open.clear();
        failed.forEach(op -> op.fail("the store is closed"));
    }
}
