package io.millrace.tools.mirror;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/**
 * One node of Apache Kafka as a process, broker and controller, with the jars that the module {@code client/kafka} lists.
 *
 * <p>Threading: one thread's.
 */
final class KafkaNode implements AutoCloseable {
    private static final Path JARS = Path.of("..", "client", "kafka", "target", "classpath");

    private final int port = ToolProcess.freePort();
    private final ToolProcess process;

    private KafkaNode(Path directory, String jars) throws IOException {
        Path data = Files.createDirectories(directory.resolve("data"));
        String controller = "127.0.0.1:" + ToolProcess.freePort();
        Path file = directory.resolve("server.properties");
        Files.write(
                file,
                List.of(
                        "process.roles=broker,controller",
                        "node.id=1",
                        "controller.listener.names=CONTROLLER",
                        "listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
                        "listeners=PLAINTEXT://" + bootstrap() + ",CONTROLLER://" + controller,
                        "advertised.listeners=PLAINTEXT://" + bootstrap(),
                        "controller.quorum.voters=1@" + controller,
                        "log.dirs=" + data,
                        "offsets.topic.replication.factor=1",
                        "offsets.topic.num.partitions=1",
                        "transaction.state.log.replication.factor=1",
                        "transaction.state.log.min.isr=1",
                        "transaction.state.log.num.partitions=1",
                        "group.initial.rebalance.delay.ms=0",
                        "group.min.session.timeout.ms=1000",
                        "broker.session.timeout.ms=2000",
                        "broker.heartbeat.interval.ms=300",
                        "log.cleaner.backoff.ms=200",
                        "log.cleaner.dedupe.buffer.size=4194304",
                        "log.index.size.max.bytes=1048576",
                        "num.network.threads=2",
                        "num.io.threads=3"));
        // what formatting would write, without a process of its own for it
        Files.write(
                data.resolve("meta.properties"),
                List.of("version=1", "cluster.id=mirrorITsOfMillraceAAA", "node.id=1", "directory.id=mirrorITsDirectoryAAAw"));
        Path log = directory.resolve("logback.xml");
        Files.writeString(log, """
                <configuration>
                  <appender name="out" class="ch.qos.logback.core.ConsoleAppender">
                    <encoder><pattern>%d{HH:mm:ss.SSS} %-5level %logger{0} %msg%n</pattern></encoder>
                  </appender>
                  <root level="INFO"><appender-ref ref="out"/></root>
                </configuration>
                """);
        process = new ToolProcess(
                directory.resolve("kafka"),
                jars,
                List.of("-Xmx384m", "-Dlogback.configurationFile=" + log),
                "kafka.Kafka",
                List.of(file.toString()));
    }

    /** Starts one on an empty directory; the test is left out, with the reason said, where there are no jars for it. */
    static KafkaNode start(Path directory) throws IOException {
        if (!Files.exists(JARS)) {
            String reason = "Apache Kafka's jars are not known: mvn -pl client/kafka process-test-resources lists them";
            System.err.println("Left out: " + reason);
            Assumptions.abort(reason);
        }
        KafkaNode node = new KafkaNode(directory, Files.readString(JARS).strip());
        node.restart();
        return node;
    }

    String bootstrap() {
        return "127.0.0.1:" + port;
    }

    void kill() {
        process.kill();
    }

    void restart() {
        process.start().awaitLine("Kafka Server started");
    }

    @Override
    public void close() {
        process.close();
    }
}
