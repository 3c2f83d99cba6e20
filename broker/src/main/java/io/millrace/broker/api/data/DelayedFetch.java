package io.millrace.broker.api.data;

import io.millrace.broker.replica.Partition;
import io.millrace.protocol.message.FetchResponse.Response;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;

/**
 * A fetch that waits until there is enough to give, or its time is over.
 *
 * <p>It waits as a listener on its partitions, without a thread. Whoever changes a partition only has the fetch queued
 * for a worker; there all of it is read anew, so that the answer holds everything that came meanwhile. Answers exactly
 * once.
 */
final class DelayedFetch implements Runnable {
    private final FetchReader reader;
    private final int minBytes;
    private final long maxWaitMs;
    private final Executor workers;
    private final ScheduledExecutorService timer;
    private final BooleanSupplier stopping;
    private final CompletableFuture<List<FetchReader.Result>> answer = new CompletableFuture<>();
    private final AtomicBoolean queued = new AtomicBoolean();
    private final Runnable wake = this::queue;
    private List<Partition> watched = List.of(); // guarded by this
    private boolean decided; // guarded by this: no more than one answer is read
    private volatile boolean expired;

    DelayedFetch(
            FetchReader reader,
            int minBytes,
            long maxWaitMs,
            Executor workers,
            ScheduledExecutorService timer,
            BooleanSupplier stopping) {
        this.reader = reader;
        this.minBytes = minBytes;
        this.maxWaitMs = maxWaitMs;
        this.workers = workers;
        this.timer = timer;
        this.stopping = stopping;
    }

    /** Reads at once; parks if that is not enough. Called once. */
    CompletableFuture<List<FetchReader.Result>> start() {
        List<FetchReader.Result> results = reader.read();
        if (maxWaitMs <= 0 || isEnough(results)) {
            answer.complete(results);
            return answer;
        }
        FetchReader.release(results);
        ScheduledFuture<?> deadline = timer.schedule(this::expire, maxWaitMs, TimeUnit.MILLISECONDS);
        List<Partition> partitions = reader.partitions();
        synchronized (this) {
            watched = partitions;
            partitions.forEach(partition -> partition.addWaiter(wake));
        }
        answer.whenComplete((done, failure) -> {
            deadline.cancel(false);
            partitions.forEach(partition -> partition.removeWaiter(wake));
        });
        run(); // what came between the first look and the registration
        return answer;
    }

    private void expire() {
        expired = true;
        queue();
    }

    private void queue() {
        if (!answer.isDone() && queued.compareAndSet(false, true)) {
            workers.execute(this);
        }
    }

    /** Looks again. On a worker. */
    @Override
    public void run() {
        queued.set(false);
        Optional<List<FetchReader.Result>> results;
        try {
            results = lookAgain();
        } catch (RuntimeException e) {
            answer.completeExceptionally(e);
            return;
        }
        if (results.isPresent() && !answer.complete(results.get())) {
            FetchReader.release(results.get());
        }
    }

    /** What is to be answered, if that is now; at most one look says so. */
    private synchronized Optional<List<FetchReader.Result>> lookAgain() {
        if (decided) {
            return Optional.empty();
        }
        boolean last = expired || stopping.getAsBoolean();
        List<FetchReader.Result> results = reader.read();
        decided = last || isEnough(results) || !reader.partitions().equals(watched);
        if (!decided) {
            FetchReader.release(results);
            return Optional.empty();
        }
        return Optional.of(results);
    }

    private boolean isEnough(List<FetchReader.Result> results) {
        if (results.isEmpty()) {
            return true;
        }
        long bytes = 0;
        for (FetchReader.Result result : results) {
            Response.Partition partition = result.answer();
            if (partition.errorCode() != 0 || partition.divergingEpoch().epoch() >= 0) {
                return true;
            }
            bytes += partition.records().sizeInBytes();
        }
        return bytes >= minBytes;
    }
}
