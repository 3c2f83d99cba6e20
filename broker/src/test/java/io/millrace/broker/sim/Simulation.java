package io.millrace.broker.sim;

import io.millrace.broker.cluster.ClusterView;
import io.millrace.broker.cluster.NewTopic;
import io.millrace.broker.cluster.PartitionState;
import io.millrace.broker.cluster.TopicState;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.Uuid;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;

/**
 * One run of a cluster, which its seed decides in everything: who is there, what happens to them, in which order. Ends
 * when all faults are over, everything works again and all that must hold has been seen to.
 *
 * <p>Threading: one thread runs it; several runs may go on beside one another.
 */
final class Simulation {
    private static final int TRACE = 600;
    private static final long START_MS = 30_000;
    private static final long TROUBLE_MS = 150_000;
    private static final long HEAL_MS = 60_000;
    private static final long HURRY_US = 40_000;
    private static final long CHECK_EVERY_US = 50_000;

    /** Brokers have numbers below, clients from here on. */
    static final int FIRST_CLIENT = 100;

    static final int ADMIN = 99_999;

    private final long seed;
    private final Rng rng;
    private final SimScheduler scheduler = new SimScheduler();
    private final Trace trace = new Trace(scheduler, TRACE);
    private final Path home;
    private final Faults faults;
    private final SimNetwork network;
    private final SimTruth truth;
    private final Ledger ledger;
    private final List<SimBroker> brokers = new ArrayList<>();
    private final List<SimProducer> producers = new ArrayList<>();
    private final List<SimConsumer> consumers = new ArrayList<>();
    private final Map<String, String> brokerSettings;
    private final List<String> forgiven = new ArrayList<>();
    private final int slowness;
    private final int oneCutIn;
    private final long thinkUs;
    private Optional<Throwable> failure = Optional.empty();
    private String failedIn = "";
    private long producerIds = 1_000;
    private long operations;
    private int faultCount;

    /** What a run came to. */
    record Outcome(
            long seed, String faults, long events, long virtualMs, long operations, long hash, List<String> lost) {}

    Simulation(long seed, Path home) {
        this.seed = seed;
        this.home = home;
        this.rng = new Rng(seed, "world");
        this.faults = Faults.of(rng);
        this.slowness = faults.equals(Faults.GENTLE) ? 0 : rng.below(6);
        this.oneCutIn = faults.storeTrouble() ? (int) rng.between(5, 40) : 0;
        this.thinkUs = rng.between(200_000, 2_500_000);
        this.brokerSettings = new HashMap<>(Map.of(
                "replica.lag.time.max.ms", "1500",
                "controlled.shutdown.wait.ms", "2000",
                "unclean.return.wait.ms", "4000",
                "log.segment.bytes", rng.oneIn(3) ? "1200" : "1000000"));
        this.network = new SimNetwork(process("wires", 0), trace);
        this.truth = new SimTruth(network);
        this.ledger = new Ledger(
                truth.view(),
                new Ledger.Brokers() {
                    @Override
                    public boolean isServing(int broker) {
                        return broker(broker).isServing();
                    }

                    @Override
                    public long runningForMs(int broker) {
                        return broker(broker).runningForMs();
                    }

                    @Override
                    public long downForMs(int broker) {
                        return broker(broker).downForMs();
                    }

                    @Override
                    public boolean isForsaken(int broker, TopicPartition id) {
                        return broker(broker).isForsaken(id);
                    }
                },
                trace,
                4_000,
                forgiven::add,
                new HandOvers(!faults.storeTrouble()));
        truth.observe(this::truthChanged);
    }

    // ---- for those who act in it

    long seed() {
        return seed;
    }

    SimScheduler scheduler() {
        return scheduler;
    }

    Trace trace() {
        return trace;
    }

    SimNetwork network() {
        return network;
    }

    SimTruth truth() {
        return truth;
    }

    Ledger ledger() {
        return ledger;
    }

    List<SimBroker> brokers() {
        return brokers;
    }

    SimBroker broker(int node) {
        return brokers.get(node - 1);
    }

    Map<String, String> brokerSettings() {
        return brokerSettings;
    }

    SimProcess process(String name, int itsSlowness) {
        return new SimProcess(scheduler, name, seed, itsSlowness, this::failed);
    }

    int slowness() {
        return slowness;
    }

    long sessionMs() {
        return 3_000;
    }

    int oneCutIn() {
        return oneCutIn;
    }

    long nextProducerId() {
        return producerIds++;
    }

