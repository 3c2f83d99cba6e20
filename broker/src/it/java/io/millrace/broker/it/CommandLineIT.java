package io.millrace.broker.it;

import java.util.Map;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What {@code ./millrace} answers to an operator who asks, or who asks for what cannot be. */
@Timeout(60)
final class CommandLineIT {
    @TempDir
    private Path directory;

    @Test
    void versionAndHelpAreTold() {
        Millrace.Result version = Millrace.run(List.of("--version"));
        assertEquals(0, version.exitCode());
        assertTrue(version.out().matches("millrace \\d+\\.\\d+\\.\\d+\\S*\\s*"), version::out);

        for (String command : List.of("start", "zookeeper")) {
            Millrace.Result commandHelp = Millrace.run(List.of(command, "--help"));
            assertEquals(0, commandHelp.exitCode());
            assertTrue(commandHelp.out().contains("xamples"), commandHelp::out);
            assertTrue(commandHelp.out().contains("millrace " + command + " --"), commandHelp::out);
        }
    }

    @Test
    void anUnknownOptionIsAnError() {
        assertEquals(2, Millrace.run(List.of("start", "--dat", "x")).exitCode());
        assertEquals(2, Millrace.run(List.of("start", "--set", "no-equals-sign")).exitCode());
    }

    @Test
    void aValueThatCannotBeUsedIsNamedWithItsKeyAndWhatIsAllowed() {
        refused(start("num.partitions=0"), "num.partitions", "0", "from 1");
        refused(start("log.retention.ms=soon"), "log.retention.ms", "soon", "whole number");
        refused(start("auto.create.topics.enable=yes"), "auto.create.topics.enable", "yes", "true");
        refused(start("listeners=PLAINTEXT:nowhere"), "listeners", "PLAINTEXT:nowhere");
        refused(start("listeners=SSL://127.0.0.1:19093"), "listeners", "SSL");
        refused(start("broker.id=-5"), "broker.id", "-5");
        refused(start("log.message.timestamp.type=Sometimes"), "log.message.timestamp.type", "Sometimes", "CreateTime");
    }

    @Test
    void aSecondBrokerOnTheSameDataIsRefused() {
        try (BrokerProcess broker = BrokerProcess.start(directory)) {
            Millrace.Result second = Millrace.run(BrokerProcess.arguments(broker.data(), Ports.free(), List.of()));
            refused(second, broker.data().toString());
            broker.clients().createTopic("the-first-goes-on", 1);
        }
    }

    @Test
    void aTakenPortIsRefused() {
        try (BrokerProcess broker = BrokerProcess.start(directory)) {
            Millrace.Result second = Millrace.run(
                    BrokerProcess.arguments(directory.resolve("other"), broker.port(), List.of()));
            refused(second, Integer.toString(broker.port()));
        }
    }

    @Test
    void aDirectoryThatIsAFileIsRefused() throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "not a directory");
        refused(Millrace.run(BrokerProcess.arguments(file, Ports.free(), List.of())), file.toString());
        Path below = file.resolve("below");
        refused(Millrace.run(BrokerProcess.arguments(below, Ports.free(), List.of())), below.toString());
    }

    @Test
    void aDirectoryOfAnotherBrokerIsRefused() {
        try (BrokerProcess broker = BrokerProcess.start(directory)) {
            assertEquals(0, broker.stop());
            Millrace.Result other = Millrace.run(
                    BrokerProcess.arguments(broker.data(), broker.port(), List.of("broker.id=77")));
            refused(other, "77");
        }
    }

    @Test
    void aMissingSettingsFileIsRefused() {
        Path missing = directory.resolve("missing.properties");
        refused(Millrace.run(List.of("start", "--config", missing.toString())), missing.toString());
    }

    @Test
    void aZooKeeperThatDoesNotAnswerIsRefusedInTime() {
        int port = Ports.free();
        refused(
                start("zookeeper.connect=127.0.0.1:" + port, "zookeeper.connection.timeout.ms=1500"),
                "127.0.0.1:" + port);
    }

    @Test
    void keysThatDoNothingAreWarnedOfAndTheFileYieldsToTheCommandLine() throws IOException {
        Path file = Files.writeString(
                directory.resolve("broker.properties"),
                "num.partitions=7\n" // as in Kafka's own file, comments and all
                        + "# a comment\n"
                        + "default.replication.factor=1\n"
                        + "log.retention.hour=5\n"
                        + "controller.quorum.voters=1@localhost:9093\n");
        int port = Ports.free();
        List<String> arguments = new ArrayList<>(
                BrokerProcess.arguments(directory.resolve("data"), port, List.of("default.replication.factor=1")));
        arguments.addAll(List.of("--config", file.toString(), "--set", "num.partitions=5"));
        try (MillraceProcess process = MillraceProcess.launch(Map.of(), arguments)) {
            process.awaitLine("Millrace ready");
            String warnings = String.join("\n", process.err());
            assertTrue(warnings.contains("log.retention.hours"), () -> "the nearest key in: " + warnings);
            assertEquals(
                    1,
                    process.err().stream()
                            .filter(line -> line.contains("controller.quorum.voters"))
                            .count(),
                    warnings);
            Clients clients = new Clients("127.0.0.1:" + port);
            try (var producer = clients.producer()) {
                assertEquals(5, producer.partitionsFor("made-by-asking").size());
            }
        }
    }

    private Millrace.Result start(String... settings) {
        List<String> words = new ArrayList<>(
                List.of("start", "--data", directory.resolve("data").toString()));
        if (List.of(settings).stream().noneMatch(setting -> setting.startsWith("listeners="))) {
            words.addAll(List.of("--set", "listeners=PLAINTEXT://127.0.0.1:" + Ports.free()));
        }
        for (String setting : settings) {
            words.addAll(List.of("--set", setting));
        }
        return Millrace.run(words);
    }

    /** Exit code 2 and one clear line that names certain things. */
    private static void refused(Millrace.Result result, String... named) {
        String err = result.err();
        List<String> lines =
                err.lines().filter(line -> !line.matches("^\\d{4}-.* INFO .*")).toList();
        assertEquals(2, result.exitCode(), err);
        assertEquals(1, lines.size(), () -> "one line: " + err);
        for (String name : named) {
            assertTrue(lines.get(0).contains(name), () -> name + " is named in: " + err);
        }
        assertFalse(lines.get(0).contains("Exception"), err);
        assertFalse(result.out().contains("Millrace ready"), result::out);
    }
}
