package io.millrace.client.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * An Apache Kafka broker as a process: one KRaft node that is broker and controller. Its jars are those that the module
 * {@code client/kafka} lists; no test sees them.
 *
 * <p>Threading: one thread starts and ends it.
 */
public final class KafkaProcess implements ClusterUnderTest {
    private static final String CLUSTER_ID = "clientSuiteOfMillraceA";

    /** Small, since it serves one test at a time; a broker that was killed is let in again when its session is over. */
    private static final List<String> USUAL = List.of(
            "process.roles=broker,controller",
            "node.id=1",
            "controller.listener.names=CONTROLLER",
            "listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
            "offsets.topic.replication.factor=1",
            "offsets.topic.num.partitions=3",
            "transaction.state.log.replication.factor=1",
            "transaction.state.log.min.isr=1",
            "transaction.state.log.num.partitions=3",
            "share.coordinator.state.topic.replication.factor=1",
            "share.coordinator.state.topic.min.isr=1",
            "group.consumer.min.heartbeat.interval.ms=200",
            "group.consumer.heartbeat.interval.ms=300",
            "log.cleaner.dedupe.buffer.size=4194304",
            "log.index.size.max.bytes=1048576",
            "broker.session.timeout.ms=3000",
            "broker.heartbeat.interval.ms=500",
            "num.network.threads=2",
            "num.io.threads=4");

    private final Path directory;
    private final Path file;
    private final int port = Ports.free();
    private ChildProcess process;
    private int lives;

    private KafkaProcess(Path directory) {
        this.directory = directory;
        this.file = directory.resolve("server.properties");
    }

    /** Starts one on an empty directory, and waits until it is ready. */
    public static KafkaProcess start(Path directory, String... settings) {
        KafkaProcess broker = new KafkaProcess(directory);
        broker.configure(List.of(settings));
        broker.format();
        broker.restart();
        return broker;
    }

    private void configure(List<String> settings) {
        String controller = "127.0.0.1:" + Ports.free();
        List<String> lines = new ArrayList<>(USUAL);
        lines.add("listeners=PLAINTEXT://" + bootstrap() + ",CONTROLLER://" + controller);
        lines.add("advertised.listeners=PLAINTEXT://" + bootstrap() + ",CONTROLLER://" + controller);
        lines.add("controller.quorum.bootstrap.servers=" + controller);
        lines.add("log.dirs=" + directory.resolve("data"));
        lines.addAll(settings);
        try {
            Files.write(file, lines);
            Files.writeString(directory.resolve("logback.xml"), """
                    <configuration>
                      <appender name="out" class="ch.qos.logback.core.ConsoleAppender">
                        <encoder><pattern>%d{HH:mm:ss.SSS} %-5level %logger{0} [%thread] %msg%n</pattern></encoder>
                      </appender>
                      <root level="INFO"><appender-ref ref="out"/></root>
                    </configuration>
                    """);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void format() {
        Path out = directory.resolve("format.out");
        List<String> command = java("kafka.tools.StorageTool");
        command.addAll(List.of("format", "--standalone", "-t", CLUSTER_ID, "-c", file.toString()));
        int code = new ChildProcess(command, out).awaitExit();
        if (code != 0) {
            throw new IllegalStateException("formatting ended with " + code + ", see " + out);
        }
    }

    private List<String> java(String main) {
        return new ArrayList<>(List.of(
                ChildProcess.java(),
                "-Xmx384m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:-UsePerfData",
                "-Djava.awt.headless=true",
                "-Dlogback.configurationFile=" + directory.resolve("logback.xml"),
                "-cp",
                classpath(),
                main));
    }

    private static String classpath() {
        Path list = BrokerProcess.home().resolve("client/kafka/target/classpath");
        try {
            return Files.readString(list).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "Apache Kafka's jars are not known: run mvn -pl client/kafka process-test-resources", e);
        }
    }

    @Override
    public String bootstrap() {
        return "127.0.0.1:" + port;
    }

    @Override
    public void restart() {
        List<String> command = java("kafka.Kafka");
        command.add(file.toString());
        process = new ChildProcess(command, directory.resolve("broker-" + lives++ + ".out"));
        process.awaitLine("Kafka Server started");
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
