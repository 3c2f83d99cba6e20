package io.millrace.tools.terminal;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** Values reduced to what JSON knows: text, number, boolean, list, map, and {@link #NOTHING}. */
final class Plain {
    /** JSON's null. */
    static final Object NOTHING = new Object() {
        @Override
        public String toString() {
            return "null";
        }
    };

    private Plain() {}

    static Object value(Object value) {
        if (value instanceof Optional<?> maybe) {
            return maybe.map(Plain::value).orElse(NOTHING);
        }
        if (value instanceof OptionalInt maybe) {
            return maybe.isPresent() ? (Object) maybe.getAsInt() : NOTHING;
        }
        if (value instanceof OptionalLong maybe) {
            return maybe.isPresent() ? (Object) maybe.getAsLong() : NOTHING;
        }
        if (value instanceof Collection<?> many) {
            return many.stream().map(Plain::value).toList();
        }
        if (value instanceof Map<?, ?> map) {
            Map<String, Object> copy = new LinkedHashMap<>();
            map.forEach((key, part) -> copy.put(key.toString(), value(part)));
            return copy;
        }
        return value == NOTHING || value instanceof Number || value instanceof Boolean ? value : value.toString();
    }

    /** As people read it, whatever somebody may have called a thing. */
    static String text(Object plain) {
        if (plain == NOTHING) {
            return "-";
        }
        if (plain instanceof List<?> many) {
            return many.isEmpty()
                    ? "-"
                    : String.join(",", many.stream().map(Plain::text).toList());
        }
        if (plain instanceof Map<?, ?> map) {
            return map.isEmpty()
                    ? "-"
                    : String.join(
                            ",",
                            map.entrySet().stream()
                                    .map(entry ->
                                            Printable.of(entry.getKey().toString()) + "=" + text(entry.getValue()))
                                    .toList());
        }
        String text = plain.toString();
        return text.isEmpty() ? "-" : Printable.of(text);
    }
}
