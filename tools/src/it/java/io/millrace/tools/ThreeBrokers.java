package io.millrace.tools;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;

/** Three brokers and their ZooKeeper as processes on free ports. Threading: one thread starts and ends them. */
final class ThreeBrokers implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final Pattern READY = Pattern.compile("(?:Millrace|ZooKeeper) ready on (\\S+)");

    private final Path directory;
    private final List<Process> processes = new ArrayList<>();
    private final List<Path> outputs = new ArrayList<>();

    private ThreeBrokers(Path directory) {
        this.directory = directory;
    }

    static ThreeBrokers start(Path directory) throws IOException {
        ThreeBrokers cluster = new ThreeBrokers(directory);
        cluster.launch(
                "zookeeper", "--port", "0", "--data", directory.resolve("zk").toString());
        String zooKeeper = cluster.address(0);
        for (int id = 1; id <= 3; id++) {
            cluster.launch(
                    "start",
                    "--data",
                    directory.resolve("b" + id).toString(),
                    "--set",
                    "broker.id=" + id,
                    "--set",
                    "listeners=PLAINTEXT://127.0.0.1:0",
                    "--set",
                    "zookeeper.connect=" + zooKeeper,
                    "--set",
                    "offsets.topic.num.partitions=2",
                    "--set",
                    "offsets.topic.replication.factor=2",
                    "--set",
                    "num.partitions=3",
                    "--set",
                    "default.replication.factor=2",
                    "--set",
                    "zookeeper.session.timeout.ms=40000", // longer than a test has one stand still
                    "--set",
                    "group.initial.rebalance.delay.ms=0");
        }
        return cluster;
    }

    /** The script of the project under test. */
    static Path launcher() {
        return Path.of(System.getProperty("millrace.home", "..")).resolve("millrace");
    }

    private void launch(String... words) throws IOException {
        List<String> command = new ArrayList<>(List.of(launcher().toString()));
        command.addAll(List.of(words));
        Path out = Files.createTempFile(directory, "process", ".out");
        processes.add(new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start());
        outputs.add(out);
    }

    /** Brokers are told apart by their ids from 1 on; 0 is ZooKeeper. */
    String address(int id) {
        String[] found = {""};
        Awaitility.await("the ready line in " + outputs.get(id)).atMost(PATIENCE).until(() -> {
            boolean alive = processes.get(id).isAlive();
            String said = Files.readString(outputs.get(id));
            Matcher ready = READY.matcher(said);
            if (ready.find()) {
                found[0] = ready.group(1);
                return true;
            }
            if (!alive) {
                throw new IllegalStateException("a process ended and said " + said);
            }
            return false;
        });
        return found[0].replace(",", "");
    }

    /** Of the three of them. */
    String bootstrap() {
        return address(1) + "," + address(2) + "," + address(3);
    }

    /** Stops a broker as it stands: it keeps its connections and its session, and does nothing; {@code CONT} lets it go on. */
    void signal(int id, String signal) throws IOException {
        signal(processes.get(id), signal);
    }

    static void signal(Process process, String signal) throws IOException {
        new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).start();
    }

    /** kill -9 for all. */
    @Override
    public void close() throws IOException {
        for (Process process : processes) {
            process.destroyForcibly();
        }
        for (Process process : processes) {
            try {
                if (!process.waitFor(20, TimeUnit.SECONDS)) {
                    throw new IOException("a process does not end");
                }
            } catch (InterruptedException e) {
                throw new IOException("interrupted", e);
            }
        }
    }
}
