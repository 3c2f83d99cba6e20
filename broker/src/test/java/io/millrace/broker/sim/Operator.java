package io.millrace.broker.sim;

import io.millrace.broker.cluster.PartitionState;
import io.millrace.broker.cluster.TopicState;
import io.millrace.protocol.ApiMessage;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.message.AlterPartitionReassignmentsRequest;
import io.millrace.protocol.message.ApiKey;
import io.millrace.protocol.message.ElectLeadersRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Does to the cluster what operators, power cuts and networks do, at random times.
 *
 * <p>Threading: the world's thread.
 */
final class Operator {
    private static final int ASK_TIMEOUT_MS = 10_000;

    private final Simulation world;
    private final Faults faults;
    private final SimLane lane;
    private final Rng rng;
    private final SimPeerClient network;
    private final List<Runnable> plans = new ArrayList<>();
    private int left;
    private boolean over;

    Operator(Simulation world, Faults faults, int count) {
        this.world = world;
        this.faults = faults;
        this.left = count;
        SimProcess process = world.process("operator", 0);
        this.lane = process.lane("operator");
        this.rng = process.stream("operator");
        this.network = new SimPeerClient(world.network(), Simulation.ADMIN, process);
        plan();
    }

    private void plan() {
        plans.add(this::restart);
        plans.add(this::restart);
        plans.add(this::reassign);
        plans.add(this::reassign);
        plans.add(this::prefer);
        plans.add(this::prefer);
        if (faults.crashes()) {
            plans.add(() -> crash(false));
            plans.add(() -> crash(false));
            plans.add(() -> crash(false));
        }
        if (faults.powerLoss()) {
            plans.add(() -> crash(true));
            plans.add(() -> crash(true));
            plans.add(() -> crash(true));
        }
        if (faults.partitions()) {
            plans.add(this::cutOneWay);
            plans.add(this::cutOff);
            plans.add(this::loseMessages);
        }
        if (faults.pauses()) {
            plans.add(this::pause);
            plans.add(this::pause);
        }
        if (faults.storeTrouble()) {
            plans.add(this::cutFromStore);
            plans.add(this::storeOutage);
            plans.add(this::lag);
            plans.add(this::lag);
            plans.add(this::deposeBehindALaggard);
        }
        if (faults.outages()) {
            plans.add(this::outage);
        }
    }

    void start() {
        next();
    }

    /** Whether all that was planned has been done. */
    boolean isDone() {
        return left == 0;
    }

    /** Does nothing more, and undoes what can be. */
    void heal() {
        over = true;
        left = 0;
        world.network().lose(0);
        world.network().healAll();
        world.truth().available(true);
        for (SimBroker broker : world.brokers()) {
            if (broker.isPaused()) {
                broker.resume();
            }
            broker.start();
            broker.calm();
        }
    }

    private void next() {
        lane.afterUs(rng.oneIn(4) ? rng.below(50_000) : rng.between(50_000, 4_000_000), () -> {
            if (!over && left > 0) {
                left--;
                rng.pick(plans).run();
                next();
            }
        });
    }

    private void later(long fromMs, long toMs, Runnable task) {
        lane.afterUs(rng.between(fromMs * 1000, toMs * 1000), () -> {
            if (!over) {
                task.run();
            }
        });
    }

    private SimBroker any() {
        return rng.pick(world.brokers());
    }

    private long shortOrLong() {
        return rng.oneIn(3) ? 12_000 : 2_500;
    }

    // ---- plans

    private void restart() {
        restart(any());
    }

    private void restart(SimBroker broker) {
        if (broker.isUp() && !broker.isPaused() && !broker.isStopping()) {
            hurry();
            broker.stop().thenRun(() -> later(50, shortOrLong(), broker::start));
        }
    }

    private void crash(boolean powerLost) {
        SimBroker broker = any();
        broker.crash(powerLost);
        later(100, shortOrLong(), broker::start);
    }

    private void outage() {
        boolean powerLost = rng.chance(70);
        for (SimBroker broker : world.brokers()) {
            later(0, rng.oneIn(2) ? 1 : 1_000, () -> broker.crash(powerLost));
            later(1_100, shortOrLong(), broker::start);
        }
    }

    private void pause() {
        SimBroker broker = any();
        if (broker.isUp() && !broker.isPaused()) {
            broker.pause();
            later(20, shortOrLong(), broker::resume);
        }
    }

    private void cutOneWay() {
        int from = any().node();
        int to = any().node();
        if (from != to) {
            world.network().block(from, to);
            later(50, shortOrLong(), () -> world.network().unblock(from, to));
        }
    }

    /** Cuts a broker off from all others, perhaps also from the shared truth. */
    private void cutOff() {
        int node = any().node();
        boolean fromStore = rng.oneIn(2);
        long untilMs = shortOrLong();
        for (SimBroker other : world.brokers()) {
            if (other.node() != node) {
                world.network().block(node, other.node());
                world.network().block(other.node(), node);
            }
        }
        if (fromStore) {
            world.network().block(node, SimTruth.NODE);
        }
        later(50, untilMs, () -> {
            for (SimBroker other : world.brokers()) {
                if (other.node() != node) {
                    world.network().unblock(node, other.node());
                    world.network().unblock(other.node(), node);
                }
            }
            world.network().unblock(node, SimTruth.NODE);
        });
    }

