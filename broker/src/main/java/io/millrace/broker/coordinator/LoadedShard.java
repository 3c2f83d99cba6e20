package io.millrace.broker.coordinator;

import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.record.BatchBuilder;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One life of a shard, from a load to the next: the state, its timers, and who waits for an answer.
 *
 * <p>A life ends when an append's fate is unknown, or when a command fails in a way that nobody foresaw: memory may then
 * differ from the log, and only the log is right.
 *
 * <p>Threading: in turns of its shard, save for the replay before the first of them.
 */
final class LoadedShard<S extends ShardState<T>, T> {
    private static final Logger LOG = LoggerFactory.getLogger(LoadedShard.class);

    private final String name;
    private final TurnQueue queue;
    private final ShardLog log;
    private final RecordFormat<T> format;
    private final Clock clock;
    private final BiConsumer<LoadedShard<S, T>, ErrorCode> died;
    private final Set<Reply<?>> open = new HashSet<>();
    private final CommitGate gate;
    private final ShardTimer<T> timer;
    private final S state;
    private boolean alive = true;

    /** @param died told, in a turn, that this life must end, and the error for those who wait */
    LoadedShard(
            String name,
            TurnQueue queue,
            ShardLog log,
            RecordFormat<T> format,
            ShardState.Factory<S, T> factory,
            ShardRuntime runtime,
            ShardConfig config,
            BiConsumer<LoadedShard<S, T>, ErrorCode> died) {
        this.name = name;
        this.queue = queue;
        this.log = log;
        this.format = format;
        this.clock = runtime.clock();
        this.died = died;
        this.gate = new CommitGate(runtime.scheduler(), config.commitTimeoutMs());
        this.timer = new ShardTimer<>(runtime.scheduler(), () -> queue.add(this::runTimers));
        this.state = factory.create(timer);
    }

    S state() {
        return state;
    }

    /** Runs one command. */
    <R> void run(Command<S, T, R> command, CompletableFuture<R> stage) {
        Reply<R> reply = new Reply<>(stage, gate, open);
        guarded(() -> {
            try {
                carryOut(command.run(state, reply), Optional.of(reply));
            } catch (ApiException e) {
                reply.fail(e);
            }
        });
    }

    /** Ends this life: all who wait are told so. */
    void end(ErrorCode error) {
        alive = false;
        timer.clear();
        ApiException gone = new ApiException(error, name + " is not served here any more");
        gate.refuseAll(gone);
        for (Reply<?> reply : List.copyOf(open)) {
            reply.fail(gone);
        }
        state.unloaded();
    }

    private void runTimers() {
        while (alive) {
            Optional<Supplier<Decision<T>>> due = timer.nextDue();
            if (due.isEmpty()) {
                return;
            }
            guarded(() -> carryOut(due.get().get(), Optional.empty()));
        }
    }

    /** Whatever a turn throws that is no answer is a defect, and ends this life before it can do harm. */
    private void guarded(Runnable turn) {
        try {
            turn.run();
            watchCommits();
        } catch (RuntimeException e) {
            LOG.error("{}: a command failed; its state is loaded anew", name, e);
            died.accept(this, ErrorCode.COORDINATOR_NOT_AVAILABLE);
        }
    }

    private void carryOut(Decision<T> decision, Optional<Reply<?>> reply) {
        if (!decision.records().isEmpty()) {
            Optional<ApiException> refused = append(decision.records());
            if (refused.isPresent() && !decision.mayBeRefused()) {
                reply.filter(Reply::isOpen).ifPresent(r -> r.fail(refused.get()));
                return;
            }
        }
        decision.then().run();
    }

    /** Appends and applies; what the log refused, and nobody was told of, is only logged. */
    private Optional<ApiException> append(List<T> records) {
        CompletionStage<Void> commit;
        try {
            commit = log.append(encode(records));
        } catch (ApiException e) {
            LOG.warn("{}: the log refused {} records: {} {}", name, records.size(), e.error(), e.getMessage());
            return Optional.of(new ApiException(asCoordinator(e.error()), e.getMessage()));
        }
        long sequence = gate.append();
        records.forEach(state::apply);
        if (isCommitted(commit)) {
            gate.committed(sequence);
        } else {
            commit.whenComplete((nothing, error) -> queue.add(() -> finished(sequence, Optional.ofNullable(error))));
        }
        return Optional.empty();
    }

    private static boolean isCommitted(CompletionStage<Void> commit) {
        CompletableFuture<Void> future = commit.toCompletableFuture();
        return future.isDone() && !future.isCompletedExceptionally();
    }

    private void finished(long sequence, Optional<Throwable> error) {
        if (!alive) {
            return;
        }
        if (error.isPresent()) {
            LOG.warn(
                    "{}: an append came to nothing; its state is loaded anew: {}",
                    name,
                    error.get().toString());
            died.accept(this, ErrorCode.NOT_COORDINATOR);
        } else {
            gate.committed(sequence);
        }
    }

    private ByteBuffer encode(List<T> records) {
        BatchBuilder batch = BatchBuilder.create();
        long now = clock.millis();
        for (T record : records) {
            batch.append(now, format.key(record), format.value(record).orElse(null));
        }
        return batch.build();
    }

    private void watchCommits() {
        if (alive) {
            gate.firstDeadlineMs()
                    .ifPresent(deadline -> timer.schedule(gate, deadline - timer.nowMs(), this::expireAnswers));
        }
    }

    private Decision<T> expireAnswers() {
        gate.expire();
        return Decision.nothing();
    }

    /** What a coordinator says where a partition's leader has a reason of its own. */
    private static ErrorCode asCoordinator(ErrorCode error) {
        return switch (error) {
            case NOT_LEADER_OR_FOLLOWER, KAFKA_STORAGE_ERROR, FENCED_LEADER_EPOCH -> ErrorCode.NOT_COORDINATOR;
            case UNKNOWN_TOPIC_OR_PARTITION, NOT_ENOUGH_REPLICAS, REQUEST_TIMED_OUT, LEADER_NOT_AVAILABLE ->
                ErrorCode.COORDINATOR_NOT_AVAILABLE;
            default -> error;
        };
    }
}
