package io.millrace.client.admin;

import io.millrace.client.MillraceException;
import io.millrace.client.net.ClusterClient;
import io.millrace.protocol.ErrorCode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** Results of items, made of answers and put together. */
final class Joined {
    private Joined() {}

    /** All parts in one, when the last has come. A part that failed must have been made results before. */
    static <K, V> CompletionStage<Map<K, ItemResult<V>>> of(List<CompletionStage<Map<K, ItemResult<V>>>> parts) {
        CompletionStage<Map<K, ItemResult<V>>> all = CompletableFuture.completedStage(new LinkedHashMap<>());
        for (CompletionStage<Map<K, ItemResult<V>>> part : parts) {
            all = all.thenCombine(part, (before, more) -> {
                before.putAll(more);
                return before;
            });
        }
        return all;
    }

    /** The same failure for each item. */
    static <K, V> Map<K, ItemResult<V>> failed(Collection<K> items, Throwable failure) {
        ItemResult<V> result = ItemResult.failure(ClusterClient.asMillrace(failure));
        Map<K, ItemResult<V>> results = new LinkedHashMap<>();
        items.forEach(item -> results.put(item, result));
        return results;
    }

    /**
     * What an error code means.
     *
     * @param failed what to say if it is one, such as "Topic 'a' was not created"
     */
    static <T> ItemResult<T> result(short code, String message, String failed, Supplier<T> value) {
        ErrorCode error = ErrorCode.of(code);
        return error == ErrorCode.NONE
                ? ItemResult.success(value.get())
                : ItemResult.failure(refused(error, message, failed));
    }

    /** As {@link #result(short, String, String, Supplier)} where there is nothing to tell. */
    static ItemResult<Done> done(short code, String message, String failed) {
        return result(code, message, failed, () -> Done.DONE);
    }

    /** A broker's refusal, with its own words if it has any. */
    static MillraceException refused(ErrorCode error, String message, String failed) {
        return MillraceException.refused(
                error, message == null || message.isBlank() ? failed : failed + ": " + message);
    }

    /** For an error that a whole answer is about. */
    static void require(short code, String message, String failed) {
        ErrorCode error = ErrorCode.of(code);
        if (error != ErrorCode.NONE) {
            throw refused(error, message, failed);
        }
    }

    /** Groups what is to be told by topic, as requests want it; topics in the order in which they come. */
    static <K, P> Map<String, List<P>> byTopic(
            Collection<K> items,
            java.util.function.Function<K, String> topic,
            java.util.function.Function<K, P> partition) {
        Map<String, List<P>> topics = new LinkedHashMap<>();
        for (K item : items) {
            topics.computeIfAbsent(topic.apply(item), name -> new ArrayList<>()).add(partition.apply(item));
        }
        return topics;
    }
}
