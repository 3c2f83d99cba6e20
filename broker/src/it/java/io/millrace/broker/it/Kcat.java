package io.millrace.broker.it;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** kcat, the command-line client on librdkafka, run against one broker. */
record Kcat(String bootstrap) {
    private static final long SECONDS = 60;

    /** Writes what kcat reads on standard input. */
    interface Input {
        void writeTo(OutputStream out) throws IOException;
    }

    /** What kcat printed. */
    record Output(int exitCode, String out, String err) {
        List<String> lines() {
            return out.lines().toList();
        }
    }

    static boolean isInstalled() {
        return Stream.of(System.getenv("PATH").split(":")).anyMatch(dir -> Files.isExecutable(Path.of(dir, "kcat")));
    }

    /** Runs it with nothing to read; its exit code must be 0. */
    List<String> lines(String... arguments) {
        return succeed(out -> {}, arguments).lines();
    }

    /** Runs it with text to read; its exit code must be 0. */
    Output feed(String text, String... arguments) {
        return succeed(out -> out.write(text.getBytes(StandardCharsets.UTF_8)), arguments);
    }

    /** Runs it; its exit code must be 0. */
    Output succeed(Input input, String... arguments) {
        Output output = run(input, arguments);
        if (output.exitCode() != 0) {
            throw new IllegalStateException("kcat " + List.of(arguments) + " ended with " + output);
        }
        return output;
    }

    /** Runs it to its end, at most a minute past the end of its input. */
    Output run(Input input, String... arguments) {
        List<String> words = new ArrayList<>(List.of("kcat", "-b", bootstrap));
        words.addAll(List.of(arguments));
        try {
            Path out = Files.createTempFile("kcat", ".out");
            Path err = Files.createTempFile("kcat", ".err");
            try {
                Process process = new ProcessBuilder(words)
                        .redirectOutput(out.toFile())
                        .redirectError(err.toFile())
                        .start();
                try (OutputStream stdin = process.getOutputStream()) {
                    input.writeTo(stdin);
                }
                if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                    throw new IllegalStateException("still running: " + words + "; said " + Files.readString(err));
                }
                return new Output(process.exitValue(), Files.readString(out), Files.readString(err));
            } finally {
                Files.delete(out);
                Files.delete(err);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted while running " + words, e);
        }
    }
}
