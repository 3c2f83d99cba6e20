package io.millrace.client.testing;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A Millrace broker as a process: {@code ./millrace start}, or with the system property {@code millrace.broker.classpath}
 * Java on these classes.
 *
 * <p>Threading: one thread starts and ends it.
 */
public final class BrokerProcess implements ClusterUnderTest {
    private final Path directory;
    private final List<String> settings;
    private final int port = Ports.free();
    private ChildProcess process;
    private int lives;

    private BrokerProcess(Path directory, List<String> settings) {
        this.directory = directory;
        this.settings = settings;
    }

    /** Starts one, and waits until it is ready. */
    public static BrokerProcess start(Path directory, String... settings) {
        BrokerProcess broker = new BrokerProcess(directory, List.of(settings));
        broker.restart();
        return broker;
    }

    /** The project's folder. */
    static Path home() {
        String home = System.getProperty("millrace.home", "");
        return home.isEmpty() ? Path.of("").toAbsolutePath().getParent() : Path.of(home);
    }

    @Override
    public String bootstrap() {
        return "127.0.0.1:" + port;
    }

    @Override
    public void restart() {
        List<String> command = new ArrayList<>(launcher());
        command.addAll(List.of("start", "--data", directory.resolve("data").toString()));
        command.addAll(List.of("--set", "listeners=PLAINTEXT://" + bootstrap()));
        settings.forEach(setting -> command.addAll(List.of("--set", setting)));
        process = new ChildProcess(command, directory.resolve("broker-" + lives++ + ".out"));
        process.awaitLine("Millrace ready");
    }

    private static List<String> launcher() {
        String classpath = System.getProperty("millrace.broker.classpath", "");
        if (classpath.isEmpty()) {
            return List.of(home().resolve("millrace").toString());
        }
        return List.of(
                ChildProcess.java(),
                "-Xmx256m",
                "-XX:MaxDirectMemorySize=256m",
                "-XX:+UseSerialGC",
                "-Dio.netty.noPreferDirect=false",
                "-Dzookeeper.jmx.log4j.disable=true",
                "-cp",
                classpath,
                "io.millrace.broker.Main");
    }

    @Override
    public void kill() {
        process.kill();
    }

    @Override
    public void signal(String name) {
        process.signal(name);
    }

    @Override
    public void close() {
        kill();
    }
}
