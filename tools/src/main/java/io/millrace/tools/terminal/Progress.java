package io.millrace.tools.terminal;

import java.util.function.LongSupplier;

/**
 * Shows how far something is: a bar that moves where a person looks on, a line now and then where not. Nothing is shown
 * of what takes less than a second.
 *
 * <pre>
 * try (Progress progress = Progress.ofBytes(terminal, "Verifying", total)) {
 *     progress.add(length);
 * }
 * </pre>
 *
 * <p>Threading: one thread's.
 */
public final class Progress implements AutoCloseable {
    private static final long SECOND = 1_000_000_000L;
    private static final long FRAME = SECOND / 10;
    private static final long LINE_EVERY = 5 * SECOND;
    private static final String TO_LINE_START = "\r\u001b[K";

    private final Terminal terminal;
    private final ProgressText text;
    private final LongSupplier nanoTime;
    private final long startNs;
    private long nextNs;
    private long done;
    private boolean barShown;

    Progress(Terminal terminal, ProgressText text, LongSupplier nanoTime) {
        this.terminal = terminal;
        this.text = text;
        this.nanoTime = nanoTime;
        this.startNs = nanoTime.getAsLong();
        this.nextNs = startNs + (isBar() ? SECOND : LINE_EVERY);
    }

    /**
     * @param what a word for it, such as Verifying
     * @param total 0 if nobody knows
     */
    public static Progress ofBytes(Terminal terminal, String what, long total) {
        return new Progress(
                terminal, new ProgressText(what, total, (double count) -> Units.bytes(count)), System::nanoTime);
    }

    /**
     * @param unit such as records
     * @param total 0 if nobody knows
     */
    public static Progress ofCount(Terminal terminal, String what, long total, String unit) {
        return new Progress(
                terminal,
                new ProgressText(what, total, count -> Units.count(Math.round(count)) + " " + unit),
                System::nanoTime);
    }

    public void add(long more) {
        to(done + more);
    }

    /** So much is done, in all. */
    public void to(long nowDone) {
        done = nowDone;
        long now = nanoTime.getAsLong();
        if (now < nextNs) {
            return;
        }
        if (isBar()) {
            nextNs = now + FRAME;
            barShown = true;
            terminal.err().print(TO_LINE_START + text.bar(done, now - startNs, terminal.columns()));
            terminal.err().flush();
        } else {
            nextNs = now + LINE_EVERY;
            terminal.err().println(text.line(done, now - startNs));
        }
    }

    private boolean isBar() {
        return terminal.ends().err();
    }

    /** Clears the bar away. */
    @Override
    public void close() {
        if (barShown) {
            terminal.err().print(TO_LINE_START);
            terminal.err().flush();
            barShown = false;
        }
    }
}
