package io.millrace.client;

import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntConsumer;
import java.util.function.LongConsumer;

/**
 * Settings as text under Kafka's keys, on their way into a typed configuration. Each reader names a key, and hands the
 * value on if it is set; {@link #refuseRest} then complains of keys that nobody asked for.
 *
 * <p>Threading: one thread's.
 */
public final class Settings {
    private final Map<String, String> values;
    private final Set<String> known = new LinkedHashSet<>();

    public Settings(Map<String, String> values) {
        this.values = Map.copyOf(values);
    }

    /** The same from a properties file; its defaults count, too. */
    public static Settings of(Properties properties) {
        Map<String, String> values = new TreeMap<>();
        for (String key : properties.stringPropertyNames()) {
            values.put(key, properties.getProperty(key));
        }
        return new Settings(values);
    }

    /** A text as it is, without blanks around it. */
    public Settings text(String key, Consumer<String> target) {
        find(key).ifPresent(target);
        return this;
    }

    /** A whole number from {@code min} on. */
    public Settings number(String key, int min, IntConsumer target) {
        return longNumber(key, min, Integer.MAX_VALUE, value -> target.accept((int) value));
    }

    /** A whole number from {@code min} to {@code max}. */
    public Settings longNumber(String key, long min, long max, LongConsumer target) {
        find(key).ifPresent(text -> {
            long value = parse(key, text, "a whole number", Long::parseLong);
            if (value < min || value > max) {
                throw MillraceException.invalid(key + " is " + text + "; it must be " + min + " at least"
                        + (max < Integer.MAX_VALUE ? " and " + max + " at most" : ""));
            }
            target.accept(value);
        });
        return this;
    }

    /** A time in milliseconds, as all keys that end in {@code .ms}. */
    public Settings millis(String key, Consumer<Duration> target) {
        return longNumber(key, 0, Long.MAX_VALUE, value -> target.accept(Duration.ofMillis(value)));
    }

    /** true or false. */
    public Settings bool(String key, Consumer<Boolean> target) {
        find(key).ifPresent(text -> target.accept(parse(key, text, "true or false", Settings::bool)));
        return this;
    }

    /** One of an enum's constants; case does not matter, and {@code -} stands for {@code _}. */
    public <E extends Enum<E>> Settings choice(String key, Class<E> type, Consumer<E> target) {
        String choices = String.join(
                ", ",
                Arrays.stream(type.getEnumConstants()).map(Settings::spelled).toList());
        return parsed(
                key,
                "one of " + choices,
                text -> Enum.valueOf(type, text.toUpperCase(Locale.ROOT).replace('-', '_')),
                target);
    }

    /** Anything that a function makes of a text; it throws IllegalArgumentException for what is not {@code expected}. */
    public <T> Settings parsed(String key, String expected, Function<String, T> parser, Consumer<T> target) {
        find(key).ifPresent(text -> target.accept(parse(key, text, expected, parser)));
        return this;
    }

    /**
     * Complains of the first key that no reader has named.
     *
     * @throws MillraceException INVALID, naming the key that was likely meant
     */
    public void refuseRest() {
        for (String key : new TreeSet<>(values.keySet())) {
            if (!known.contains(key)) {
                throw MillraceException.invalid("Unknown setting '" + key + "'."
                        + nearest(key)
                                .map(near -> " Did you mean '" + near + "'?")
                                .orElse(""));
            }
        }
    }

    private Optional<String> find(String key) {
        known.add(key);
        return Optional.ofNullable(values.get(key)).map(String::trim);
    }

    private static <T> T parse(String key, String text, String expected, Function<String, T> parser) {
        try {
            return parser.apply(text);
        } catch (IllegalArgumentException e) {
            throw MillraceException.invalid(key + " is '" + text + "'; it must be " + expected);
        }
    }

    private static boolean bool(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException(text);
        };
    }

    private static String spelled(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    /** The known key that takes the fewest edits, if they are few for its length. */
    private Optional<String> nearest(String key) {
        String best = "";
        int fewest = Integer.MAX_VALUE;
        for (String candidate : known) {
            int edits = candidate.startsWith(key) ? 1 : edits(key, candidate);
            if (edits < fewest) {
                fewest = edits;
                best = candidate;
            }
        }
        return fewest <= Math.max(2, key.length() / 3) ? Optional.of(best) : Optional.empty();
    }

    /** Levenshtein's distance, one row at a time. */
    private static int edits(String from, String to) {
        int[] row = new int[to.length() + 1];
        for (int j = 0; j < row.length; j++) {
            row[j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j < row.length; j++) {
                int changed = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(changed, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[to.length()];
    }
}
