package io.millrace.broker.cluster.zk;

import io.millrace.broker.cluster.ClusterStore;
import io.millrace.broker.cluster.zk.Ensemble.Member;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** An ensemble of three members in this process, each of which can be stopped and started, and stores on it. */
final class EnsembleFixture {
    final Ensemble ensemble;
    private final Path directory;
    private final ScheduledExecutorService background = Executors.newSingleThreadScheduledExecutor();
    private final TreeMap<Integer, EnsembleMember> running = new TreeMap<>();
    private final List<ClusterStore> stores = new ArrayList<>();

    EnsembleFixture(Path directory) throws IOException {
        this.directory = directory;
        this.ensemble = new Ensemble(freeMembers());
    }

    private static List<Member> freeMembers() throws IOException {
        List<ServerSocket> sockets = new ArrayList<>(); // all open at once, so that they differ
        for (int i = 0; i < 9; i++) {
            sockets.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
        }
        List<Member> members = new ArrayList<>();
        for (int id = 1; id <= 3; id++) {
            members.add(new Member(
                    id,
                    "127.0.0.1",
                    sockets.get(id - 1).getLocalPort(),
                    sockets.get(id + 2).getLocalPort(),
                    sockets.get(id + 5).getLocalPort()));
        }
        for (ServerSocket socket : sockets) {
            socket.close();
        }
        return members;
    }

    Path directory(int id) {
        return directory.resolve("member-" + id);
    }

    EnsembleMember start(int id) throws IOException {
        EnsembleMember member = EnsembleMember.start(directory(id), ensemble, id, background);
        running.put(id, member);
        return member;
    }

    void startAll() throws Exception {
        for (Member member : ensemble.members()) {
            start(member.id());
        }
        for (EnsembleMember member : running.values()) {
            member.serving().get(30, TimeUnit.SECONDS);
        }
    }

    void stop(int id) throws IOException {
        running.remove(id).close();
    }

    EnsembleMember member(int id) {
        return running.get(id);
    }

    ZkConfig config(int sessionTimeoutMs) {
        return new ZkConfig(ensemble.connectString(), sessionTimeoutMs, sessionTimeoutMs, 0, Optional.of(ensemble));
    }

    ZkClusterStore store(int brokerId) throws IOException {
        return store(brokerId, config(6000));
    }

    ZkClusterStore store(int brokerId, ZkConfig config) throws IOException {
        ZkClusterStore store = ZkClusterStore.open(config, brokerId, Clock.systemUTC());
        stores.add(store);
        return store;
    }

    void close() throws IOException {
        stores.parallelStream().forEach(ClusterStore::close);
        for (EnsembleMember member : running.values()) {
            member.close();
        }
        background.shutdownNow();
    }
}
