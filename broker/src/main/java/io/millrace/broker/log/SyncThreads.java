package io.millrace.broker.log;

import java.nio.file.Path;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads that wait for one disk, so that nobody else has to. Several, since a file system joins the syncs of
 * different files into one commit if they come together. An idle disk has none.
 */
final class SyncThreads {
    /** So many logs can share a commit. More would share more, and burst harder when many logs roll at once. */
    static final int COUNT = 16;

    private static final long IDLE_SECONDS = 10;

    private SyncThreads() {}

    /** Each directory has its own: a disk that hangs holds up no other. */
    static ThreadPoolExecutor of(Path directory) {
        AtomicInteger count = new AtomicInteger();
        ThreadPoolExecutor threads = new ThreadPoolExecutor(
                COUNT, COUNT, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, "sync-" + directory.getFileName() + "-" + count.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        threads.allowCoreThreadTimeOut(true);
        return threads;
    }
}