    void countOperation() {
        operations++;
    }

    /** Producers think of nothing for a while: what is about to happen meets them at work. */
    void hurry() {
        producers.forEach(producer -> producer.hurry(scheduler.nowUs() + HURRY_US));
    }

    /** How long a client thinks before it does the next thing. */
    long thinkUs(Rng stream) {
        return stream.oneIn(5) ? stream.below(5_000) : stream.below(thinkUs);
    }

    long startUs(Rng stream) {
        return stream.between(20_000, 800_000);
    }

    /** What some broker that runs would answer to who asks for metadata. */
    Optional<ClusterView> someView(Rng stream) {
        List<SimBroker> running = brokers.stream()
                .filter(broker -> broker.isUp() && !broker.isPaused())
                .toList();
        return running.isEmpty() ? Optional.empty() : stream.pick(running).view();
    }

    /** Something that must not happen has happened: the run ends. */
    void failed(String where, Throwable what) {
        if (failure.isEmpty()) {
            failure = Optional.of(what);
            failedIn = where;
        }
    }

    void logged(String level, String who, String what) {
        SimProcess last = scheduler.last();
        trace.note(last == null ? "?" : last.name(), "%s %s: %s", level, who, what);
    }

    private void truthChanged(ClusterView view) {
        try {
            ledger.changed(view, truth.writer());
        } catch (Violation e) {
            failed("the shared truth", e);
        }
    }

    // ---- the run

    /** Runs it. Throws {@link RunFailed} if anything did not hold. */
    Outcome run() {
        try {
            build();
            until(
                    START_MS,
                    "all brokers have started",
                    () -> truth.view().brokers().size() == brokers.size());
            createTopics();
            until(START_MS, "all partitions are led", this::allLed);
            Operator operator = new Operator(this, faults, faultCount);
            operator.start();
            producers.forEach(SimProducer::start);
            consumers.forEach(SimConsumer::start);
            until(TROUBLE_MS, "all faults have happened", operator::isDone);
            trace.note("world", "all faults are over");
            operator.heal();
            producers.forEach(SimProducer::finish);
            heal(operator);
            new FinalCheck(this).check();
            return new Outcome(
                    seed, faults.name(), scheduler.events(), scheduler.nowMs(), operations, scheduler.hash(), forgiven);
        } catch (Violation e) {
            throw new RunFailed(this, e);
        } finally {
            brokers.forEach(broker -> broker.crash(false));
            SimDisk.remove(home);
        }
    }

    private void heal(Operator operator) {
        long deadlineMs = scheduler.nowMs() + HEAL_MS;
        while (!isHealed()) {
            if (scheduler.nowMs() > deadlineMs) {
                throw new Violation("a minute after the last fault not all is well: %s", whatIsWrong());
            }
            advance(scheduler.nowUs() + CHECK_EVERY_US);
            operator.heal(); // a broker that was stopping then is down by now
        }
    }

    private void build() {
        int count = (int) rng.between(3, 5);
        for (int node = 1; node <= count; node++) {
            brokers.add(new SimBroker(this, node, new SimDisk(home.resolve("broker-" + node))));
        }
        brokers.forEach(SimBroker::start);
        faultCount = (int) rng.between(6, 18);
    }

    private void createTopics() {
        int client = FIRST_CLIENT;
        for (int t = 0; t < rng.between(1, 2); t++) {
            String name = (t > 0 && seed % 3 == 0 ? "__" : "") + "topic-" + (char) ('a' + t); // internal: led by turns
            int partitions = (int) rng.between(1, 3);
            int replication = (int) rng.between(2, Math.min(3, brokers.size()));
            int minInSync = rng.oneIn(4) ? 1 : 2;
            List<List<Integer>> replicas = new ArrayList<>();
            for (int p = 0; p < partitions; p++) {
                replicas.add(someBrokers(rng, replication));
            }
            Map<String, String> config = new TreeMap<>();
            config.put("min.insync.replicas", Integer.toString(minInSync));
            if (rng.oneIn(5)) {
                config.put("flush.messages", "1");
            }
            trace.note("world", "%s has replicas %s, %s", name, replicas, config);
            truth.server().createTopic(new NewTopic(name, new Uuid(rng.nextLong(), rng.nextLong()), replicas, config));
            for (int p = 0; p < partitions; p++) {
                TopicPartition id = new TopicPartition(name, p);
                client = addClients(client, id);
            }
        }
    }

