package io.millrace.tools.terminal;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import picocli.CommandLine.Option;

/** {@code --yes}: asks before something cannot be undone, where a person is there to answer. A mixin. */
public final class Consent {
    private final Terminal terminal;

    @Option(
            names = {"-y", "--yes"},
            description = "do not ask")
    private boolean yes;

    public Consent(Terminal terminal) {
        this.terminal = terminal;
    }

    /**
     * Asks, if there is a terminal and no --yes. Scripts are not asked: they meant it.
     *
     * @throws Failure if the answer is no
     */
    public void ask(String question) {
        if (yes || !terminal.ends().in() || !terminal.ends().err()) {
            return;
        }
        terminal.err().print(terminal.errStyle().warning(question) + " [y/N] ");
        terminal.err().flush();
        if (!isYes(answer())) {
            throw Failure.of("Nothing was changed");
        }
    }

    private String answer() {
        try {
            String line = new BufferedReader(new InputStreamReader(terminal.in(), StandardCharsets.UTF_8)).readLine();
            return line == null ? "" : line;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isYes(String answer) {
        String word = answer.strip().toLowerCase(Locale.ROOT);
        return word.equals("y") || word.equals("yes");
    }
}