    private void loseMessages() {
        world.network().lose((int) rng.between(10, 300));
        later(100, 3_000, () -> world.network().lose(0));
    }

    private void cutFromStore() {
        cutFromStore(any().node(), rng.between(50, shortOrLong()));
    }

    private void cutFromStore(int node, long forMs) {
        world.network().block(node, SimTruth.NODE);
        later(forMs, forMs, () -> world.network().unblock(node, SimTruth.NODE));
    }

    private void storeOutage() {
        world.truth().available(false);
        later(50, shortOrLong(), () -> world.truth().available(true));
    }

    // ---- what operators do on purpose

    private void hurry() {
        if (rng.oneIn(2)) {
            world.hurry();
        }
    }

    private Optional<TopicState> anyTopic() {
        List<TopicState> topics = List.copyOf(world.truth().view().topics());
        return topics.isEmpty() ? Optional.empty() : Optional.of(rng.pick(topics));
    }

    /** Has a partition move to other brokers, or stay where it was if it is on its way. */
    private void reassign() {
        anyTopic().ifPresent(topic -> {
            int number = rng.below(topic.partitionCount());
            boolean isCancelled = topic.held(number).isMoving() && rng.oneIn(2);
            int most = Math.min(3, world.brokers().size());
            List<Integer> target = isCancelled ? null : world.someBrokers(rng, (int) rng.between(2, most));
            ask(
                    any().node(),
                    ApiKey.ALTER_PARTITION_REASSIGNMENTS,
                    AlterPartitionReassignmentsRequest.builder()
                            .timeoutMs(ASK_TIMEOUT_MS)
                            .allowReplicationFactorChange(true)
                            .topics(List.of(new AlterPartitionReassignmentsRequest.Topic(
                                    topic.name(),
                                    List.of(new AlterPartitionReassignmentsRequest.Topic.Partition(number, target)))))
                            .build(),
                    topic.name() + "-" + number + (isCancelled ? " is to stay" : " is to be held by " + target));
            if (rng.oneIn(3)) { // before that has come to its end, something else
                later(0, 200, rng.pick(plans));
            }
        });
    }

    /** Has the preferred replicas lead. */
    private void prefer() {
        anyTopic()
                .ifPresent(topic -> elect(
                        topic.name(),
                        IntStream.range(0, topic.partitionCount()).boxed().toList()));
    }

    private void elect(String topic, List<Integer> partitions) {
        ask(
                any().node(),
                ApiKey.ELECT_LEADERS,
                ElectLeadersRequest.builder()
                        .electionType((byte) 0)
                        .topicPartitions(List.of(new ElectLeadersRequest.TopicPartition(topic, partitions)))
                        .timeoutMs(ASK_TIMEOUT_MS)
                        .build(),
                "the preferred replicas of " + topic + partitions + " are to lead");
    }

    private void ask(int broker, ApiKey key, ApiMessage request, String what) {
        hurry();
        world.trace().note("operator", "asks broker %s: %s", broker, what);
        network.ask(broker, "admin", key, key.highestVersion(), request, true, ASK_TIMEOUT_MS)
                .whenComplete((answer, failure) -> world.trace()
                        .note(
                                "operator",
                                "is answered by broker %s: %s",
                                broker,
                                failure == null ? answer.toString() : String.valueOf(failure.getMessage())));
    }

    /** What a broker's member of the ensemble has to tell comes late for a while, though its session lives. */
    private void lag() {
        SimBroker broker = any();
        broker.lag(rng.between(200_000, 6_000_000));
        later(1_000, 12_000, () -> broker.lag(0));
    }

    /**
     * A leader gives way to the preferred one, and leads again soon, since that one is cut off from the store; a follower
     * hears of both so late that it takes the new leader for the old one, and then the deposed one for the new.
     */
    private void deposeBehindALaggard() {
        anyTopic().ifPresent(topic -> {
            int number = rng.below(topic.partitionCount());
            int preferred = topic.replicas(number).get(0);
            Optional<PartitionState> state = topic.state(number)
                    .filter(now ->
                            now.hasLeader() && now.isr().size() > 2 && now.isr().contains(preferred));
            if (state.isEmpty()) {
                return;
            }
            int leader = state.get().leader();
            if (leader == preferred) {
                restart(world.broker(leader)); // the next time it may be another
                return;
            }
            SimBroker laggard = world.broker(rng.pick(state.get().isr().stream()
                    .filter(member -> member != leader && member != preferred)
                    .toList()));
            long lagMs = world.sessionMs() + rng.between(300, 3_500); // behind the claim that the session's end brings
            laggard.lag(lagMs * 1000);
            later(2 * lagMs, 2 * lagMs, () -> laggard.lag(0));
            elect(topic.name(), List.of(number));
            later(50, 400, () -> world.truth()
                    .view()
                    .partition(new TopicPartition(topic.name(), number))
                    .filter(now -> now.leader() == preferred)
                    .ifPresent(now -> cutFromStore(preferred, lagMs + 3_000)));
        });
    }
}
