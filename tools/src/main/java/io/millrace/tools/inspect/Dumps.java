package io.millrace.tools.inspect;

import io.millrace.tools.terminal.Json;
import io.millrace.tools.terminal.Printable;
import io.millrace.tools.terminal.Terminal;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.Map;

/** The two kinds of {@link Dump}. */
final class Dumps {
    private Dumps() {}

    static Dump people(Terminal terminal) {
        PrintStream out = terminal.out();
        return new Dump() {
            private boolean first = true;

            @Override
            public void file(String path, String what) {
                if (!first) {
                    out.println();
                }
                first = false;
                out.println(terminal.outStyle().bold(Printable.of(path)) + "  " + what);
            }

            @Override
            public void row(String kind, Map<String, Object> fields, String line) {
                out.println(Printable.of(line.stripTrailing()));
            }

            @Override
            public void note(String text) {
                out.println(terminal.outStyle().warning(Printable.of(text)));
            }
        };
    }

    static Dump json(Terminal terminal) {
        PrintStream out = terminal.out();
        return new Dump() {
            private String file = "";

            @Override
            public void file(String path, String what) {
                file = path;
            }

            @Override
            public void row(String kind, Map<String, Object> fields, String line) {
                if (fields.isEmpty()) {
                    return; // a heading
                }
                Map<String, Object> all = new LinkedHashMap<>();
                all.put("file", file);
                all.put("type", kind);
                all.putAll(fields);
                out.println(Json.line(all));
            }

            @Override
            public void note(String text) {
                out.println(Json.line(Map.of("file", file, "type", "note", "text", text)));
            }
        };
    }
}
