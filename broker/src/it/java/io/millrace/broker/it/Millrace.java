package io.millrace.broker.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The {@code ./millrace} script of the project under test, and commands of it that end by themselves. */
final class Millrace {
    private static final long COMMAND_SECONDS = 60;

    private Millrace() {}

    /** What a command left behind. */
    record Result(int exitCode, String out, String err) {}

    /** The project's root, where the script lies. */
    static Path home() {
        return Path.of(System.getProperty("millrace.home", System.getProperty("user.dir")))
                .toAbsolutePath();
    }

    /** @param prefix words before the script, of a program that becomes it in the end */
    static ProcessBuilder command(Map<String, String> environment, List<String> prefix, List<String> arguments) {
        List<String> words = new ArrayList<>(prefix);
        words.add(home().resolve("millrace").toString());
        words.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(words);
        builder.environment().putAll(environment);
        return builder;
    }

    /**
     * Runs a command to its end.
     *
     * @throws IllegalStateException if it has not ended after a minute
     */
    static Result run(List<String> arguments) {
        try {
            Path out = Files.createTempFile("millrace", ".out");
            Path err = Files.createTempFile("millrace", ".err");
            try {
                Process process = command(Map.of(), List.of(), arguments)
                        .redirectOutput(out.toFile())
                        .redirectError(err.toFile())
                        .start();
                if (!process.waitFor(COMMAND_SECONDS, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                    throw new IllegalStateException("still running after " + COMMAND_SECONDS + " s: " + arguments);
                }
                return new Result(process.exitValue(), Files.readString(out), Files.readString(err));
            } finally {
                Files.delete(out);
                Files.delete(err);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted while running " + arguments, e);
        }
    }
}
