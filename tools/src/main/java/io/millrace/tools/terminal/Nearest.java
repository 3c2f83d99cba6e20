package io.millrace.tools.terminal;

import java.util.Collection;
import java.util.Optional;

/** The name that was likely meant by one that is not there. */
public final class Nearest {
    private Nearest() {}

    /** The candidate that takes the fewest edits, if they are few for the name's length. */
    public static Optional<String> to(String name, Collection<String> candidates) {
        int most = Math.max(1, name.length() / 3);
        Optional<String> best = Optional.empty();
        for (String candidate : candidates) {
            int edits = candidate.equalsIgnoreCase(name) ? 0 : edits(name, candidate);
            if (edits <= most) {
                most = edits - 1;
                best = Optional.of(candidate);
            }
        }
        return best;
    }

    /** As the end of a sentence: {@code ; did you mean 'orders'?}, or nothing. */
    public static String hint(String name, Collection<String> candidates) {
        return to(name, candidates)
                .map(near -> "; did you mean '" + near + "'?")
                .orElse("");
    }

    /** Levenshtein's distance, and swapped neighbours are one edit; three rows at a time. */
    static int edits(String from, String to) {
        int[] before = new int[to.length() + 1];
        int[] above = new int[to.length() + 1];
        for (int j = 0; j < above.length; j++) {
            above[j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            int[] row = new int[to.length() + 1];
            row[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                boolean same = from.charAt(i - 1) == to.charAt(j - 1);
                row[j] = Math.min(above[j - 1] + (same ? 0 : 1), 1 + Math.min(above[j], row[j - 1]));
                boolean swapped = i > 1
                        && j > 1
                        && from.charAt(i - 1) == to.charAt(j - 2)
                        && from.charAt(i - 2) == to.charAt(j - 1);
                if (swapped) {
                    row[j] = Math.min(row[j], before[j - 2] + 1);
                }
            }
            before = above;
            above = row;
        }
        return above[to.length()];
    }
}
