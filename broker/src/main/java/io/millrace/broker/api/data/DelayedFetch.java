package io.millrace.broker.api.data;

import io.millrace.broker.api.RequestContext;
import io.millrace.broker.replica.Partition;
import io.millrace.protocol.message.FetchResponse.Response;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/**
 * A fetch that waits until there is enough to give, or its time is over.
 *
 * <p>It waits as a listener on its partitions, without a thread. Whoever changes a partition only has the fetch queued;
 * then all of it is read anew, so that the answer holds everything that came meanwhile.
 *
 * <p>Threading: all of it runs on the event loop of the client's connection, but for reads that may have to wait for the
 * disk: those are done by a cold reader, and what it found comes back to the loop.
 *
 * @param <T> what is made of what was read
 */
final class DelayedFetch<T> {
    private final FetchReader reader;
    private final int minBytes;
    private final long maxWaitMs;
    private final ScheduledExecutorService home;
    private final Executor coldReaders;
    private final BooleanSupplier stopping;
    private final DataMeters meters;
    private final Function<List<FetchReader.Result>, T> answering;
    private final CompletableFuture<T> answer = new CompletableFuture<>();
    private final AtomicBoolean queued = new AtomicBoolean();
    private final Runnable wake = this::queue;
    private List<Partition> watched = List.of();
    private boolean parked;
    private boolean readingCold;
    private boolean wokenMeanwhile;
    private boolean expired;

    /**
     * @param coldReaders where reads are done that may wait for the disk
     * @param answering makes the response of what was read; called once, on the event loop
     */
    DelayedFetch(
            FetchReader reader,
            int minBytes,
            long maxWaitMs,
            RequestContext context,
            Executor coldReaders,
            BooleanSupplier stopping,
            DataMeters meters,
            Function<List<FetchReader.Result>, T> answering) {
        this.reader = reader;
        this.minBytes = minBytes;
        this.maxWaitMs = maxWaitMs;
        this.home = context.home();
        this.coldReaders = coldReaders;
        this.stopping = stopping;
        this.meters = meters;
        this.answering = answering;
    }

    /**
     * The answer, once there is one. Nobody waits any more if it is cancelled, which may be done on the event loop alone.
     */
    CompletableFuture<T> answer() {
        return answer;
    }

    /** Reads; answers or parks. Called once, on the event loop. */
    void start() {
        if (maxWaitMs <= 0) {
            expired = true;
        }
        look();
    }

    /** Answers now, with nothing: the client has sent another fetch behind this one. Any thread. */
    void interrupt() {
        try {
            home.execute(() -> {
                if (!answer.isDone()) {
                    read(() -> answer(List.of()));
                }
            });
        } catch (RejectedExecutionException e) {
            answer.cancel(false); // the event loop has stopped, and the connection with it
        }
    }

    private void look() {
        if (answer.isDone()) {
            return;
        }
        if (readingCold) {
            wokenMeanwhile = true; // perhaps by a partition that has been read already
            return;
        }
        if (reader.isPrompt()) {
            read(() -> consider(reader.read()));
            return;
        }
        readingCold = true;
        coldReaders.execute(() -> read(() -> {
            List<FetchReader.Result> results = reader.readCold();
            goHome(results);
        }));
    }

    private void goHome(List<FetchReader.Result> results) {
        try {
            home.execute(() -> read(() -> {
                readingCold = false;
                consider(results);
                if (wokenMeanwhile) {
                    wokenMeanwhile = false;
                    look();
                }
            }));
        } catch (RejectedExecutionException e) { // the event loop has stopped, and the connection with it
            FetchReader.release(results);
        }
    }

    private void read(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException | Error e) { // whatever it is, the client must not wait for ever
            answer.completeExceptionally(e);
        }
    }

    private void consider(List<FetchReader.Result> results) {
        if (answer.isDone()) {
            FetchReader.release(results);
            return;
        }
        boolean changed = parked && !reader.partitions().equals(watched);
        if (expired || changed || stopping.getAsBoolean() || isEnough(results)) {
            answer(results);
            return;
        }
        FetchReader.release(results);
        if (!parked) {
            park();
        }
    }

    private void answer(List<FetchReader.Result> results) {
        T made;
        try {
            made = answering.apply(results);
        } catch (RuntimeException | Error e) {
            FetchReader.release(results);
            throw e;
        }
        answer.complete(made);
    }

    private void park() {
        parked = true;
        watched = reader.partitions();
        ScheduledFuture<?> deadline = home.schedule(this::expire, maxWaitMs, TimeUnit.MILLISECONDS);
        answer.whenComplete((done, failure) -> {
            deadline.cancel(false);
            watched.forEach(partition -> partition.removeWaiter(wake));
        });
        watched.forEach(partition -> reader.by().await(partition, wake));
        look(); // what came between the first look and the registration
    }

    private void expire() {
        expired = true;
        meters.fetchExpired(reader.by());
        look();
    }

    /** On the thread that has changed a partition. */
    private void queue() {
        if (!answer.isDone() && queued.compareAndSet(false, true)) {
            try {
                home.execute(() -> {
                    queued.set(false);
                    look();
                });
            } catch (RejectedExecutionException e) {
                queued.set(true); // the event loop has stopped, and the connection with it
            }
        }
    }

    private boolean isEnough(List<FetchReader.Result> results) {
        if (results.isEmpty()) {
            return true;
        }
        long bytes = 0;
        for (FetchReader.Result result : results) {
            Response.Partition partition = result.answer();
            if (partition.errorCode() != 0
                    || partition.divergingEpoch().epoch() >= 0
                    || reader.by().isNews(result.wanted(), partition)) {
                return true;
            }
            bytes += partition.records().sizeInBytes();
        }
        return bytes >= minBytes;
    }
}
