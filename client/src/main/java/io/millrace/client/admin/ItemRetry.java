package io.millrace.client.admin;

import io.millrace.client.MillraceException;
import io.millrace.client.MillraceException.Reason;
import io.millrace.client.net.ClusterClient;
import io.millrace.client.net.IoTimer;
import io.millrace.client.net.Wait;
import io.millrace.protocol.ErrorCode;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Items that are tried until each has its end: a value, a failure for good, or the last failure when time is over. Only
 * those that have not ended are tried again.
 *
 * <p>Threading: the I/O thread, but for {@link #results}.
 */
final class ItemRetry<K, V> {
    /** A topic that one broker does not know may have been created by another a moment ago. More often it is a typo. */
    private static final int TURNS_FOR_THE_UNKNOWN = 3;

    /** How much later than its calls this gives up, since these say more about why. */
    private static final long GRACE_NS = Duration.ofMillis(50).toNanos();

    private final ClusterClient cluster;
    private final Attempt<K, V> attempt;
    private final Wait wait;
    private final IoTimer timer;
    private final IoTimer end;
    private final long endNs;
    private final Set<K> open;
    private final Map<K, ItemResult<V>> ended = new LinkedHashMap<>();
    private final CompletableFuture<Map<K, ItemResult<V>>> results = new CompletableFuture<>();
    private int turns;

    /** Tries some items once. An item that its answer leaves out has failed. */
    interface Attempt<K, V> {
        CompletionStage<Map<K, ItemResult<V>>> of(Set<K> items, Turn turn);
    }

    ItemRetry(ClusterClient cluster, Duration atMost, Collection<K> items, Attempt<K, V> attempt) {
        this.cluster = cluster;
        this.attempt = attempt;
        this.wait = new Wait(cluster.config().retryBackoff());
        this.timer = cluster.thread().timer(this::run);
        this.end = cluster.thread().timer(this::finish);
        this.endNs = System.nanoTime() + atMost.toNanos();
        this.open = new LinkedHashSet<>(items);
        open.forEach(item -> ended.put(
                item,
                ItemResult.failure(MillraceException.timedOut(
                        "Nobody answered for '" + item + "' within " + atMost.toMillis() + " ms"))));
    }

    /** An entry for each item, in the order in which they were given. */
    CompletionStage<Map<K, ItemResult<V>>> results() {
        return results;
    }

    void run() {
        if (open.isEmpty()) {
            finish();
            return;
        }
        end.runBy(endNs + GRACE_NS);
        Set<K> tried = new LinkedHashSet<>(open);
        turns++;
        CompletionStage<Map<K, ItemResult<V>>> answers;
        try {
            answers = attempt.of(tried, new Turn(turns, endNs, cluster.config().requestTimeout()));
        } catch (RuntimeException e) { // somebody waits for this, so it must not end in the I/O thread's log alone
            answers = CompletableFuture.failedStage(e);
        }
        answers.whenComplete((given, failure) -> cluster.thread().run(() -> answered(tried, given, failure)));
    }

    private void answered(Set<K> tried, Map<K, ItemResult<V>> answers, Throwable failure) {
        if (results.isDone()) {
            return; // time is over, or the client was closed
        }
        try {
            Map<K, ItemResult<V>> given = failure == null ? answers : Joined.failed(tried, failure);
            tried.forEach(item -> ended.put(item, given.getOrDefault(item, unanswered(item))));
        } catch (IllegalStateException defect) {
            end.cancel();
            results.completeExceptionally(defect);
            return;
        }
        open.removeIf(item -> !isWorthAnother(ended.get(item)));
        long nextNs = System.nanoTime() + wait.nextNs();
        if (open.isEmpty() || nextNs - endNs >= 0) {
            finish();
        } else {
            timer.runBy(nextNs);
        }
    }

    private static <V> ItemResult<V> unanswered(Object item) {
        return ItemResult.failure(MillraceException.refused(
                ErrorCode.UNKNOWN_SERVER_ERROR, "The broker's answer says nothing about '" + item + "'"));
    }

    private boolean isWorthAnother(ItemResult<V> result) {
        if (result.isSuccess()) {
            return false;
        }
        MillraceException why = result.failure().orElseThrow();
        return why.reason() == Reason.REFUSED ? isWorthAnother(why.error()) : why.isRetriable();
    }

    private boolean isWorthAnother(ErrorCode error) {
        return switch (error) {
            // it goes on at the brokers: asking again would bring a misleading error
            case REQUEST_TIMED_OUT -> false;
            // it depends on brokers that are down
            case ELECTION_NOT_NEEDED, PREFERRED_LEADER_NOT_AVAILABLE, ELIGIBLE_LEADERS_NOT_AVAILABLE -> false;
            case UNKNOWN_TOPIC_OR_PARTITION, UNKNOWN_TOPIC_ID -> turns < TURNS_FOR_THE_UNKNOWN;
            default -> error.isRetriable();
        };
    }

    /** Ends what waits for another turn: the client is being closed. */
    void close() {
        for (K item : open) {
            ended.put(item, ItemResult.failure(MillraceException.closed("The client was closed")));
        }
        finish();
    }

    private void finish() {
        timer.cancel();
        end.cancel();
        results.complete(Collections.unmodifiableMap(new LinkedHashMap<>(ended)));
    }
}
