package io.millrace.tools.stream;

import io.millrace.tools.terminal.Units;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** What {@code produce} says in the end. */
record SendReport(String topic, Acknowledged acknowledged, long sent, long bytes, long elapsedNs) {
    private static final double NS = 1e9;
    private static final int PARTITIONS_NAMED = 6;

    boolean failed() {
        return acknowledged.failed() > 0;
    }

    /** Such as 3 records of 'access' acknowledged in 12 ms (access-0 up to offset 2). */
    String line(boolean interrupted) {
        long total = acknowledged.total();
        double seconds = Math.max(1, elapsedNs) / NS;
        StringBuilder line = new StringBuilder(interrupted ? "Interrupted: " : "");
        line.append(Units.count(total))
                .append(total == 1 ? " record" : " records")
                .append(" acknowledged in ")
                .append(Units.duration(Duration.ofNanos(elapsedNs)));
        if (seconds >= 1) {
            line.append(String.format(
                    Locale.ROOT,
                    " (%s/s, %s/s)",
                    Units.count(Math.round(total / seconds)),
                    Units.bytes(bytes / seconds)));
        }
        line.append(where());
        if (sent > total) {
            line.append("; ").append(Units.count(sent - total)).append(" not acknowledged");
        }
        return line.toString();
    }

    private String where() {
        Map<Integer, Acknowledged.Appended> all = acknowledged.byPartition();
        if (all.isEmpty()) {
            return "";
        }
        String named = all.entrySet().stream()
                .limit(PARTITIONS_NAMED)
                .map(entry -> topic + "-" + entry.getKey()
                        + (entry.getValue().lastOffset() < 0
                                ? ""
                                : " up to offset " + entry.getValue().lastOffset()))
                .collect(Collectors.joining(", "));
        int more = all.size() - PARTITIONS_NAMED;
        return ": " + named + (more > 0 ? " and " + more + " more" : "");
    }
}
