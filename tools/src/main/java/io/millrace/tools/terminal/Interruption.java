package io.millrace.tools.terminal;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ctrl-C or SIGTERM as a wish to end: the process stays until what it had begun is done.
 *
 * <p>Threading: any thread asks; the wish comes by a thread of the JVM's.
 */
public final class Interruption implements AutoCloseable {
    private final CountDownLatch over = new CountDownLatch(1);
    private final Runnable told;
    private final Duration atMost;
    private final Thread hook;
    private volatile boolean requested;

    private Interruption(Runnable told, Duration atMost) {
        this.told = told;
        this.atMost = atMost;
        this.hook = new Thread(this::request, "interruption");
    }

    /**
     * From now until it is closed.
     *
     * @param told runs when somebody wants an end, by another thread: to wake up what waits
     * @param atMost how long the process then stays, if this is not closed before
     */
    public static Interruption watch(Runnable told, Duration atMost) {
        Interruption interruption = new Interruption(told, atMost);
        Runtime.getRuntime().addShutdownHook(interruption.hook);
        return interruption;
    }

    private void request() {
        requested = true;
        told.run();
        try {
            if (!over.await(atMost.toNanos(), TimeUnit.NANOSECONDS)) {
                System.err.println("millrace: not done after " + atMost.toSeconds() + " s; ended all the same");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the JVM is in a hurry
        }
    }

    /** Whether somebody wants an end. */
    public boolean isRequested() {
        return requested;
    }

    /** All is done: nothing holds the process up any more. */
    @Override
    public void close() {
        over.countDown();
        if (!requested) {
            try {
                Runtime.getRuntime().removeShutdownHook(hook);
            } catch (IllegalStateException e) {
                // the wish came in this moment, and does not wait any more
            }
        }
    }
}
