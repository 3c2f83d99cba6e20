package io.millrace.broker.cluster;

import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.Uuid;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Creates, grows and deletes topics: checks the request against the view, writes, waits until the view shows the result.
 *
 * <p>What is wrong with a request, and what the store refuses, comes as an {@link ApiException} with a message for the
 * administrator: thrown by the plan methods, in the failed stage by the others. A stage that fails with
 * REQUEST_TIMED_OUT says nothing about the outcome, unless the timeout was not positive: then nothing was begun.
 *
 * <p>Threading: any thread; stages complete on the cluster-event thread or the timer's.
 */
public final class TopicChanges {
    private final ClusterStore store;
    private final TopicDefaults defaults;
    private final Random random;
    private final ScheduledExecutorService timer;

    public TopicChanges(ClusterStore store, TopicDefaults defaults, Random random, ScheduledExecutorService timer) {
        this.store = store;
        this.defaults = defaults;
        this.random = random;
        this.timer = timer;
    }

    /** The topic that a request would lead to, fully checked; nothing is created. */
    public NewTopic plan(TopicRequest request) {
        return rules().plan(request);
    }

    /** So many copies, or as many as there are brokers for now: what a topic gets whose creator has no wish of his own. */
    public int replicationUpTo(int factor) {
        return rules().upTo(factor);
    }

    /** Creates a topic. Completes when every partition of it has a leader in the view of this broker. */
    public CompletionStage<TopicState> create(TopicRequest request, Duration timeout) {
        return within(timeout, "Creating topic '" + request.name() + "'", () -> {
            NewTopic topic = plan(request);
            return store.createTopic(topic).thenCompose(done -> led(topic.name(), topic.id(), topic.partitionCount()));
        });
    }

    /** The replicas of the partitions that a topic would gain, fully checked; as {@link #grow}. */
    public List<List<Integer>> planGrowth(String name, int newCount, List<List<Integer>> assignment) {
        return rules().planGrowth(existing(name), newCount, assignment);
    }

    /**
     * Adds partitions to a topic. Completes when every partition has a leader in the view of this broker.
     *
     * @param newCount how many it is to have in all
     * @param assignment replicas of each new partition in order; empty to let the cluster choose
     */
    public CompletionStage<TopicState> grow(
            String name, int newCount, List<List<Integer>> assignment, Duration timeout) {
        return within(timeout, "Adding partitions to topic '" + name + "'", () -> {
            TopicState topic = existing(name);
            List<List<Integer>> added = rules().planGrowth(topic, newCount, assignment);
            return store.addPartitions(topic, added).thenCompose(done -> led(name, topic.id(), newCount));
        });
    }

    /**
     * Deletes a topic, and no later one that has taken its name: that fails with UNKNOWN_TOPIC_ID. Completes when it is
     * gone from the view of this broker.
     */
    public CompletionStage<Void> delete(TopicState topic, Duration timeout) {
        return within(timeout, "Deleting topic '" + topic.name() + "'", () -> store.deleteTopic(
                        topic.name(), topic.id())
                .thenCompose(done ->
                        store.when(view -> view.topic(topic.id()).isEmpty()).thenAccept(view -> {})));
    }

    private TopicRules rules() {
        return new TopicRules(store.view(), defaults, random);
    }

    private TopicState existing(String name) {
        return store.view()
                .topic(name)
                .orElseThrow(() ->
                        new ApiException(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "There is no topic '" + name + "'"));
    }

    /** The topic, once it has that many partitions and each has a leader. */
    private CompletionStage<TopicState> led(String name, Uuid id, int partitions) {
        Predicate<TopicState> complete = topic -> topic.partitionCount() >= partitions && topic.isLed();
        return store.when(view -> view.topic(id).map(complete::test).orElse(true)) // or deleted again meanwhile
                .thenApply(view -> view.topic(id)
                        .orElseThrow(() -> new ApiException(
                                ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
                                "Topic '" + name + "' was deleted while it was waited for")));
    }

    private <T> CompletionStage<T> within(Duration timeout, String what, Supplier<CompletionStage<T>> work) {
        if (timeout.isNegative() || timeout.isZero()) {
            return CompletableFuture.failedFuture(
                    new ApiException(ErrorCode.REQUEST_TIMED_OUT, what + " was not begun: no time was allowed for it"));
        }
        CompletionStage<T> working;
        try {
            working = work.get();
        } catch (ApiException e) {
            return CompletableFuture.failedFuture(e);
        }
        CompletableFuture<T> answer = new CompletableFuture<>();
        ScheduledFuture<?> limit = timer.schedule(
                () -> answer.completeExceptionally(new ApiException(
                        ErrorCode.REQUEST_TIMED_OUT, what + " took longer than " + timeout.toMillis() + " ms")),
                timeout.toNanos(),
                TimeUnit.NANOSECONDS);
        working.whenComplete((value, failure) -> {
            limit.cancel(false);
            Optional.ofNullable(failure)
                    .map(Failures::cause)
                    .ifPresentOrElse(answer::completeExceptionally, () -> answer.complete(value));
        });
        return answer;
    }
}
