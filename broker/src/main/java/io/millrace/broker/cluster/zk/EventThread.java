package io.millrace.broker.cluster.zk;

import io.millrace.protocol.ApiException;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one cluster-event thread: runs tasks in the order in which they were handed to it. */
final class EventThread extends ScheduledThreadPoolExecutor {
    private static final Logger LOG = LoggerFactory.getLogger(EventThread.class);

    private final IdentityHashMap<CompletableFuture<?>, Boolean> open = new IdentityHashMap<>(); // this thread only

    EventThread() {
        super(
                1,
                work -> {
                    Thread thread = new Thread(work, "cluster-events");
                    thread.setDaemon(true);
                    return thread;
                },
                new DiscardPolicy()); // what arrives after the end has nobody left to tell
        setRemoveOnCancelPolicy(true);
        setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    /** Runs a task later. */
    void after(long delayMs, Runnable task) {
        var unused = schedule(task, delayMs, TimeUnit.MILLISECONDS); // afterExecute sees its failure
    }

    /** Begins work on this thread. What it comes to, unwrapped, comes on this thread too. */
    <T> CompletableFuture<T> call(Supplier<CompletableFuture<T>> work) {
        CompletableFuture<T> result = new CompletableFuture<>();
        execute(() -> {
            open.put(result, true);
            CompletableFuture<T> working;
            try {
                working = work.get();
            } catch (ApiException e) {
                working = CompletableFuture.failedFuture(e);
            }
            whenDone(working, (value, failure) -> {
                open.remove(result);
                if (failure == null) {
                    result.complete(value);
                } else {
                    result.completeExceptionally(cause(failure));
                }
            });
        });
        return result;
    }

    /** Fails all calls that have not come to their end; on this thread. */
    void failOpen(ApiException reason) {
        List.copyOf(open.keySet()).forEach(call -> call.completeExceptionally(reason));
        open.clear();
    }

    /** The failure itself, without the wrapping that dependent stages put around it. */
    static Throwable cause(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    /** Goes on with what a future brings, value or failure; a defect in going on is reported, not lost in a future. */
    static <T> void whenDone(CompletableFuture<T> future, BiConsumer<T, Throwable> onwards) {
        var unused = future.handle((value, failure) -> {
                    onwards.accept(value, failure);
                    return true;
                })
                .exceptionally(defect -> {
                    LOG.error("A defect in handling an answer of ZooKeeper", defect);
                    return false;
                });
    }

    @Override
    protected void afterExecute(Runnable task, Throwable failure) {
        super.afterExecute(task, failure);
        if (task instanceof Future<?> future && future.isDone()) {
            try {
                future.get();
            } catch (ExecutionException e) {
                LOG.error("A defect on the cluster-event thread", e.getCause());
            } catch (CancellationException | InterruptedException e) {
                LOG.debug("A task of the cluster-event thread was called off", e);
            }
        }
    }
}
