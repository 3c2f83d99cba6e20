package io.millrace.tools;

import io.millrace.tools.terminal.Terminal;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Goes once through what verbs do, with a broker of its own, so that the classes that they need are known and can be kept in
 * an archive of class data. The launcher runs it after a build.
 */
final class WarmUp {
    private static final String READY = "Millrace ready on ";

    private WarmUp() {}

    /** @param args an empty directory */
    public static void main(String[] args) throws IOException {
        QuietLogging.configure();
        Path directory = Path.of(args[0]);
        Process broker = startBroker(directory);
        try {
            Terminal terminal = terminal(directory, awaitAddress(broker));
            for (String words : words()) {
                String[] command = words.split(" ");
                CommandTree.of(terminal, command).execute(command);
            }
        } finally {
            broker.destroyForcibly();
            broker.onExit().join();
        }
    }

    /** Commands, the order matters: each finds what those before it made. */
    private static List<String> words() {
        return List.of(
                "--help",
                "topic --help",
                "cluster describe",
                "cluster describe -o json",
                "cluster describe -o yaml",
                "topic create warm-up -p 2",
                "topic list",
                "topic list --sizes -o json",
                "topic describe warm-up",
                "topic add-partitions warm-up --to 3",
                "topic alter warm-up --set retention.ms=1000",
                "config get topic warm-up",
                "group seek warm-up --topic warm-up --to-earliest --execute",
                "group list",
                "group describe warm-up",
                "broker list",
                "broker describe 1",
                "broker drain 1",
                "partition balance",
                "partition elect",
                "cluster health",
                "cluster doctor",
                "profile list",
                "complete -- topic describe w",
                "kafka-topics --describe",
                "kafka-consumer-groups --describe --all-groups",
                "topic delete warm-up --yes",
                "no-such-verb");
    }

    private static Process startBroker(Path directory) throws IOException {
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                "io.millrace.broker.Main",
                "start",
                "--data",
                directory.resolve("data").toString(),
                "--set",
                "listeners=PLAINTEXT://127.0.0.1:0");
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private static String awaitAddress(Process broker) throws IOException {
        BufferedReader out = broker.inputReader(StandardCharsets.UTF_8);
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            if (line.startsWith(READY)) {
                return line.substring(READY.length(), line.indexOf(" ("));
            }
        }
        throw new IOException("the broker did not start");
    }

    private static Terminal terminal(Path home, String bootstrap) {
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
        return new Terminal(
                new ByteArrayInputStream(new byte[0]),
                nowhere,
                nowhere,
                new Terminal.Ends(false, true, true),
                80,
                Map.of("MILLRACE_BOOTSTRAP", bootstrap),
                home);
    }
}
