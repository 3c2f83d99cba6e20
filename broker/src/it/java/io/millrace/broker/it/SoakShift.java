package io.millrace.broker.it;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Workers that load a broker together, each on a thread of its own, until the shift is over.
 *
 * <p>Threading: started and ended by one thread; workers may ask anything.
 */
final class SoakShift {
    private final SoakFindings findings;
    private final SplittableRandom seeds;
    private final CountDownLatch over = new CountDownLatch(1);
    private final List<Thread> threads = new ArrayList<>();

    SoakShift(SoakFindings findings, long seed) {
        this.findings = findings;
        seeds = new SplittableRandom(seed);
    }

    /** Works until {@link SoakShift#isOver}, by dice of its own; what it throws is a finding. */
    interface Worker {
        void work(SoakShift shift, SplittableRandom random) throws Exception;
    }

    void start(String name, Worker worker) {
        SplittableRandom random = seeds.split();
        Thread thread = new Thread(() -> run(name, worker, random), name);
        threads.add(thread);
        thread.start();
    }

    private void run(String name, Worker worker, SplittableRandom random) {
        try {
            worker.work(this, random);
        } catch (Exception | LinkageError e) {
            findings.add("a worker failed: " + name.replaceAll("\\d+", "N"), e + " caused by " + e.getCause());
        }
    }

    /** Tells the workers to come to an end, and waits for them; one that does not end in time is a finding. */
    void end(long patienceMs) throws InterruptedException {
        over.countDown();
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(patienceMs);
        for (Thread thread : threads) {
            thread.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime())));
            if (thread.isAlive()) {
                findings.add("a worker did not come to an end", thread.getName());
                thread.interrupt();
            }
        }
    }

    boolean isOver() {
        return over.getCount() == 0;
    }

    /** Waits, but not past the end of the shift. */
    void pause(long millis) throws InterruptedException {
        over.await(millis, TimeUnit.MILLISECONDS);
    }
}
