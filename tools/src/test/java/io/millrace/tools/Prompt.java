package io.millrace.tools;

import io.millrace.tools.terminal.Json;
import io.millrace.tools.terminal.Terminal;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A terminal for tests: types commands into this process, and sees what they print. */
final class Prompt {
    private final Path home;
    private final Map<String, String> environment;
    private final Terminal.Ends ends;
    private final String typed;

    /** What a command left behind. */
    record Result(int code, String out, String err) {
        /** What was printed as JSON. */
        Object json() {
            return Json.read(out);
        }

        @SuppressWarnings("unchecked")
        List<Map<String, Object>> rows() {
            return (List<Map<String, Object>>) json();
        }

        @SuppressWarnings("unchecked")
        Map<String, Object> sheet() {
            return (Map<String, Object>) json();
        }
    }

    private Prompt(Path home, Map<String, String> environment, Terminal.Ends ends, String typed) {
        this.home = home;
        this.environment = environment;
        this.ends = ends;
        this.typed = typed;
    }

    /** No terminal: as in a script. */
    static Prompt in(Path home) {
        return new Prompt(home, Map.of(), Terminal.Ends.NONE, "");
    }

    Prompt with(String variable, String value) {
        Map<String, String> more = new HashMap<>(environment);
        more.put(variable, value);
        return new Prompt(home, more, ends, typed);
    }

    /** A terminal at which somebody answers questions. */
    Prompt typing(String answer) {
        return new Prompt(home, environment, new Terminal.Ends(true, true, true), answer);
    }

    /** Words with blanks between; those in single quotes may have some. */
    Result run(String line) {
        return run(Words.of(line).toArray(new String[0]));
    }

    Result run(String... words) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Terminal terminal = new Terminal(
                new ByteArrayInputStream(typed.getBytes(StandardCharsets.UTF_8)),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                ends,
                120,
                environment,
                home);
        int code = CommandTree.of(terminal, words).execute(words);
        terminal.out().flush();
        return new Result(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    /** Splits a line as a shell would. */
    static final class Words {
        private Words() {}

        static List<String> of(String line) {
            List<String> words = new ArrayList<>();
            for (String part : line.strip().split(" +(?=(?:[^']*'[^']*')*[^']*$)")) {
                words.add(part.replace("'", ""));
            }
            return words;
        }
    }
}
