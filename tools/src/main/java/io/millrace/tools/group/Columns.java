package io.millrace.tools.group;

import io.millrace.tools.terminal.Printable;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;

/** Columns to the left with one blank between, as Kafka's scripts print them. Threading: one thread's. */
final class Columns {
    private static final int NARROWEST = 15;

    private final List<Object[]> rows = new ArrayList<>();

    Columns(Object... headings) {
        rows.add(headings);
    }

    void row(Object... cells) {
        rows.add(Arrays.stream(cells).map(cell -> Printable.of(cell.toString())).toArray());
    }

    static Object orDash(OptionalLong number) {
        return number.isPresent() ? (Object) number.getAsLong() : "-";
    }

    void print(PrintStream out) {
        int[] widths = new int[rows.get(0).length];
        for (Object[] row : rows) {
            for (int i = 0; i < row.length; i++) {
                widths[i] = Math.max(
                        widths[i], Math.max(NARROWEST, row[i].toString().length()));
            }
        }
        for (Object[] row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < row.length; i++) {
                String cell = row[i].toString();
                line.append(i == 0 ? "" : " ").append(cell).append(" ".repeat(widths[i] - cell.length()));
            }
            out.println(line.toString().stripTrailing());
        }
    }
}
