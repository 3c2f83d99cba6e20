package io.millrace.generator;

import java.util.regex.Pattern;

/** Versions of a message, both ends included; {@code NONE} holds none. */
public record VersionRange(int low, int high) {
    static final int OPEN = Short.MAX_VALUE;
    static final VersionRange NONE = new VersionRange(1, 0);

    private static final Pattern NOTATION = Pattern.compile("none|\\d{1,4}|\\d{1,4}\\+|\\d{1,4}-\\d{1,4}");

    static boolean isOne(String text) {
        return NOTATION.matcher(text).matches();
    }

    /** Reads {@code 3+}, {@code 0-2}, {@code 7} or {@code none}. */
    static VersionRange parse(String text) {
        if (!isOne(text)) {
            throw new IllegalArgumentException("no versions: " + text);
        }
        if (text.equals("none")) {
            return NONE;
        }
        if (text.endsWith("+")) {
            return new VersionRange(Integer.parseInt(text.substring(0, text.length() - 1)), OPEN);
        }
        int dash = text.indexOf('-');
        if (dash < 0) {
            int only = Integer.parseInt(text);
            return new VersionRange(only, only);
        }
        return new VersionRange(Integer.parseInt(text.substring(0, dash)), Integer.parseInt(text.substring(dash + 1)));
    }

    public boolean isNone() {
        return low > high;
    }

    public boolean contains(int version) {
        return low <= version && version <= high;
    }

    boolean covers(VersionRange other) {
        return low <= other.low && other.high <= high;
    }
}
