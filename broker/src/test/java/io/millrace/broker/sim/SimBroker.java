package io.millrace.broker.sim;

import io.millrace.broker.api.CloseConnection;
import io.millrace.broker.api.RequestContext;
import io.millrace.broker.api.RequestHandler;
import io.millrace.broker.api.admin.AlterPartitionReassignmentsHandler;
import io.millrace.broker.api.admin.ElectLeadersHandler;
import io.millrace.broker.api.data.FetchHandler;
import io.millrace.broker.api.data.LeaderHints;
import io.millrace.broker.api.data.OffsetForLeaderEpochHandler;
import io.millrace.broker.api.data.ProduceHandler;
import io.millrace.broker.api.meta.Addresses;
import io.millrace.broker.cluster.BrokerRegistration;
import io.millrace.broker.cluster.ClusterView;
import io.millrace.broker.cluster.Endpoint;
import io.millrace.broker.config.Settings;
import io.millrace.broker.log.Log;
import io.millrace.broker.log.LogCrash;
import io.millrace.broker.log.Logs;
import io.millrace.broker.quota.QuotaConfig;
import io.millrace.broker.quota.Quotas;
import io.millrace.broker.quota.ReplicationQuotas;
import io.millrace.broker.replica.BatchRewriting;
import io.millrace.broker.replica.ConversionMemory;
import io.millrace.broker.replica.LeaderSilence;
import io.millrace.broker.replica.Leadership;
import io.millrace.broker.replica.LeadershipListener;
import io.millrace.broker.replica.Partition;
import io.millrace.broker.replica.Partitions;
import io.millrace.broker.replica.ReplicaConfig;
import io.millrace.protocol.ApiException;
import io.millrace.protocol.ApiMessage;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.message.ApiKey;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/**
 * A broker: one disk, and one life after the other on it. Each life is wired like the real one, as far as partitions go,
 * from the same classes.
 *
 * <p>Threading: the world's thread.
 */
final class SimBroker {
    static final String LISTENER = "PLAINTEXT";

    /** What the ledger looks at. */
    interface Replica {
        TopicPartition id();

        Log log();

        Optional<Integer> leaderEpoch();
    }

    private record Led(TopicPartition id, Log log, Optional<Integer> leaderEpoch) implements Replica {}

    private final Simulation world;
    private final int node;
    private final SimDisk disk;
    private final Rng rng;
    private int lives;
    private long downSinceMs;
    private Optional<Life> life = Optional.empty();

    SimBroker(Simulation world, int node, SimDisk disk) {
        this.world = world;
        this.node = node;
        this.disk = disk;
        this.rng = new Rng(world.seed(), "broker-" + node);
    }

    int node() {
        return node;
    }

    SimDisk disk() {
        return disk;
    }

    String rack() {
        return "rack-" + node % 2;
    }

    // ---- lives

    boolean isUp() {
        return life.isPresent();
    }

    boolean isPaused() {
        return life.filter(now -> now.process.isPaused()).isPresent();
    }

    boolean isStopping() {
        return life.filter(now -> now.stopping).isPresent();
    }

    /** Whether it has come so far that it may be judged by what it has. */
    boolean isServing() {
        return life.filter(now -> now.registered).isPresent();
    }

    long runningForMs() {
        return life.map(now -> world.scheduler().nowMs() - now.beganMs).orElse(-1L);
    }

    long downForMs() {
        return life.isPresent() ? -1 : world.scheduler().nowMs() - downSinceMs;
    }

    /** Whether it leads a partition and none of the others in sync has asked for anything in the last 750 ms. */
    boolean isForsaken(TopicPartition id) {
        return life.flatMap(
                        now -> partition(id).map(led -> LeaderSilence.ms(led, now.store.view(), now.runtime.ticksMs())))
                .filter(ms -> ms >= 750)
                .isPresent();
    }

    /** Its view of the cluster, if it has one. */
    Optional<ClusterView> view() {
        return life.flatMap(now -> Optional.ofNullable(now.store)).map(SimStore::view);
    }

    boolean isOf(SimProcess process) {
        return life.filter(now -> now.process == process).isPresent();
    }

    void start() {
        if (life.isEmpty()) {
            lives++;
            world.trace().note(name(), "starts");
            world.network().hostIsBack(node);
            life = Optional.of(new Life());
            life.get().begin();
        }
    }

    private String name() {
        return "broker-" + node;
    }

    void pause() {
        life.ifPresent(now -> {
            world.trace().note(name(), "is paused");
            now.process.pause();
        });
    }

    void resume() {
        life.ifPresent(now -> {
            world.trace().note(name(), "goes on");
            now.process.resume();
        });
    }

