package io.millrace.tools.load;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A distribution of latencies as lines of text:
 *
 * <pre>
 *    up to
 *  1.02 ms  ████████████████████████▌                  41.20 %  p50
 *  1.21 ms  ████████████▏                              20.10 %
 * </pre>
 */
final class TextPicture {
    private static final int ROWS = 20;
    private static final int LONGEST = 46;
    private static final String EIGHTHS = " ▏▎▍▌▋▊▉";

    private TextPicture() {}

    static List<String> of(Distribution distribution) {
        List<Distribution.Share> shares = distribution.shares(ROWS);
        if (shares.isEmpty()) {
            return List.of();
        }
        long largest = 1;
        for (Distribution.Share share : shares) {
            largest = Math.max(largest, share.count());
        }
        List<String> lines = new ArrayList<>();
        lines.add(String.format("%11s", "up to"));
        long before = 0;
        for (Distribution.Share share : shares) {
            double percent = 100.0 * share.count() / distribution.count();
            lines.add(String.format(
                            Locale.ROOT,
                            "%11s  %-" + LONGEST + "s %6.2f %%  %s",
                            Distribution.shown(share.toNs() / 1e6),
                            bar((double) share.count() / largest),
                            percent,
                            names(before, before + share.count(), distribution.count()))
                    .stripTrailing());
            before += share.count();
        }
        return lines;
    }

    /** A bar as exact as an eighth of a character; what is not nothing is not nothing. */
    private static String bar(double part) {
        long eighths = Math.round(part * LONGEST * 8);
        if (part > 0 && eighths == 0) {
            eighths = 1;
        }
        String full = "█".repeat((int) (eighths / 8));
        int rest = (int) (eighths % 8);
        return rest == 0 ? full : full + EIGHTHS.charAt(rest);
    }

    /** The percentiles that lie in a row. */
    private static String names(long before, long upTo, long all) {
        StringBuilder names = new StringBuilder();
        for (double percentile : Distribution.PERCENTILES) {
            long place = Math.max(1, (long) Math.ceil(percentile / 100 * all));
            if (place > before && place <= upTo) {
                names.append(names.length() == 0 ? "" : " ").append(Distribution.name(percentile));
            }
        }
        return names.toString();
    }
}
