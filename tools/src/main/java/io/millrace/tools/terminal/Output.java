package io.millrace.tools.terminal;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Option;

/** {@code -o}: gives results to people as a table, or to programs as JSON or YAML. A mixin of all verbs that have results. */
public final class Output {
    private final Terminal terminal;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "table|json|yaml",
            description = "how results are printed; default table, or $MILLRACE_OUTPUT")
    private String format = "";

    /** What results are written as. */
    private enum Format {
        TABLE,
        JSON,
        YAML
    }

    public Output(Terminal terminal) {
        this.terminal = terminal;
    }

    /** Whether people read it: then sentences are welcome. */
    public boolean isForPeople() {
        return format() == Format.TABLE;
    }

    public Style style() {
        return terminal.outStyle();
    }

    /** Rows. For people a sentence instead if there are none. */
    public <T> void rows(Table<T> table, Collection<? extends T> rows, String ifEmpty) {
        if (!isForPeople()) {
            print(table.data(rows));
        } else if (rows.isEmpty()) {
            terminal.err().println(ifEmpty);
        } else {
            print(table.lines(rows, style()));
        }
    }

    /** One description. */
    public void sheet(Sheet sheet) {
        if (isForPeople()) {
            print(sheet.lines(style()));
        } else {
            print(sheet.data());
        }
    }

    /** Descriptions of what was asked for together: a list even if it is one, so that programs need not tell cases apart. */
    public void sheets(List<Sheet> sheets) {
        if (!isForPeople()) {
            print((Object) sheets.stream().map(Sheet::data).toList());
            return;
        }
        for (int i = 0; i < sheets.size(); i++) {
            if (i > 0) {
                terminal.out().println();
            }
            print(sheets.get(i).lines(style()));
        }
    }

    private void print(List<String> lines) {
        lines.forEach(terminal.out()::println);
        terminal.out().flush();
    }

    private void print(Object data) {
        terminal.out().print(format() == Format.JSON ? Json.write(data) : Yaml.write(data));
        terminal.out().flush();
    }

    private Format format() {
        String name = format.isEmpty() ? terminal.variable("MILLRACE_OUTPUT").orElse("table") : format;
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "table" -> Format.TABLE;
            case "json" -> Format.JSON;
            case "yaml", "yml" -> Format.YAML;
            default -> throw Failure.usage("'" + name + "' is no output format; it is table, json or yaml");
        };
    }
}