    /**
     * Dies at once.
     *
     * @param powerLost whether what was not synced is lost, and nobody refuses connections in its place
     */
    void crash(boolean powerLost) {
        life.ifPresent(now -> {
            world.trace().note(name(), powerLost ? "loses its power" : "is killed");
            life = Optional.empty();
            downSinceMs = world.scheduler().nowMs();
            now.process.kill();
            world.network().died(node, now.process, powerLost);
            if (now.logs != null && !now.logsClosed) {
                disk.crash(now.logs, powerLost, rng);
                world.ledger().crashed(node, disk);
            }
        });
    }

    /** Stops in order; completes when it is down. */
    CompletableFuture<Void> stop() {
        CompletableFuture<Void> down = new CompletableFuture<>();
        life.ifPresentOrElse(
                now -> {
                    world.trace().note(name(), "stops");
                    now.stop(down);
                },
                () -> down.complete(null));
        return down;
    }

    /** From now on it hears of everything in the store so much later. */
    void lag(long us) {
        life.ifPresent(now -> {
            if (now.store != null) {
                world.trace().note(name(), "hears of the store's news %s ms late", us / 1000);
                now.store.lag(us);
            }
        });
    }

    /** The store's connection breaks no more by itself. */
    void calm() {
        life.ifPresent(now -> {
            if (now.store != null) {
                now.store.calm();
            }
        });
    }

    Optional<Leadership> leadership() {
        return life.filter(now -> now.registered).map(now -> now.leadership);
    }

    /** Has the ledger look at everything that is here. */
    void look() {
        life.ifPresent(Life::look);
    }

    Optional<Partition> partition(TopicPartition id) {
        return life.flatMap(now -> Optional.ofNullable(now.partitions)).flatMap(all -> all.find(id));
    }

    /** One run of the broker's process. */
    private final class Life implements SimServer.Handlers {
        private final SimProcess process;
        private final SimLane main;
        private final SimRuntime runtime;
        private final SimExecutor background;
        private final SimExecutor timer;
        private final SimExecutor coldReaders;
        private final Settings settings;
        private final long beganMs = world.scheduler().nowMs();
        private final Map<ApiKey, RequestHandler<? extends ApiMessage, ? extends ApiMessage>> handlers =
                new HashMap<>();
        private final Map<TopicPartition, Log> seen = new HashMap<>();
        private SimStore store;
        private SimPeerClient peers;
        private Logs logs;
        private boolean logsClosed;
        private Partitions partitions;
        private Leadership leadership;
        private FetchHandler fetch;
        private boolean registered;
        private boolean stopping;

        Life() {
            process = world.process(name() + "." + lives, world.slowness());
            main = process.lane("main");
            runtime = new SimRuntime(process, rng.between(-2_000, 2_000));
            background = SimExecutor.pool(process, "background", 2);
            timer = SimExecutor.single(process, "timer");
            coldReaders = SimExecutor.pool(process, "cold-read", 4);
            Map<String, String> own = new HashMap<>(world.brokerSettings());
            own.put("broker.id", Integer.toString(node));
            own.put("broker.rack", rack());
            settings = disk.settings(own);
        }

        void begin() {
            main.executeAfter(world.startUs(rng), () -> {
                logs = disk.open(process, settings, runtime.clock(), background);
                for (Log log : logs.all()) {
                    world.ledger().opened(node, new Led(log.topicPartition(), log, Optional.empty()));
                    seen.put(log.topicPartition(), log);
                }
                store = new SimStore(world.truth(), node, process, world.sessionMs(), world.oneCutIn());
                store.firstView().thenRun(() -> main.execute(this::wire));
            });
        }

