package io.millrace.tools.terminal;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Locale;

/** Sizes, times and counts as people write and read them. */
public final class Units {
    private static final String[] SIZES = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    private static final int STEP = 1024;

    /** Whoever waits counts nanoseconds. */
    private static final Duration LONGEST = Duration.ofNanos(Long.MAX_VALUE);

    private Units() {}

    /** Such as 17 B, 1.5 GiB. */
    public static String bytes(long count) {
        return bytes((double) count);
    }

    /** As {@link #bytes(long)}, for what was reckoned, such as a rate. */
    public static String bytes(double count) {
        double value = count;
        int unit = 0;
        while (value >= STEP - 0.5 && unit < SIZES.length - 1) {
            value /= STEP;
            unit++;
        }
        return number(value, unit == 0) + " " + SIZES[unit];
    }

    private static String number(double value, boolean whole) {
        return String.format(Locale.ROOT, whole || value >= 99.95 ? "%.0f" : "%.1f", value);
    }

    /** Such as 12,345,678. */
    public static String count(long count) {
        return String.format(Locale.ROOT, "%,d", count);
    }

    /** Such as 850 ms, 12 s, 3 min 20 s, 5 h 10 min, 12 d 4 h. */
    public static String duration(Duration time) {
        long ms = time.toMillis();
        if (ms < 1000) {
            return ms + " ms";
        }
        long seconds = Math.round(ms / 1000.0);
        if (seconds < 60) {
            return seconds + " s";
        }
        if (seconds < 3600) {
            return two(seconds, 60, "min", 1, "s");
        }
        return seconds < 86_400 ? two(seconds, 3600, "h", 60, "min") : two(seconds, 86_400, "d", 3600, "h");
    }

    private static String two(long seconds, int large, String largeName, int small, String smallName) {
        long rest = seconds % large / small;
        return seconds / large + " " + largeName + (rest == 0 ? "" : " " + rest + " " + smallName);
    }

    /**
     * Reads a time such as 500ms, 10s, 5min or 5m, 2h, 7d, 1h30m, or ISO's PT10S.
     *
     * @throws IllegalArgumentException for anything else
     */
    public static Duration parseDuration(String text) {
        String compact = text.replace(" ", "").toLowerCase(Locale.ROOT);
        if (compact.startsWith("p")) {
            return iso(compact, text);
        }
        Duration sum = Duration.ZERO;
        int at = 0;
        while (at < compact.length()) {
            int unit = at;
            while (unit < compact.length() && Character.isDigit(compact.charAt(unit))) {
                unit++;
            }
            int end = unit;
            while (end < compact.length() && Character.isLetter(compact.charAt(end))) {
                end++;
            }
            if (unit == at || end == unit || unit - at > 12) {
                throw noDuration(text);
            }
            long count = Long.parseLong(compact.substring(at, unit));
            sum = plus(sum, unit(compact.substring(unit, end), text), count, text);
            at = end;
        }
        if (compact.isEmpty()) {
            throw noDuration(text);
        }
        return sum;
    }

    private static Duration plus(Duration sum, Duration unit, long count, String text) {
        try {
            Duration all = sum.plus(unit.multipliedBy(count));
            if (all.compareTo(LONGEST) <= 0) {
                return all;
            }
        } catch (ArithmeticException e) {
            // longer still
        }
        throw noDuration(text);
    }

    private static Duration unit(String name, String text) {
        return switch (name) {
            case "ms" -> Duration.ofMillis(1);
            case "s", "sec" -> Duration.ofSeconds(1);
            case "m", "min" -> Duration.ofMinutes(1);
            case "h" -> Duration.ofHours(1);
            case "d" -> Duration.ofDays(1);
            case "w" -> Duration.ofDays(7);
            default -> throw noDuration(text);
        };
    }

    private static Duration iso(String compact, String text) {
        try {
            return plus(Duration.ZERO, Duration.parse(compact), 1, text);
        } catch (DateTimeParseException e) {
            throw noDuration(text);
        }
    }

    private static IllegalArgumentException noDuration(String text) {
        return new IllegalArgumentException("'" + text + "' is no time span; write such as 500ms, 10s, 5min, 2h or 7d");
    }

    /**
     * Reads a size such as 1024, 64k, 16MiB, 1g: always in steps of 1024.
     *
     * @throws IllegalArgumentException for anything else
     */
    public static long parseBytes(String text) {
        String compact = text.replace(" ", "").toLowerCase(Locale.ROOT);
        int unit = 0;
        while (unit < compact.length() && Character.isDigit(compact.charAt(unit))) {
            unit++;
        }
        String name = compact.substring(unit).replaceFirst("i?b$", "");
        int power = name.isEmpty() ? 0 : name.length() == 1 ? "kmgtpe".indexOf(name) + 1 : 0;
        if (unit == 0 || unit > 18 || (power == 0 && !name.isEmpty())) {
            throw noSize(text);
        }
        try {
            return Math.multiplyExact(Long.parseLong(compact.substring(0, unit)), 1L << (10 * power));
        } catch (ArithmeticException e) {
            throw noSize(text);
        }
    }

    private static IllegalArgumentException noSize(String text) {
        return new IllegalArgumentException("'" + text + "' is no size; write such as 1024, 64k, 16M or 1G");
    }
}
