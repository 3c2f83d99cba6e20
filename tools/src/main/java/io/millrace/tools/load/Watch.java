package io.millrace.tools.load;

import io.millrace.tools.terminal.Terminal;
import io.millrace.tools.terminal.Units;
import java.util.Locale;

/**
 * Says once a second how a measurement goes, on a thread of its own.
 *
 * <p>Threading: its thread looks at the meter; nobody else may before {@link #end}.
 */
final class Watch {
    private static final long SECOND_MS = 1000;

    private final Terminal terminal;
    private final Meter meter;
    private final Thread thread;
    private final long startNs = System.nanoTime();
    private boolean ended; // guarded by this
    private long lastNs = startNs;

    private Watch(Terminal terminal, Meter meter) {
        this.terminal = terminal;
        this.meter = meter;
        this.thread = new Thread(this::run, "perf-watch");
        this.thread.setDaemon(true);
    }

    static Watch start(Terminal terminal, Meter meter) {
        Watch watch = new Watch(terminal, meter);
        watch.thread.start();
        return watch;
    }

    private synchronized void run() {
        try {
            long next = SECOND_MS;
            while (!ended) {
                long wait = next - (System.nanoTime() - startNs) / 1_000_000;
                if (wait > 0) {
                    wait(wait);
                } else {
                    tell(next / SECOND_MS);
                    next += SECOND_MS;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // no more to tell
        }
    }

    private void tell(long second) {
        Meter.Window window = meter.look();
        long now = System.nanoTime();
        double seconds = (now - lastNs) / 1e9;
        lastNs = now;
        String latencies = window.latencies().count() == 0
                ? ""
                : String.format(
                        Locale.ROOT,
                        "   p50 %9s   p99 %9s   max %9s",
                        Distribution.shown(window.latencies().percentileMs(50)),
                        Distribution.shown(window.latencies().percentileMs(99)),
                        Distribution.shown(window.latencies().maxMs()));
        terminal.err()
                .println(terminal.errStyle()
                        .dim(String.format(
                                Locale.ROOT,
                                "%4d s %12s records/s %12s/s%s",
                                second,
                                Units.count(Math.round(window.records() / seconds)),
                                Units.bytes(window.bytes() / seconds),
                                latencies)));
    }

    /** Says no more. */
    void end() {
        synchronized (this) {
            ended = true;
            notifyAll();
        }
        try {
            thread.join(SECOND_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