    private int addClients(int first, TopicPartition id) {
        int client = first;
        int goal = 1_000_000;
        producers.add(new SimProducer(this, client++, id, -1, true, goal));
        if (rng.oneIn(2)) {
            producers.add(new SimProducer(this, client++, id, -1, false, goal));
        }
        if (rng.oneIn(2)) {
            producers.add(new SimProducer(this, client++, id, 1, rng.oneIn(2), goal));
        }
        if (rng.oneIn(4)) {
            producers.add(new SimProducer(this, client++, id, 0, false, goal));
        }
        consumers.add(new SimConsumer(this, client++, id));
        return client;
    }

    List<Integer> someBrokers(Rng stream, int count) {
        List<Integer> left = new ArrayList<>();
        brokers.forEach(broker -> left.add(broker.node()));
        List<Integer> picked = new ArrayList<>();
        while (picked.size() < count) {
            picked.add(left.remove(stream.below(left.size())));
        }
        return picked;
    }

    private void until(long withinMs, String what, BooleanSupplier condition) {
        long deadlineMs = scheduler.nowMs() + withinMs;
        while (!condition.getAsBoolean()) {
            if (scheduler.nowMs() > deadlineMs) {
                throw new Violation("not in time: %s", what);
            }
            advance(scheduler.nowUs() + CHECK_EVERY_US);
        }
    }

    private void advance(long untilUs) {
        while (scheduler.step(untilUs)) {
            SimProcess last = scheduler.last();
            try {
                for (SimBroker broker : brokers) {
                    if (broker.isOf(last)) {
                        broker.look();
                    }
                }
            } catch (Violation e) {
                failed(last.name(), e);
            }
            failure.ifPresent(what -> {
                throw what instanceof Violation violation
                        ? violation
                        : new Violation("%s: %s", failedIn, what).because(what);
            });
        }
    }

    // ---- whether all is well

    private boolean allLed() {
        return truth.view().topics().stream().allMatch(TopicState::isLed);
    }

    private boolean isHealed() {
        return whatIsWrong().isEmpty();
    }

    /** What is not yet as it has to be when nothing disturbs any more; nothing if all is. */
    private String whatIsWrong() {
        for (SimBroker broker : brokers) {
            if (!broker.isServing() || truth.view().broker(broker.node()).isEmpty()) {
                return "broker " + broker.node() + " is not up";
            }
            if (truth.view().broker(broker.node()).orElseThrow().recovering()) {
                return "broker " + broker.node() + " is recovering";
            }
        }
        for (TopicState topic : truth.view().topics()) {
            for (int p = 0; p < topic.partitionCount(); p++) {
                Optional<String> wrong = whatIsWrongWith(topic, p);
                if (wrong.isPresent()) {
                    return wrong.get();
                }
            }
        }
        for (SimProducer producer : producers) {
            if (!producer.isDone()) {
                return producer.toString();
            }
        }
        for (SimConsumer consumer : consumers) {
            if (consumer.position() < ledger.committedEnd(consumer.id())) {
                return "a consumer of " + consumer.id() + " is at " + consumer.position() + " of "
                        + ledger.committedEnd(consumer.id());
            }
        }
        return "";
    }

    private Optional<String> whatIsWrongWith(TopicState topic, int number) {
        TopicPartition id = new TopicPartition(topic.name(), number);
        PartitionState state = topic.state(number).orElseThrow();
        if (!state.hasLeader() || !state.isr().containsAll(topic.replicas(number))) {
            return Optional.of(id + " has " + state + " for " + topic.replicas(number));
        }
        if (!topic.addingReplicas(number).isEmpty()
                || !topic.removingReplicas(number).isEmpty()) {
            return Optional.of(id + " is being reassigned");
        }
        List<StoredBatch> leaders = ledger.copy(id, state.leader()).batches();
        for (int replica : topic.replicas(number)) {
            if (!ledger.copy(id, replica).batches().equals(leaders)) {
                return Optional.of(id + ": broker " + replica + " has not what leader " + state.leader() + " has");
            }
        }
        if (ledger.committed(id).size() != leaders.size()) {
            return Optional.of(id + " is committed up to " + ledger.committedEnd(id) + " only");
        }
        return Optional.empty();
    }

    List<SimProducer> producers() {
        return producers;
    }

    Faults faults() {
        return faults;
    }

    String summary() {
        return "seed " + seed + ", faults: " + faults.name() + ", " + brokers.size() + " brokers, "
                + scheduler.events() + " events in " + scheduler.nowMs() + " ms, " + operations
                + " operations, lost as may be: "
                + forgiven;
    }
}
