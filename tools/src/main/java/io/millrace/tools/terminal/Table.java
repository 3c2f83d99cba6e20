package io.millrace.tools.terminal;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Columns of rows: what each is called in JSON and YAML, which never changes, and how it looks to people.
 *
 * <p>Immutable when built; made once per verb.
 *
 * @param <T> what a row is made of
 */
public final class Table<T> {
    private static final String GAP = "  ";

    private final List<Column<T>> columns = new ArrayList<>();

    private record Column<T>(
            String field,
            String heading,
            Function<T, ?> value,
            Function<Object, String> shown,
            boolean right,
            boolean dataOnly) {
        Column(String field, Function<T, ?> value, Function<Object, String> shown, boolean right, boolean dataOnly) {
            this(field, Table.heading(field), value, shown, right, dataOnly);
        }

        String show(T row) {
            Object plain = Plain.value(value.apply(row));
            return plain == Plain.NOTHING ? "-" : shown.apply(plain);
        }
    }

    public static <T> Table<T> of() {
        return new Table<>();
    }

    /** Words; lists have commas between. */
    public Table<T> text(String field, Function<T, ?> value) {
        return add(new Column<>(field, value, Plain::text, false, false));
    }

    /** A number to be compared with those above and below. */
    public Table<T> number(String field, Function<T, ?> value) {
        return add(new Column<>(field, value, Plain::text, true, false));
    }

    /** A size: rounded for people, exact for programs. */
    public Table<T> bytes(String field, Function<T, ?> value) {
        return shown(field, value, plain -> Units.bytes(((Number) plain).doubleValue()));
    }

    /** A value that people see in another way than programs; to the right. */
    public Table<T> shown(String field, Function<T, ?> value, Function<Object, String> shown) {
        return add(new Column<>(field, heading(timeless(field)), value, shown, true, false));
    }

    /** For programs alone. */
    public Table<T> data(String field, Function<T, ?> value) {
        return add(new Column<>(field, value, Plain::text, false, true));
    }

    private Table<T> add(Column<T> column) {
        columns.add(column);
        return this;
    }

    /** Rows as programs get them. */
    List<Map<String, Object>> data(Collection<? extends T> rows) {
        List<Map<String, Object>> all = new ArrayList<>(rows.size());
        for (T row : rows) {
            Map<String, Object> fields = new LinkedHashMap<>();
            columns.forEach(column ->
                    fields.put(column.field(), Plain.value(column.value().apply(row))));
            all.add(fields);
        }
        return all;
    }

    /** Lines as people get them: a line of headings, then one per row. Columns are as wide as they must be. */
    List<String> lines(Collection<? extends T> rows, Style style) {
        List<Column<T>> visible =
                columns.stream().filter(column -> !column.dataOnly()).toList();
        List<List<String>> cells = new ArrayList<>();
        cells.add(visible.stream().map(Column::heading).toList());
        for (T row : rows) {
            cells.add(visible.stream().map(column -> column.show(row)).toList());
        }
        int[] widths = new int[visible.size()];
        cells.forEach(line -> {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], width(line.get(i)));
            }
        });
        List<String> lines = new ArrayList<>(cells.size());
        for (List<String> line : cells) {
            String text = line(visible, line, widths);
            lines.add(lines.isEmpty() ? style.bold(text) : text);
        }
        return lines;
    }

    private String line(List<Column<T>> visible, List<String> line, int[] widths) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < widths.length; i++) {
            String cell = line.get(i);
            String fill = " ".repeat(widths[i] - width(cell));
            text.append(i == 0 ? "" : GAP).append(visible.get(i).right() ? fill + cell : cell + fill);
        }
        return text.toString().stripTrailing();
    }

    private static int width(String cell) {
        return cell.codePointCount(0, cell.length());
    }

    /** What is in milliseconds for programs has a unit with it for people. */
    static String timeless(String field) {
        return field.endsWith("Ms") ? field.substring(0, field.length() - 2) + "Time" : field;
    }

    /** logEndOffset is LOG-END-OFFSET: one word, so that awk and cut agree with eyes. */
    static String heading(String field) {
        return field.replaceAll("([a-z0-9])([A-Z])", "$1-$2").toUpperCase(java.util.Locale.ROOT);
    }
}
