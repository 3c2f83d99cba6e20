package io.millrace.broker;

import io.micrometer.core.instrument.Counter;
import io.millrace.broker.metrics.Metrics;
import io.millrace.broker.metrics.Table;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The threads that work on requests, and how busy they are: each notes for itself how long it worked.
 *
 * <p>Threading: any thread gives work.
 */
final class RequestThreads extends ThreadPoolExecutor {
    private final List<Worker> workers = new CopyOnWriteArrayList<>();
    private long tickedNanos = System.nanoTime();
    private long busyNanos;

    /** A thread that notes when it works. */
    private static final class Worker extends Thread {
        private volatile long sinceNanos; // 0 while it does nothing; written by itself alone, as is the next
        private volatile long workedNanos;

        Worker(Runnable work, String name) {
            super(work, name);
            setDaemon(true);
        }

        void begin() {
            sinceNanos = Math.max(1, System.nanoTime());
        }

        void end() {
            long worked = workedNanos;
            workedNanos = worked + System.nanoTime() - sinceNanos;
            sinceNanos = 0;
        }

        long worked(long now) {
            long since = sinceNanos;
            return workedNanos + (since == 0 ? 0 : Math.max(0, now - since));
        }
    }

    RequestThreads(int count) {
        super(count, count, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>());
        setThreadFactory(work -> {
            Worker worker = new Worker(work, "request-" + (workers.size() + 1));
            workers.add(worker);
            return worker;
        });
    }

    @Override
    protected void beforeExecute(Thread thread, Runnable work) {
        ((Worker) thread).begin();
    }

    @Override
    protected void afterExecute(Runnable work, Throwable failure) {
        ((Worker) Thread.currentThread()).end();
    }

    void addTo(Metrics metrics) {
        List<RequestThreads> self = List.of(this);
        Counter idle = idle(metrics, "RequestHandlerAvgIdlePercent");
        Counter idleAsNewer = idle(metrics, "BrokerRequestHandlerAvgIdlePercent");
        metrics.onTick(() -> {
            double nanos = idleNanos();
            idle.increment(nanos);
            idleAsNewer.increment(nanos);
        });
        metrics.add(Table.gauges("kafka.network.RequestChannel", () -> self)
                .value("RequestQueueSize", threads -> threads.getQueue().size())
                .value("ResponseQueueSize", threads -> 0)
                .build());
    }

    private static Counter idle(Metrics metrics, String name) {
        return Counter.builder("kafka.server.KafkaRequestHandlerPool." + name)
                .baseUnit(TimeUnit.NANOSECONDS.name())
                .register(metrics.registry());
    }

    /** For how long a thread was idle since this was last asked, on average; threads that were never needed are idle. */
    private long idleNanos() {
        long now = System.nanoTime();
        long busy = 0;
        for (Worker worker : workers) {
            busy += worker.worked(now);
        }
        long idle = now - tickedNanos - (busy - busyNanos) / getMaximumPoolSize();
        tickedNanos = now;
        busyNanos = busy;
        return Math.max(0, idle);
    }
}
