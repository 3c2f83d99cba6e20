package io.millrace.broker;

import io.millrace.broker.cluster.zk.EmbeddedZooKeeper;
import io.millrace.broker.cluster.zk.Ensemble;
import io.millrace.broker.cluster.zk.EnsembleMember;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code millrace zookeeper}: runs a ZooKeeper server without a broker, alone or as a member of an ensemble. */
@Command(
        name = "zookeeper",
        description =
                "Runs a ZooKeeper server until it gets SIGTERM or SIGINT: alone, for several brokers on a machine, or as a"
                        + " member of an ensemble.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        footer = {
            "",
            "Examples:",
            "  millrace zookeeper --port 2181 --data /tmp/zk",
            "  millrace start --data /tmp/b1 --set broker.id=1 --set zookeeper.connect=127.0.0.1:2181",
            "  millrace start --data /tmp/b2 --set broker.id=2 --set zookeeper.connect=127.0.0.1:2181"
                    + " --set listeners=PLAINTEXT://127.0.0.1:9093",
            "  millrace zookeeper --ensemble h1:2181,h2:2181,h3:2181 --id 1 --data /tmp/zk    # on h1; on h2 with --id 2"
        })
final class ZooKeeperCommand implements Callable<Integer> {
    private static final long TELL_AFTER_MS = 2000;

    @Option(names = "--port", defaultValue = "2181", description = "where to listen; default ${DEFAULT-VALUE}")
    private int port;

    @Option(
            names = "--host",
            defaultValue = "127.0.0.1",
            description = "address to listen at; default ${DEFAULT-VALUE}")
    private String host;

    @Option(
            names = "--ensemble",
            paramLabel = "LIST",
            description = "the members of an ensemble, as for zookeeper.embedded.ensemble")
    private String ensemble;

    @Option(names = "--id", paramLabel = "N", description = "with --ensemble: which of its members this is, from 1 on")
    private int id;

    @Option(names = "--data", required = true, paramLabel = "DIR", description = "where its data is kept")
    private Path data;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws StartupException, InterruptedException {
        String address;
        try {
            address = ensemble == null ? startAlone() : startMember();
        } catch (IOException e) {
            throw new StartupException(e.getMessage());
        }
        spec.commandLine().getOut().printf("ZooKeeper ready on %s%n", address);
        spec.commandLine().getOut().flush();
        new CountDownLatch(1).await(); // until the signal
        return 0;
    }

    private String startAlone() throws IOException {
        EmbeddedZooKeeper server = EmbeddedZooKeeper.start(data, host, port);
        stopAtTheEnd(server);
        return server.connectString();
    }

    /** Gives the address once it serves. */
    private String startMember() throws IOException, StartupException, InterruptedException {
        Ensemble all;
        try {
            all = Ensemble.parse(ensemble);
        } catch (IllegalArgumentException e) {
            throw new StartupException("--ensemble must be " + Ensemble.FORM);
        }
        ScheduledExecutorService background = Executors.newSingleThreadScheduledExecutor();
        EnsembleMember member = EnsembleMember.start(data, all, id, background);
        stopAtTheEnd(member);
        try {
            member.serving().get(TELL_AFTER_MS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            LoggerFactory.getLogger(ZooKeeperCommand.class)
                    .info(
                            "Waiting until {} of the {} members are up",
                            all.quorum(),
                            all.members().size());
            member.serving().join();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e); // it is never failed
        }
        return member.connectString();
    }

    private static void stopAtTheEnd(Closeable server) {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(server), "shutdown"));
    }

    private static void stop(Closeable server) {
        try {
            server.close();
        } catch (IOException e) {
            Logger log = LoggerFactory.getLogger(ZooKeeperCommand.class);
            log.error("ZooKeeper did not stop cleanly: {}", e.getMessage());
        }
        Runtime.getRuntime().halt(0);
    }
}