        /** As {@code Broker} does it. */
        private void wire() {
            peers = new SimPeerClient(world.network(), node, process);
            partitions = new Partitions(node, store, runtime);
            Quotas quotas = new Quotas(
                    QuotaConfig.from(settings), () -> world.scheduler().nowUs() * 1000);
            ReplicationQuotas replication = ReplicationQuotas.open(
                    QuotaConfig.ofReplication(settings), () -> world.scheduler().nowUs() * 1000);
            ConversionMemory memory = ConversionMemory.ofHeap();
            Addresses addresses = new Addresses(node, false);
            fetch = new FetchHandler(
                    settings,
                    store,
                    partitions,
                    runtime.clock(),
                    quotas,
                    replication.leading(),
                    coldReaders,
                    memory,
                    addresses);
            handlers.put(ApiKey.FETCH, fetch);
            handlers.put(
                    ApiKey.PRODUCE,
                    new ProduceHandler(
                            store,
                            partitions,
                            runtime.clock(),
                            timer,
                            new BatchRewriting(memory),
                            new LeaderHints(store, addresses)));
            handlers.put(ApiKey.OFFSET_FOR_LEADER_EPOCH, new OffsetForLeaderEpochHandler(partitions));
            handlers.put(ApiKey.ALTER_PARTITION_REASSIGNMENTS, new AlterPartitionReassignmentsHandler(store));
            leadership = new Leadership(
                    new Leadership.Surroundings(node, store, logs, partitions, peers, replication.following(), runtime),
                    ReplicaConfig.from(settings),
                    SimDisk.defaults(settings),
                    new Nobody());
            handlers.put(ApiKey.ELECT_LEADERS, new ElectLeadersHandler(store, leadership));
            world.network().listen(node, new SimServer(node, process, this));
            BrokerRegistration registration = new BrokerRegistration(
                            node,
                            List.of(new Endpoint(LISTENER, LISTENER, "host-" + node, 9092)),
                            Optional.of(rack()),
                            0)
                    .withRecovering(leadership.mayLackRecords());
            register(registration);
        }

        private void register(BrokerRegistration registration) {
            store.register(registration)
                    .whenComplete((done, failure) -> main.execute(() -> {
                        if (failure != null) {
                            world.trace().note(name(), "cannot register: %s", String.valueOf(failure.getMessage()));
                            main.after(500, () -> register(registration));
                            return;
                        }
                        registered = true;
                        leadership
                                .start()
                                .whenComplete((started, why) -> main.execute(() -> {
                                    if (why != null) {
                                        world.trace()
                                                .note(name(), "cannot start: %s", String.valueOf(why.getMessage()));
                                        world.failed(process.name(), why);
                                    }
                                    world.trace().note(name(), "has started");
                                    LogCrash.startHousekeeping(logs);
                                }));
                    }));
        }

        @Override
        public CompletionStage<? extends ApiMessage> handle(RequestContext context, ApiKey key, ApiMessage request) {
            try {
                return handle(handlers.get(key), context, request).whenComplete((answer, failure) -> judge(failure));
            } catch (ApiException e) {
                return CompletableFuture.failedFuture(e);
            }
        }

        @SuppressWarnings("unchecked")
        private static <Q extends ApiMessage, R extends ApiMessage> CompletionStage<R> handle(
                RequestHandler<Q, R> handler, RequestContext context, ApiMessage request) {
            return handler.handle(context, (Q) request);
        }

        /** What else than these a handler fails with is a defect. */
        private void judge(Throwable failure) {
            Throwable why = failure instanceof CompletionException wrapped ? wrapped.getCause() : failure;
            boolean usual = why == null
                    || why instanceof ApiException
                    || why instanceof CloseConnection
                    || why instanceof java.util.concurrent.CancellationException;
            if (!usual) {
                world.failed(process.name(), why);
            }
        }

        void look() {
            if (partitions == null || logsClosed) {
                return;
            }
            for (TopicPartition id : List.copyOf(seen.keySet())) {
                if (logs.get(id).filter(log -> log == seen.get(id)).isEmpty()) {
                    seen.remove(id);
                    world.ledger().dropped(node, id);
                }
            }
            for (Partition partition : partitions.all()) {
                Log log = partition.log();
                Led led = new Led(partition.id(), log, partition.leaderEpoch());
                if (seen.put(partition.id(), log) != log) {
                    world.ledger().made(node, led);
                }
                world.ledger().look(node, led);
            }
        }

        void stop(CompletableFuture<Void> down) {
            if (leadership == null || !registered || stopping) {
                crash(false);
                down.complete(null);
                return;
            }
            stopping = true;
            leadership
                    .handOverAll()
                    .whenComplete((done, failure) -> main.execute(() -> {
                        var unused = store.unregister(); // may be cut off: it goes all the same
                        fetch.stopWaiting();
                        partitions.wakeAll();
                        main.after(
                                20,
                                () -> { // what is under way is answered
                                    leadership.close();
                                    look();
                                    registered = false;
                                    logsClosed = true;
                                    logs.close();
                                    store.close();
                                    peers.close();
                                    process.kill();
                                    world.network().died(node, process, false);
                                    life = Optional.empty();
                                    downSinceMs = world.scheduler().nowMs();
                                    world.trace().note(name(), "is down");
                                    down.complete(null);
                                });
                    }));
        }
    }

    private static final class Nobody implements LeadershipListener {
        @Override
        public void leads(Partition partition, int leaderEpoch) {}

        @Override
        public void resigned(TopicPartition partition) {}
    }
}
