package io.millrace.broker.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * One setting: its name (Apache Kafka's where Kafka has it), type, default, and what values it takes. Immutable.
 *
 * @param <T> the type of its value: Boolean, Integer, Long, Double, String or List of String
 */
public final class Setting<T> {

    /** What the protocol calls the type. */
    public enum Type {
        BOOLEAN(1),
        STRING(2),
        INT(3),
        LONG(5),
        DOUBLE(6),
        LIST(7);

        private final byte code;

        Type(int code) {
            this.code = (byte) code;
        }

        /** The protocol's code for it. */
        public byte code() {
            return code;
        }
    }

    private final String name;
    private final Type type;
    private final T defaultValue;
    private final String allowed;
    private final String doc;
    private final Function<String, T> parser;
    private final Predicate<T> valid;
    private final boolean dynamic;

    private Setting(
            String name,
            Type type,
            T defaultValue,
            String allowed,
            String doc,
            Function<String, T> parser,
            Predicate<T> valid,
            boolean dynamic) {
        this.name = name;
        this.type = type;
        this.defaultValue = defaultValue;
        this.allowed = allowed;
        this.doc = doc;
        this.parser = parser;
        this.valid = valid;
        this.dynamic = dynamic;
    }

    /** A whole number between two bounds, both allowed. */
    public static Setting<Integer> ofInt(String name, int defaultValue, int min, int max, String doc) {
        return new Setting<>(
                name,
                Type.INT,
                defaultValue,
                "a whole number " + range(min, max, Integer.MAX_VALUE),
                doc,
                Integer::valueOf,
                v -> v >= min && v <= max,
                false);
    }

    /** A whole number of up to 64 bits between two bounds, both allowed. */
    public static Setting<Long> ofLong(String name, long defaultValue, long min, long max, String doc) {
        return new Setting<>(
                name,
                Type.LONG,
                defaultValue,
                "a whole number " + range(min, max, Long.MAX_VALUE),
                doc,
                Long::valueOf,
                v -> v >= min && v <= max,
                false);
    }

    public static Setting<Double> ofDouble(String name, double defaultValue, double min, double max, String doc) {
        return new Setting<>(
                name,
                Type.DOUBLE,
                defaultValue,
                "a number from " + min + " to " + max,
                doc,
                Double::valueOf,
                v -> v >= min && v <= max,
                false);
    }

    public static Setting<Boolean> ofBoolean(String name, boolean defaultValue, String doc) {
        return new Setting<>(
                name, Type.BOOLEAN, defaultValue, "true or false", doc, Setting::parseBoolean, v -> true, false);
    }

    public static Setting<String> ofString(String name, String defaultValue, String doc) {
        return new Setting<>(name, Type.STRING, defaultValue, "text", doc, v -> v, v -> true, false);
    }

    /** One of several words. */
    public static Setting<String> ofWord(String name, String defaultValue, List<String> words, String doc) {
        return new Setting<>(
                name,
                Type.STRING,
                defaultValue,
                "one of " + String.join(", ", words),
                doc,
                v -> v,
                words::contains,
                false);
    }

    /** Comma-separated values. */
    public static Setting<List<String>> ofList(String name, List<String> defaultValue, String doc) {
        return new Setting<>(
                name, Type.LIST, defaultValue, "a comma-separated list", doc, Setting::split, v -> true, false);
    }

    /** Comma-separated words out of a given set. */
    public static Setting<List<String>> ofWords(
            String name, List<String> defaultValue, List<String> words, String doc) {
        return new Setting<>(
                name,
                Type.LIST,
                defaultValue,
                "a comma-separated list of " + String.join(", ", words),
                doc,
                Setting::split,
                v -> !v.isEmpty() && words.containsAll(v),
                false);
    }

    /** The same setting with a further condition; {@code allowed} says what it is. */
    public Setting<T> where(Predicate<T> condition, String allowed) {
        return new Setting<>(name, type, defaultValue, allowed, doc, parser, valid.and(condition), dynamic);
    }

    /** The same setting, changeable while the broker runs. */
    public Setting<T> changeable() {
        return new Setting<>(name, type, defaultValue, allowed, doc, parser, valid, true);
    }

    /** The same setting under another name. */
    public Setting<T> named(String otherName) {
        return new Setting<>(otherName, type, defaultValue, allowed, doc, parser, valid, dynamic);
    }

    public String name() {
        return name;
    }

    public Type type() {
        return type;
    }

    public T defaultValue() {
        return defaultValue;
    }

    public String doc() {
        return doc;
    }

    public boolean isDynamic() {
        return dynamic;
    }

    /**
     * The value that a text stands for.
     *
     * @throws InvalidSettingException if it stands for none that is allowed
     */
    public T parse(String text) {
        T value;
        try {
            value = parser.apply(text.trim());
        } catch (IllegalArgumentException e) {
            throw new InvalidSettingException(name, text, "must be " + allowed);
        }
        if (!valid.test(value)) {
            throw new InvalidSettingException(name, text, "must be " + allowed);
        }
        return value;
    }

    /** The text that {@link #parse} reads back to the same value. */
    public String format(T value) {
        return value instanceof List<?> list
                ? String.join(",", list.stream().map(Object::toString).toList())
                : String.valueOf(value);
    }

    private static String range(long min, long max, long highest) {
        return max == highest ? "of at least " + min : "from " + min + " to " + max;
    }

    private static Boolean parseBoolean(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException(text);
        };
    }

    private static List<String> split(String text) {
        List<String> parts = new ArrayList<>();
        for (String part : text.split(",")) {
            if (!part.isBlank()) {
                parts.add(part.trim());
            }
        }
        return List.copyOf(parts);
    }
}
