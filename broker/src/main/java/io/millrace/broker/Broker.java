package io.millrace.broker;

import io.millrace.broker.api.data.FetchHandler;
import io.millrace.broker.api.meta.Addresses;
import io.millrace.broker.api.quota.QuotaFollower;
import io.millrace.broker.cluster.BrokerRegistration;
import io.millrace.broker.cluster.ClusterNumbers;
import io.millrace.broker.cluster.ClusterStore;
import io.millrace.broker.cluster.Endpoint;
import io.millrace.broker.cluster.TopicChanges;
import io.millrace.broker.cluster.TopicState;
import io.millrace.broker.cluster.zk.EnsembleMember;
import io.millrace.broker.cluster.zk.LastingZooKeeper;
import io.millrace.broker.cluster.zk.ZkClusterStore;
import io.millrace.broker.cluster.zk.ZkConfig;
import io.millrace.broker.config.InvalidSettingException;
import io.millrace.broker.config.Settings;
import io.millrace.broker.coordinator.Scheduler;
import io.millrace.broker.coordinator.ShardRuntime;
import io.millrace.broker.group.GroupCoordinator;
import io.millrace.broker.lag.LagKeeper;
import io.millrace.broker.lag.LagNumbers;
import io.millrace.broker.log.LogDirectories;
import io.millrace.broker.log.Logs;
import io.millrace.broker.log.UnusableDirectoryException;
import io.millrace.broker.metrics.Metrics;
import io.millrace.broker.net.ListenerAddress;
import io.millrace.broker.net.NettyPeerClient;
import io.millrace.broker.net.NetworkServer;
import io.millrace.broker.net.admin.Page;
import io.millrace.broker.quota.QuotaConfig;
import io.millrace.broker.quota.Quotas;
import io.millrace.broker.quota.ReplicationQuotas;
import io.millrace.broker.replica.ConversionMemory;
import io.millrace.broker.replica.Departure;
import io.millrace.broker.replica.Leadership;
import io.millrace.broker.replica.Partitions;
import io.millrace.broker.replica.RealRuntime;
import io.millrace.broker.replica.Repairs;
import io.millrace.broker.replica.ReplicaRuntime;
import io.millrace.broker.replica.ThrottleSettings;
import io.millrace.protocol.ApiException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledExecutorService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A broker: constructs every room, starts them from the bottom up, and stops them in the mirrored order.
 *
 * <p>Threading: one thread starts it, one closes it.
 */
