package io.millrace.broker.coordinator;

import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One partition's state machine and its queue: one command at a time, for as long as this broker leads the partition.
 *
 * <p>Loads its state from the log first, and again whenever memory and log may differ. Until then commands are answered
 * COORDINATOR_LOAD_IN_PROGRESS.
 *
 * <p>Threading: any thread may call. State is touched only in turns of the queue, and while loading by the loader alone.
 *
 * @param <S> the state
 * @param <T> its records
 */
final class Shard<S extends ShardState<T>, T> {
    private static final Logger LOG = LoggerFactory.getLogger(Shard.class);
    private static final long FIRST_RETRY_MS = 100;
    private static final long LONGEST_RETRY_MS = 30_000;

    private final String name;
    private final ShardLog log;
    private final RecordFormat<T> format;
    private final ShardState.Factory<S, T> factory;
    private final ShardRuntime runtime;
    private final ShardConfig config;
    private final TurnQueue queue;

    private volatile boolean serving; // written in turns
    private volatile long loadMs; // that the last load took
    private volatile Optional<ErrorCode> closedWith = Optional.empty();
    private Optional<LoadedShard<S, T>> life = Optional.empty(); // in turns only, as is the next
    private long retryMs = FIRST_RETRY_MS;

    Shard(
            String name,
            ShardLog log,
            RecordFormat<T> format,
            ShardState.Factory<S, T> factory,
            ShardRuntime runtime,
            ShardConfig config) {
        this.name = name;
        this.log = log;
        this.format = format;
        this.factory = factory;
        this.runtime = runtime;
        this.config = config;
        this.queue = new TurnQueue(runtime.turns(), config.maxQueuedCommands());
    }

    boolean isServing() {
        return serving;
    }

    /** How long the last load took. */
    long loadMs() {
        return loadMs;
    }

    /** Begins to load. Called once. */
    void open() {
        runtime.loads().execute(this::load);
    }

    /** Runs a command in its turn; errors complete the stage with an {@link ApiException}. */
    <R> CompletionStage<R> submit(Command<S, T, R> command) {
        CompletableFuture<R> stage = new CompletableFuture<>();
        if (closedWith.isPresent() || !serving) {
            stage.completeExceptionally(refusal());
        } else if (!queue.offer(() -> run(command, stage))) {
            stage.completeExceptionally(new ApiException(
                    ErrorCode.COORDINATOR_LOAD_IN_PROGRESS, name + " has too many requests in its queue"));
        }
        return stage;
    }

    /** Stops serving. All who wait, and all who come, are answered with the error. */
    void close(ErrorCode error) {
        closedWith = Optional.of(error);
        queue.add(() -> {
            life.ifPresent(loaded -> loaded.end(error));
            life = Optional.empty();
        });
    }

    private <R> void run(Command<S, T, R> command, CompletableFuture<R> stage) {
        if (closedWith.isPresent() || life.isEmpty()) {
            stage.completeExceptionally(refusal());
        } else {
            life.get().run(command, stage);
        }
    }

    private void load() {
        long begunMs = runtime.clock().millis();
        LoadedShard<S, T> loaded =
                new LoadedShard<>(name, queue, log, format, factory, runtime, config, this::startOver);
        try {
            new LogReplay<>(name, format, loaded.state())
                    .run(log, config.loadBufferBytes(), () -> closedWith.isEmpty());
            loadMs = runtime.clock().millis() - begunMs;
            queue.add(() -> begin(loaded));
        } catch (Exception e) { // the top of a task: what cannot be loaded now is tried again later
            if (closedWith.isEmpty()) {
                LOG.error("{}: could not be loaded; trying again", name, e);
            }
            queue.add(() -> {
                loaded.end(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS);
                loadLater();
            });
        }
    }

    private void begin(LoadedShard<S, T> loaded) {
        if (closedWith.isPresent()) {
            loaded.end(closedWith.get());
            return;
        }
        loaded.state().loaded();
        life = Optional.of(loaded);
        retryMs = FIRST_RETRY_MS;
        serving = true;
    }

    private void startOver(LoadedShard<S, T> dead, ErrorCode error) {
        if (life.filter(loaded -> loaded == dead).isEmpty()) {
            return;
        }
        serving = false;
        life = Optional.empty();
        dead.end(error);
        loadLater();
    }

    private void loadLater() {
        if (closedWith.isPresent()) {
            return;
        }
        long delayMs = retryMs;
        retryMs = Math.min(LONGEST_RETRY_MS, retryMs * 2);
        runtime.scheduler().after(delayMs, this::loadAgain);
    }

    private void loadAgain() {
        try {
            runtime.loads().execute(this::load);
        } catch (RejectedExecutionException e) {
            LOG.debug("{}: not loaded again, the broker stops", name, e);
        }
    }

    private ApiException refusal() {
        return closedWith
                .map(error -> new ApiException(error, name + " is not served here"))
                .orElseGet(() -> new ApiException(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS, name + " loads"));
    }
}
