package io.millrace.tools.terminal;

import java.time.Duration;
import java.util.function.DoubleFunction;

/**
 * What a progress bar says.
 *
 * @param total 0 if nobody knows
 * @param unit writes an amount, such as 1.5 GiB
 */
record ProgressText(String what, long total, DoubleFunction<String> unit) {
    private static final double NS = 1e9;
    private static final int SHORTEST_BAR = 10;
    private static final int LONGEST_BAR = 40;

    /** Verifying: 42 % of 1.5 GiB, 320 MiB/s, 3 s left. */
    String line(long done, long elapsedNs) {
        String amount = total > 0 ? percent(done) + " % of " + unit.apply((double) total) : unit.apply((double) done);
        return what + ": " + amount + ", " + rate(done, elapsedNs) + left(done, elapsedNs);
    }

    /** Verifying [=======>    ] 42 %, 320 MiB/s, 3 s left. */
    String bar(long done, long elapsedNs, int columns) {
        if (total <= 0) {
            return fit(line(done, elapsedNs), columns);
        }
        String numbers = " " + percent(done) + " %, " + rate(done, elapsedNs) + left(done, elapsedNs);
        int room = Math.min(LONGEST_BAR, columns - what.length() - numbers.length() - 4);
        if (room < SHORTEST_BAR) {
            return fit(what + numbers, columns);
        }
        int full = (int) (Math.min(done, total) * room / total);
        String head = full > 0 && full < room ? ">" : "";
        String bar = "=".repeat(full - head.length()) + head + " ".repeat(room - full);
        return what + " [" + bar + "]" + numbers;
    }

    private static String fit(String text, int columns) {
        return text.length() < columns ? text : text.substring(0, Math.max(0, columns - 1));
    }

    private long percent(long done) {
        return Math.min(100, (long) (100.0 * done / total));
    }

    private String rate(long done, long elapsedNs) {
        return unit.apply(done * NS / Math.max(1, elapsedNs)) + "/s";
    }

    private String left(long done, long elapsedNs) {
        if (total <= 0 || done <= 0 || done >= total) {
            return "";
        }
        double leftNs = (double) elapsedNs * (total - done) / done;
        return ", " + Units.duration(Duration.ofSeconds(Math.max(1, Math.round(leftNs / NS)))) + " left";
    }
}
