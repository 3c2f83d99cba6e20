package io.millrace.broker.coordinator;

import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The shards of one topic that this broker leads.
 *
 * <p>Threading: {@code lead}, {@code release} and {@code close} by one thread at a time, in the order in which leadership
 * changed; all else by any thread.
 *
 * @param <S> a shard's state
 * @param <T> its records
 */
public final class Shards<S extends ShardState<T>, T> implements AutoCloseable {
    private final String topic;
    private final RecordFormat<T> format;
    private final ShardState.Factory<S, T> factory;
    private final ShardRuntime runtime;
    private final ShardConfig config;
    private final Map<Integer, Shard<S, T>> shards = new ConcurrentHashMap<>();
    private volatile boolean closed;

    public Shards(
            String topic,
            RecordFormat<T> format,
            ShardState.Factory<S, T> factory,
            ShardRuntime runtime,
            ShardConfig config) {
        this.topic = topic;
        this.format = format;
        this.factory = factory;
        this.runtime = runtime;
        this.config = config;
    }

    /** This broker leads a partition from now on, or at a new epoch: its shard is loaded. */
    public void lead(int partition, ShardLog log) {
        Shard<S, T> shard = new Shard<>(topic + "-" + partition, log, format, factory, runtime, config);
        Optional.ofNullable(shards.put(partition, shard)).ifPresent(old -> old.close(ErrorCode.NOT_COORDINATOR));
        shard.open();
    }

    /** This broker does not lead a partition any more: its shard is dropped, all who wait are told NOT_COORDINATOR. */
    public void release(int partition) {
        Optional.ofNullable(shards.remove(partition)).ifPresent(shard -> shard.close(ErrorCode.NOT_COORDINATOR));
    }

    /** The partitions that are led here, loaded or not. */
    public List<Integer> led() {
        return shards.keySet().stream().sorted().toList();
    }

    /** How many of them load. */
    public long loading() {
        return shards.values().stream().filter(shard -> !shard.isServing()).count();
    }

    /** How long the last load took of each that is loaded, in milliseconds. */
    public LongSummaryStatistics loadTimes() {
        return shards.values().stream()
                .filter(Shard::isServing)
                .mapToLong(Shard::loadMs)
                .summaryStatistics();
    }

    /**
     * Has a shard run a command.
     *
     * @return fails with an {@link ApiException}: NOT_COORDINATOR where the partition is led elsewhere,
     *     COORDINATOR_LOAD_IN_PROGRESS while it loads or has too much to do, COORDINATOR_NOT_AVAILABLE where the log does
     *     not take or commit what must be written or the broker stops, and whatever the command itself says
     */
    public <R> CompletionStage<R> submit(int partition, Command<S, T, R> command) {
        Shard<S, T> shard = shards.get(partition);
        if (shard == null) {
            return CompletableFuture.failedFuture(
                    closed
                            ? new ApiException(ErrorCode.COORDINATOR_NOT_AVAILABLE, "the broker stops")
                            : new ApiException(
                                    ErrorCode.NOT_COORDINATOR, topic + "-" + partition + " is led elsewhere"));
        }
        return shard.submit(command);
    }

    /** Drops all shards; all who wait, and all who come, are told COORDINATOR_NOT_AVAILABLE. */
    @Override
    public void close() {
        closed = true;
        for (Integer partition : led()) {
            Optional.ofNullable(shards.remove(partition))
                    .ifPresent(shard -> shard.close(ErrorCode.COORDINATOR_NOT_AVAILABLE));
        }
    }
}
