package io.millrace.tools.terminal;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Where a command runs: its three streams, which of them are a terminal, and the environment. Every command is given it,
 * so that tests can be the terminal.
 *
 * @param out for results alone; carries raw bytes, too
 * @param err for everything that is no result: errors, progress, questions
 * @param columns how wide the terminal is
 * @param home the user's directory
 */
public record Terminal(
        InputStream in,
        PrintStream out,
        PrintStream err,
        Ends ends,
        int columns,
        Map<String, String> environment,
        Path home) {
    private static final int USUAL_COLUMNS = 120;

    public Terminal {
        environment = Map.copyOf(environment);
    }

    /** Which streams a person sits at. */
    public record Ends(boolean in, boolean out, boolean err) {
        public static final Ends NONE = new Ends(false, false, false);
    }

    /** The process's own. The launcher says which streams are a terminal, since Java 17 cannot tell of one alone; without it none is. */
    public static Terminal ofProcess() {
        return new Terminal(
                new FileInputStream(FileDescriptor.in),
                new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8),
                new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8),
                ends(System.getProperty("millrace.terminals", "")),
                Integer.getInteger("millrace.columns", USUAL_COLUMNS),
                System.getenv(),
                Path.of(System.getProperty("user.home", "")));
    }

    /** @param told digits of those streams that are one */
    private static Ends ends(String told) {
        return new Ends(told.contains("0"), told.contains("1"), told.contains("2"));
    }

    /** A variable of the environment that is set and not empty. */
    public Optional<String> variable(String name) {
        return Optional.ofNullable(environment.get(name)).filter(value -> !value.isEmpty());
    }

    /** Colours for results. */
    public Style outStyle() {
        return style(ends.out());
    }

    /** Colours for messages. */
    public Style errStyle() {
        return style(ends.err());
    }

    private Style style(boolean terminal) {
        boolean plain = variable("NO_COLOR").isPresent()
                || variable("TERM").filter("dumb"::equals).isPresent();
        return terminal && !plain ? Style.COLOURED : Style.PLAIN;
    }
}
