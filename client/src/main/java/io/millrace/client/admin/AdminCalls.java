package io.millrace.client.admin;

import io.millrace.client.MillraceException;
import io.millrace.client.net.ClusterClient;
import io.millrace.client.net.Lane;
import io.millrace.client.net.Target;
import io.millrace.client.net.Topology;
import io.millrace.protocol.ApiMessage;
import io.millrace.protocol.ApiRequest;
import io.millrace.protocol.ErrorCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How items get to the brokers that can do something about them: found, split by broker, sent, joined, and again for those
 * that it is worth it, until the time is over.
 *
 * <p>Threading: any thread begins; all else is the I/O thread's.
 */
final class AdminCalls {
    private final ClusterClient cluster;
    private final Duration atMost;

    /** Those that have not ended: closing fails them. */
    private final Set<ItemRetry<?, ?>> underWay;

    /** Tells for each item the id of the broker to ask, {@link Target#ANY_NODE} where any will do, or a failure. */
    interface Finder<K> {
        CompletionStage<Map<K, ItemResult<Integer>>> find(Set<K> items, Turn turn);
    }

    /** Asks one broker about some items. */
    interface Send<K, V> {
        CompletionStage<Map<K, ItemResult<V>>> to(int broker, Set<K> items, Turn turn);
    }

    AdminCalls(ClusterClient cluster, Duration atMost) {
        this(cluster, atMost, ConcurrentHashMap.newKeySet());
    }

    private AdminCalls(ClusterClient cluster, Duration atMost, Set<ItemRetry<?, ?>> underWay) {
        this.cluster = cluster;
        this.atMost = atMost;
        this.underWay = underWay;
    }

    /** The same brokers, in another time. */
    AdminCalls within(Duration time) {
        return new AdminCalls(cluster, time, underWay);
    }

    /** Each item at the broker that the finder names. */
    <K, V> CompletionStage<Map<K, ItemResult<V>>> each(Collection<K> items, Finder<K> finder, Send<K, V> send) {
        ItemRetry<K, V> retry = new ItemRetry<>(cluster, atMost, items, (open, turn) -> finder.find(open, turn)
                .thenCompose(found -> split(found, send, turn)));
        underWay.add(retry);
        retry.results().whenComplete((results, defect) -> underWay.remove(retry));
        if (!cluster.thread().run(retry::run)) {
            retry.close();
        }
        return retry.results();
    }

    /** One item. */
    <K, V> CompletionStage<ItemResult<V>> one(K item, Finder<K> finder, Send<K, V> send) {
        return each(List.of(item), finder, send).thenApply(results -> results.get(item));
    }

    private <K, V> CompletionStage<Map<K, ItemResult<V>>> split(
            Map<K, ItemResult<Integer>> found, Send<K, V> send, Turn turn) {
        Map<Integer, Set<K>> parts = new LinkedHashMap<>();
        Map<K, ItemResult<V>> lost = new LinkedHashMap<>();
        found.forEach((item, broker) -> {
            if (broker.isSuccess()) {
                parts.computeIfAbsent(broker.get(), id -> new LinkedHashSet<>()).add(item);
            } else {
                lost.put(item, ItemResult.failure(broker.failure().orElseThrow()));
            }
        });
        return addresses(parts.keySet()).thenCompose(known -> {
            List<CompletionStage<Map<K, ItemResult<V>>>> answers = new ArrayList<>();
            answers.add(CompletableFuture.completedStage(lost));
            parts.forEach((broker, items) -> answers.add(toOne(broker, items, send, turn)));
            return Joined.of(answers);
        });
    }

    /** What fails at one broker is the failure of its items alone. */
    private static <K, V> CompletionStage<Map<K, ItemResult<V>>> toOne(
            int broker, Set<K> items, Send<K, V> send, Turn turn) {
        return send.to(broker, items, turn)
                .handle((answers, failure) -> failure == null ? answers : Joined.failed(items, failure));
    }

    /** What is known of the cluster, once there is something. */
    CompletionStage<Topology> topology() {
        Topology known = cluster.routing().topology();
        return known.brokers().isEmpty() ? cluster.routing().refresh() : CompletableFuture.completedStage(known);
    }

    /** The ids of all brokers as of now, in order. */
    CompletionStage<ItemResult<List<Integer>>> brokers() {
        String all = "the brokers of the cluster";
        return one(all, any(), (broker, items, turn) -> cluster.routing()
                .refresh()
                .thenApply(topology -> Map.of(
                        all,
                        ItemResult.success(
                                topology.brokers().keySet().stream().sorted().toList()))));
    }

    /** As {@link #topology}, asked for anew if not all of these brokers are in it. */
    private CompletionStage<Topology> addresses(Collection<Integer> brokers) {
        return topology()
                .thenCompose(known -> brokers.stream()
                                .allMatch(id -> id == Target.ANY_NODE
                                        || known.broker(id).isPresent())
                        ? CompletableFuture.completedStage(known)
                        : cluster.routing().refresh());
    }

    /** The controller, asked for again after each failure; any broker where none is named. */
    <K> Finder<K> controller() {
        return (items, turn) -> (turn.number() == 1
                        ? topology()
                        : cluster.routing().refresh())
                .thenApply(topology -> {
                    int id = topology.controllerId();
                    return all(items, topology.broker(id).isPresent() ? id : Target.ANY_NODE);
                });
    }

    /** Whichever broker can be reached. */
    <K> Finder<K> any() {
        return (items, turn) -> CompletableFuture.completedStage(all(items, Target.ANY_NODE));
    }

    private static <K> Map<K, ItemResult<Integer>> all(Set<K> items, int broker) {
        Map<K, ItemResult<Integer>> found = new LinkedHashMap<>();
        items.forEach(item -> found.put(item, ItemResult.success(broker)));
        return found;
    }

    /** The broker that the item itself names, or {@link Target#ANY_NODE}; it must be in the cluster. */
    <K> Finder<K> named(java.util.function.ToIntFunction<K> broker) {
        return (items, turn) -> {
            Set<Integer> ids = new LinkedHashSet<>();
            items.forEach(item -> ids.add(broker.applyAsInt(item)));
            return addresses(ids).thenApply(topology -> {
                Map<K, ItemResult<Integer>> found = new LinkedHashMap<>();
                items.forEach(item -> found.put(item, member(topology, broker.applyAsInt(item))));
                return found;
            });
        };
    }

    private static ItemResult<Integer> member(Topology topology, int id) {
        return id == Target.ANY_NODE || topology.broker(id).isPresent()
                ? ItemResult.success(id)
                : ItemResult.failure(MillraceException.refused(
                        ErrorCode.BROKER_NOT_AVAILABLE,
                        "Broker " + id + " is not in the cluster, which has "
                                + topology.brokers().keySet().stream().sorted().toList()));
    }

    /** Sends one request. */
    <R extends ApiMessage> CompletionStage<R> call(int broker, ApiRequest<R> request, Turn turn) {
        return cluster.call(new Target(broker, Lane.MAIN), request, turn.limits());
    }

    /** Sends one request in a version up to this one. */
    <R extends ApiMessage> CompletionStage<R> call(int broker, ApiRequest<R> request, Turn turn, int maxVersion) {
        return cluster.call(
                new Target(broker, Lane.MAIN), request, turn.limits().upTo(maxVersion));
    }

    /** Fails what has not ended, and ends the connections. */
    void close() {
        cluster.thread().run(() -> List.copyOf(underWay).forEach(ItemRetry::close));
        cluster.close();
    }
}
