package io.millrace.testkit.it;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Docker's command line, and our image. */
final class Engine {
    static final String IMAGE = "millrace/millrace:it";

    static final Path HOME = Path.of(System.getProperty("millrace.home", ".."));

    private Engine() {}

    /** What a command printed, and how it ended. */
    record Outcome(int code, String output) {}

    /** Why there is no engine, or no image; empty if there are both. Builds the image. */
    static Optional<String> missing() throws IOException, InterruptedException {
        if (docker("info").code() != 0) {
            return Optional.of("no Docker engine answers");
        }
        String base = base();
        Outcome tried = docker("run", "--rm", "--publish", "127.0.0.1::9092", base, "true");
        if (tried.code() != 0) {
            return Optional.of("no container of " + base + " runs here (docker/base makes that image): "
                    + tried.output().strip());
        }
        Outcome built = run(List.of(HOME.resolve("docker/build").toString(), IMAGE), Map.of());
        if (built.code() == 0) {
            return Optional.empty();
        }
        throw new IllegalStateException("docker/build fails: " + built.output());
    }

    /** The image that ours begins with. */
    static String base() throws IOException {
        return Files.readAllLines(HOME.resolve("docker/Dockerfile")).stream()
                .filter(line -> line.startsWith("FROM "))
                .findFirst()
                .orElseThrow()
                .substring("FROM ".length());
    }

    static Outcome docker(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("docker"));
        command.addAll(List.of(arguments));
        return run(command, Map.of());
    }

    /** As {@link #docker}, for what has to work. The output, without the last line's end. */
    static String must(String... arguments) throws IOException, InterruptedException {
        Outcome outcome = docker(arguments);
        if (outcome.code() != 0) {
            throw new IllegalStateException("docker " + String.join(" ", arguments) + ": " + outcome.output());
        }
        return outcome.output().strip();
    }

    /** Runs a command, with environment variables added. */
    static Outcome run(List<String> command, Map<String, String> environment)
            throws IOException, InterruptedException {
        Path output = Files.createTempFile("docker", ".out");
        try {
            ProcessBuilder builder =
                    new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
            builder.environment().putAll(environment);
            Process process = builder.start();
            if (!process.waitFor(5, TimeUnit.MINUTES)) {
                process.destroyForcibly();
                throw new IllegalStateException(String.join(" ", command) + " does not end");
            }
            return new Outcome(process.exitValue(), Files.readString(output, StandardCharsets.UTF_8));
        } catch (IOException e) {
            return new Outcome(127, e.getMessage()); // no such command
        } finally {
            Files.deleteIfExists(output);
        }
    }
}
