package io.millrace.broker.it;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * ZooKeeper as processes of its own: one server alone or the members of an ensemble, numbered from 1.
 *
 * <p>Threading: one thread uses it.
 */
final class ZooKeeperProcesses implements AutoCloseable {
    private final Path directory;
    private final List<BrokerProcess.Home> homes = new ArrayList<>();
    private final List<String> members = new ArrayList<>();
    private final MillraceProcess[] processes;

    ZooKeeperProcesses(Path directory, ClusterProcesses.Network network, int servers) {
        this.directory = directory;
        processes = new MillraceProcess[servers];
        for (int n = 1; n <= servers; n++) {
            BrokerProcess.Home home = network.home("z" + n);
            homes.add(home);
            members.add(home.address() + ":" + Ports.free() + ":" + Ports.free());
        }
    }

    String connectString() {
        return homes.stream().map(BrokerProcess.Home::address).collect(Collectors.joining(","));
    }

    /** Starts all and waits until they serve. */
    void start() {
        for (int n = 1; n <= processes.length; n++) {
            launch(n);
        }
        for (int n = 1; n <= processes.length; n++) {
            awaitReady(n);
        }
    }

    void launch(int n) {
        List<String> arguments = new ArrayList<>(List.of("zookeeper", "--data", directory.resolve("zk-" + n) + ""));
        BrokerProcess.Home home = homes.get(n - 1);
        arguments.addAll(
                processes.length == 1
                        ? List.of("--host", home.host(), "--port", home.port() + "")
                        : List.of("--ensemble", String.join(",", members), "--id", n + ""));
        processes[n - 1] = MillraceProcess.launch(Map.of(), home.prefix(), arguments);
    }

    void awaitReady(int n) {
        processes[n - 1].awaitLine("ZooKeeper ready");
    }

    /** kill -9. */
    void kill(int n) {
        processes[n - 1].kill();
    }

    @Override
    public void close() {
        for (MillraceProcess process : processes) {
            if (process != null) {
                process.close();
            }
        }
    }
}
