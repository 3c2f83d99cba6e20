package io.millrace.tools.terminal;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A description: fields with their values, then tables under a heading each. In JSON and YAML one object.
 *
 * <p>Threading: one thread's.
 */
public final class Sheet {
    private final Map<String, Object> data = new LinkedHashMap<>();
    private final List<String[]> fields = new ArrayList<>();
    private final List<Part> parts = new ArrayList<>();

    private record Part(String title, Lines lines) {}

    private interface Lines {
        List<String> in(Style style);
    }

    public Sheet field(String name, Object value) {
        Object plain = Plain.value(value);
        return add(name, plain, label(name), Plain.text(plain));
    }

    /** A value that people see in another way than programs. */
    public Sheet field(String name, Object value, String shown) {
        return add(name, value, label(Table.timeless(name)), shown);
    }

    private Sheet add(String name, Object value, String label, String shown) {
        data.put(name, Plain.value(value));
        fields.add(new String[] {label, shown});
        return this;
    }

    public Sheet bytes(String name, long bytes) {
        return field(name, bytes, Units.bytes(bytes));
    }

    /** For programs alone. */
    public Sheet data(String name, Object value) {
        data.put(name, Plain.value(value));
        return this;
    }

    public <T> Sheet table(String name, Table<T> table, Collection<? extends T> rows) {
        data.put(name, table.data(rows));
        if (!rows.isEmpty()) {
            parts.add(new Part(label(name), style -> table.lines(rows, style)));
        }
        return this;
    }

    /** For people alone. */
    public Sheet note(String line) {
        parts.add(new Part("", style -> List.of(line)));
        return this;
    }

    Map<String, Object> data() {
        return data;
    }

    List<String> lines(Style style) {
        List<String> lines = new ArrayList<>();
        int width = fields.stream().mapToInt(field -> field[0].length()).max().orElse(0);
        for (String[] field : fields) {
            lines.add((style.bold(field[0]) + " ".repeat(width + 2 - field[0].length()) + field[1]).stripTrailing());
        }
        for (Part part : parts) {
            if (!lines.isEmpty()) {
                lines.add("");
            }
            if (!part.title().isEmpty() && parts.size() > 1) {
                lines.add(style.bold(part.title()));
            }
            lines.addAll(part.lines().in(style));
        }
        return lines;
    }

    /** clusterId is Cluster id. */
    static String label(String field) {
        String words = field.replaceAll("([a-z0-9])([A-Z])", "$1 $2").toLowerCase(java.util.Locale.ROOT);
        return Character.toUpperCase(words.charAt(0)) + words.substring(1);
    }
}
