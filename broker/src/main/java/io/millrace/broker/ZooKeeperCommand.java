package io.millrace.broker;

import io.millrace.broker.cluster.zk.EmbeddedZooKeeper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code millrace zookeeper}: runs a ZooKeeper server alone, for trying several brokers on one machine. */
@Command(
        name = "zookeeper",
        description =
                "Runs one ZooKeeper server alone until it gets SIGTERM or SIGINT: for several brokers on a machine.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        footer = {
            "",
            "Examples:",
            "  millrace zookeeper --port 2181 --data /tmp/zk",
            "  millrace start --data /tmp/b1 --set broker.id=1 --set zookeeper.connect=127.0.0.1:2181",
            "  millrace start --data /tmp/b2 --set broker.id=2 --set zookeeper.connect=127.0.0.1:2181"
                    + " --set listeners=PLAINTEXT://127.0.0.1:9093"
        })
final class ZooKeeperCommand implements Callable<Integer> {
    @Option(names = "--port", defaultValue = "2181", description = "where to listen; default ${DEFAULT-VALUE}")
    private int port;

    @Option(
            names = "--host",
            defaultValue = "127.0.0.1",
            description = "address to listen at; default ${DEFAULT-VALUE}")
    private String host;

    @Option(names = "--data", required = true, paramLabel = "DIR", description = "where its data is kept")
    private Path data;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws StartupException, InterruptedException {
        EmbeddedZooKeeper server;
        try {
            server = EmbeddedZooKeeper.start(data, host, port);
        } catch (IOException e) {
            throw new StartupException(e.getMessage());
        }
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(server), "shutdown"));
        spec.commandLine().getOut().printf("ZooKeeper ready on %s%n", server.connectString());
        spec.commandLine().getOut().flush();
        new CountDownLatch(1).await(); // until the signal
        return 0;
    }

    private static void stop(EmbeddedZooKeeper server) {
        try {
            server.close();
        } catch (IOException e) {
            Logger log = LoggerFactory.getLogger(ZooKeeperCommand.class);
            log.error("ZooKeeper did not stop cleanly: {}", e.getMessage());
        }
        Runtime.getRuntime().halt(0);
    }
}
