package io.millrace.tools.terminal;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/**
 * Words for one of our verbs, out of the options of a tool of Kafka's that does the same. Threading: one thread's.
 */
public final class Translated {
    private final List<String> words = new ArrayList<>();

    public Translated add(String... more) {
        words.addAll(List.of(more));
        return this;
    }

    /** An option with its value, if that was given. */
    public Translated option(String name, String value) {
        return value.isEmpty() ? this : add(name, value);
    }

    public Translated flag(String name, boolean given) {
        return given ? add(name) : this;
    }

    /** Settings of clients. */
    public Translated settings(Map<String, String> settings) {
        settings.forEach((key, value) -> add("-X", key + "=" + value));
        return this;
    }

    /** Runs a verb with these words, in the place of a command. */
    public int run(Class<?> verb, CommandSpec instead) {
        CommandLine own = instead.commandLine();
        return new CommandLine(verb, own.getFactory())
                .setOut(own.getOut())
                .setErr(own.getErr())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setParameterExceptionHandler(own.getParameterExceptionHandler())
                .setExecutionExceptionHandler(own.getExecutionExceptionHandler())
                .execute(words.toArray(new String[0]));
    }

    @Override
    public String toString() {
        return String.join(" ", words);
    }
}
