package io.millrace.broker;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads that rooms share. See docs/design.md for who may do what on which.
 *
 * <p>Requests: each connection stands in the queue at most once, and so does each fetch that waits and each shard, so
 * that it is bounded by them. Cold readers: of each connection at most as many fetches as it may
 * have under way, that is 100. Timer: never runs anything long.
 * Background: retention, checkpoints, loading.
 */
final class Threads implements AutoCloseable {
    private static final int COLD_READERS = 4;

    private final RequestThreads requests;
    private final ThreadPoolExecutor coldReaders;
    private final ScheduledThreadPoolExecutor timer;
    private final ScheduledThreadPoolExecutor background;

    /** @param requestThreads how many work on requests */
    Threads(int requestThreads) {
        requests = new RequestThreads(requestThreads);
        coldReaders = new ThreadPoolExecutor(
                COLD_READERS, COLD_READERS, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), named("cold-read"));
        timer = new ScheduledThreadPoolExecutor(1, named("timer"));
        timer.setRemoveOnCancelPolicy(true);
        background = new ScheduledThreadPoolExecutor(2, named("background"));
        background.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    RequestThreads requests() {
        return requests;
    }

    ExecutorService coldReaders() {
        return coldReaders;
    }

    ScheduledThreadPoolExecutor timer() {
        return timer;
    }

    ScheduledThreadPoolExecutor background() {
        return background;
    }

    /** Takes no more work. Nobody is interrupted: Java would close the file that an interrupted thread works on. */
    @Override
    public void close() {
        timer.shutdownNow();
        requests.shutdown();
        coldReaders.shutdown();
        background.shutdown();
    }

    private static ThreadFactory named(String name) {
        AtomicInteger count = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, name + "-" + count.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }
}