public final class Broker implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Broker.class);
    private static final String ZOOKEEPER_DIRECTORY = "zookeeper";
    private static final long DRAIN_MS = 2000;

    private final BrokerConfig config;
    private final Clock clock;
    private final Metrics metrics = new Metrics();
    private final LiveNumbers live;
    private final CountDownLatch closed = new CountDownLatch(1);

    /** What has been started, the last first; each knows how to stop. */
    private final Deque<Closing> started = new ArrayDeque<>();

    private Optional<NetworkServer> network = Optional.empty();
    private List<ListenerAddress> bound = List.of();
    private String clusterId = "";
    private boolean dying; // stops without what a stop in order does for others and for the next start

    private interface Closing {
        void close() throws IOException, InterruptedException;
    }

    private Broker(BrokerConfig config, Clock clock) {
        this.config = config;
        this.clock = clock;
        this.live = new LiveNumbers(config.brokerId(), clock.millis());
    }

    /**
     * Starts a broker inside another program, such as a test. When this returns, clients can use it.
     *
     * @param settings by Kafka's names, as in a properties file
     * @throws IOException with one line that says what has to be mended; nothing is left running
     */
    public static Broker start(Map<String, String> settings, Clock clock) throws IOException {
        try {
            return start(BrokerConfig.from(new Settings(settings)), clock);
        } catch (StartupException | InvalidSettingException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    static Broker start(BrokerConfig config) throws StartupException {
        return start(config, Clock.systemUTC());
    }

    /**
     * Starts a broker. When this returns, clients can use it.
     *
     * @throws StartupException for what the operator can mend; all that had been started is stopped again
     */
    private static Broker start(BrokerConfig config, Clock clock) throws StartupException {
        Broker broker = new Broker(config, clock);
        try {
            broker.start();
            return broker;
        } catch (IOException e) {
            broker.close();
            throw new StartupException(e.getMessage());
        } catch (CompletionException e) {
            broker.close();
            throw new StartupException(
                    e.getCause() instanceof ApiException
                                    || e.getCause() instanceof IOException
                                    || e.getCause() instanceof UnusableDirectoryException
                            ? e.getCause().getMessage()
                            : String.valueOf(e.getCause()));
        } catch (UnusableDirectoryException e) {
            broker.close();
            throw new StartupException(e.getMessage());
        } catch (RuntimeException e) {
            broker.close();
            throw e;
        }
    }

    private void start() throws IOException {
        Threads threads = new Threads(config.net().requestThreads());
        started.push(threads::close);
        threads.requests().addTo(metrics);
        NetworkServer server = new NetworkServer(config.net(), threads.requests(), metrics);
        started.push(server::close);
        network = Optional.of(server);
        bound = server.bind();
        live.addTo(metrics);
        Health health = new Health(config.brokerId(), live);
        Operations operations = new Operations(config.admin(), config.jmxPort(), metrics, health);
        started.push(operations::close);
        operations.open();

        LogDirectories directories = LogDirectories.lock(config.logs().directories());
        started.push(directories::close);
        CompletableFuture<Logs> opening = CompletableFuture.supplyAsync(
                () -> Logs.open(directories, config.logs(), clock, threads.background()), threads.requests());
        ClusterStore cluster;
        try {
            cluster = connect(directories.homeOf(ZOOKEEPER_DIRECTORY), threads.background());
        } catch (IOException | RuntimeException e) {
            closeOpened(opening); // or the next start would take this for an unclean stop
            throw e;
        }
        started.push(cluster::close);
        Logs logs = opening.join();
        started.push(() -> {
            if (dying) {
                logs.abandon();
            } else {
                logs.close();
            }
        });
        clusterId = cluster.view().clusterId();
        live.inCluster(clusterId);
        logs.addTo(metrics);
        new ClusterNumbers(config.brokerId(), cluster).addTo(metrics);
        directories.claim(config.brokerId(), clusterId);

        ReplicaRuntime runtime = new RealRuntime(clock);
        NettyPeerClient peers = new NettyPeerClient(config.brokerId(), config.net());
        started.push(peers::close);
        Partitions partitions = new Partitions(config.brokerId(), cluster, runtime, metrics);
        health.watch(cluster, partitions, logs);
        GroupCoordinator groups = groups(threads, cluster);
        started.push(groups::close);
        LagKeeper lag = new LagKeeper(config.lag(), cluster, partitions, groups, peers, clock, threads.background());
        started.push(lag::close);
        new LagNumbers(lag).addTo(metrics);
        operations.add("/lag", () -> Page.json(200, lag.report().json()));
        ReplicationQuotas replicationQuotas =
                ReplicationQuotas.open(QuotaConfig.ofReplication(config.settings()), System::nanoTime);
        replicationQuotas.addTo(metrics);
        Leadership leadership = new Leadership(
                new Leadership.Surroundings(
                        config.brokerId(), cluster, logs, partitions, peers, replicationQuotas.following(), runtime),
                config.replication(),
                config.topicDefaults(),
                new GroupLeadership(groups));
        started.push(leadership::close);
        ClusterStore.Subscription deletions = cluster.subscribe(new DeletedTopics(groups));
        started.push(deletions::close);

        Quotas quotas = new Quotas(config.quotas(), System::nanoTime);
        ClusterStore.Subscription quotaChanges = cluster.subscribe(new QuotaFollower(quotas));
        started.push(quotaChanges::close);
        ClusterStore.Subscription throttles =
                cluster.subscribe(new ThrottleSettings(config.brokerId(), replicationQuotas, logs.moveThrottle()));
        started.push(throttles::close);
        ConversionMemory conversions = ConversionMemory.ofHeap();
        FetchHandler fetch = new FetchHandler(
                config.settings(),
                cluster,
                partitions,
                clock,
                quotas,
                replicationQuotas.leading(),
                threads.coldReaders(),
                conversions,
                new Addresses(config.brokerId(), !config.net().advertised().isEmpty()));
        fetch.addTo(metrics);
        quotas.addTo(metrics);
        TopicChanges changes = new TopicChanges(cluster, config.newTopics(), new Random(), threads.timer());
        // Before this broker leads anything: others ask it what it has, so that they can agree on who is to lead.
        server.serve(new HandlerTable(
                        config,
                        cluster,
                        logs,
                        partitions,
                        leadership,
                        groups,
                        changes,
                        fetch,
                        conversions,
                        quotas,
                        threads.timer(),
                        clock)
                .build());
        started.push(() -> {
            fetch.stopWaiting();
            partitions.wakeAll();
            groups.close();
            if (!dying) {
                server.drain(DRAIN_MS);
            }
        });
        cluster.register(registration(leadership.mayLackRecords()))
                .toCompletableFuture()
                .join();
        leadership.start().toCompletableFuture().join();
        logs.startHousekeeping();
        Repairs repairs = new Repairs(config.brokerId(), cluster, logs, peers, runtime);
        started.push(repairs::close);
        repairs.start();
        Departure departure = new Departure(config.brokerId(), cluster);
        started.push(() -> {
            live.became(LiveNumbers.State.HANDING_OVER);
            if (!dying) {
                leadership
                        .handOverAll()
                        .thenCompose(done -> departure.leave())
                        .toCompletableFuture()
                        .join();
            }
            live.became(LiveNumbers.State.STOPPING);
        });
        lag.start();
        live.became(LiveNumbers.State.RUNNING);
        operations.start(threads.background());
    }

    private static void closeOpened(CompletableFuture<Logs> opening) {
        try {
            opening.join().close();
        } catch (CompletionException e) {
            LOG.error("The logs could not be opened either: {}", String.valueOf(e.getCause()));
        }
    }

    private ClusterStore connect(Path data, ScheduledExecutorService background) throws IOException {
        ZkConfig zooKeeper = config.zooKeeper();
        if (zooKeeper.isEmbedded()) {
            LastingZooKeeper embedded =
                    LastingZooKeeper.start(data.resolve(ZOOKEEPER_DIRECTORY), zooKeeper.embeddedPort(), background);
            started.push(embedded::close);
            zooKeeper = zooKeeper.at(embedded.connectString());
        }
        if (zooKeeper.ensemble().flatMap(all -> all.member(config.brokerId())).isPresent()) {
            EnsembleMember member = EnsembleMember.start(
                    data.resolve(ZOOKEEPER_DIRECTORY), zooKeeper.ensemble().get(), config.brokerId(), background);
            started.push(member::close);
        }
        return ZkClusterStore.open(zooKeeper, config.brokerId(), clock, metrics);
    }

    private GroupCoordinator groups(Threads threads, ClusterStore cluster) {
        ShardRuntime runtime =
                new ShardRuntime(threads.requests(), threads.background(), Scheduler.on(threads.timer()), clock);
        return new GroupCoordinator(
                config.groups(),
                new ViewTopics(cluster),
                () -> cluster.view()
                        .topic(GroupCoordinator.TOPIC)
                        .map(TopicState::partitionCount)
                        .orElse(0),
                runtime,
                () -> UUID.randomUUID().toString(),
                metrics);
    }

    private BrokerRegistration registration(boolean recovering) throws UnknownHostException {
        List<Endpoint> endpoints = new ArrayList<>();
        for (ListenerAddress listener : bound) {
            Optional<ListenerAddress> advertised = config.net().advertised().stream()
                    .filter(address -> address.name().equals(listener.name()))
                    .findFirst();
            String host = advertised.isPresent() ? advertised.get().host() : reachableHost(listener);
            int port = advertised.map(ListenerAddress::port).orElse(listener.port());
            endpoints.add(new Endpoint(listener.name(), "PLAINTEXT", host, port));
        }
        return new BrokerRegistration(config.brokerId(), endpoints, config.rack(), 0, recovering);
    }

    /** What other brokers tell their clients of a listener that has no host of its own. */
    private static String reachableHost(ListenerAddress listener) throws UnknownHostException {
        boolean any = listener.host().isEmpty()
                || InetAddress.getByName(listener.host()).isAnyLocalAddress();
        return any ? InetAddress.getLocalHost().getCanonicalHostName() : listener.host();
    }

    public int id() {
        return config.brokerId();
    }

    public String clusterId() {
        return clusterId;
    }

    /** The addresses that it listens at, as {@code host:port}. */
    public List<String> addresses() {
        return bound.stream()
                .map(address -> (address.host().isEmpty() ? "0.0.0.0" : address.host()) + ":" + address.port())
                .toList();
    }

    /** Closes all connections of clients and other brokers; they may come again at once. */
    public void dropConnections() {
        network.ifPresent(NetworkServer::dropConnections);
    }

    /**
     * Stands still as seen from the network, connections open and nothing answered, until what is returned is closed. Its
     * session in ZooKeeper goes on.
     */
    public AutoCloseable standStill() {
        return network.<AutoCloseable>map(NetworkServer::standStill).orElse(() -> {});
    }

    /**
     * Ends about as kill -9 ends a process: connections break, nobody is told, nothing is handed over, and the next start
     * finds files that nobody closed.
     */
    public void die() {
        network.ifPresent(NetworkServer::close);
        dying = true;
        close();
    }

    /** Waits until it is closed. */
    public void awaitClosed() throws InterruptedException {
        closed.await();
    }

    /** Stops: answers what is in flight, flushes, leaves the mark of a clean stop. Bounded in time. */
    @Override
    public void close() {
        boolean interrupted = false;
        while (!started.isEmpty()) {
            try {
                started.pop().close();
            } catch (IOException | RuntimeException e) {
                LOG.error("Something did not stop cleanly", e);
            } catch (InterruptedException e) {
                interrupted = true; // told at the end only: Java closes the files that an interrupted thread works on
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        closed.countDown();
    }
}
