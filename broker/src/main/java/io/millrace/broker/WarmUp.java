package io.millrace.broker;

import io.millrace.broker.config.Settings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Goes once through what a broker should be quick at from its first time on: its start and end, produce and fetch as a
 * leader and as a follower, and taking over from a broker that is killed. So the classes that all this needs are known and
 * can be kept in an archive of class data. The launcher runs it after a build.
 */
final class WarmUp {
    private static final String LED = "warm-up-led";
    private static final String INHERITED = "warm-up-inherited";

    private WarmUp() {}

    /** @param args an empty directory */
    public static void main(String[] args) throws StartupException, IOException, InterruptedException {
        Main.commandLine().parseArgs("start", "--data", args[0], "--set", "listeners=PLAINTEXT://127.0.0.1:0");
        Path data = Path.of(args[0]);
        int zooKeeperPort = freePort();
        Settings settings = new Settings(Map.of(
                "broker.id",
                "1",
                "log.dirs",
                data.resolve("1").toString(),
                "listeners",
                "PLAINTEXT://127.0.0.1:0",
                "zookeeper.embedded.port",
                String.valueOf(zooKeeperPort)));
        try (WarmUpPeer leader = WarmUpPeer.start(2, data, zooKeeperPort);
                WarmUpPeer witness = WarmUpPeer.start(3, data, zooKeeperPort);
                Broker broker = Broker.start(BrokerConfig.from(settings))) {
            int port = Integer.parseInt(broker.addresses().get(0).split(":")[1]);
            try (WarmUpClient client = WarmUpClient.connect(port)) {
                client.askVersions();
                client.await("three brokers", metadata -> metadata.brokers().size() == 3);
                client.createTopic(LED, List.of(1, leader.id(), witness.id()));
                client.createTopic(INHERITED, List.of(leader.id(), 1));
                client.findCoordinator("warm-up");
                client.await("a leader", metadata -> WarmUpClient.isLedBy(metadata, INHERITED, leader.id()));
                client.produce(LED);
                client.fetch(LED);
                leader.kill();
                client.await("a successor", metadata -> WarmUpClient.isLedBy(metadata, INHERITED, 1));
                client.produce(INHERITED);
            }
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** Another broker, as a process. */
    private record WarmUpPeer(int id, Process process) implements AutoCloseable {

        static WarmUpPeer start(int id, Path data, int zooKeeperPort) throws IOException {
            Path directory = Files.createDirectories(data.resolve(String.valueOf(id)));
            List<String> command = List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-XX:TieredStopAtLevel=1",
                    "-XX:+UseSerialGC",
                    "-cp",
                    System.getProperty("java.class.path"),
                    Main.class.getName(),
                    "start",
                    "--data",
                    directory.toString(),
                    "--set",
                    "broker.id=" + id,
                    "--set",
                    "listeners=PLAINTEXT://127.0.0.1:0",
                    "--set",
                    "zookeeper.connect=127.0.0.1:" + zooKeeperPort);
            return new WarmUpPeer(
                    id,
                    new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start());
        }

        void kill() {
            process.destroyForcibly();
        }

        @Override
        public void close() {
            kill();
            process.onExit().join();
        }
    }
}
