package io.millrace.client.consumer;

import io.millrace.client.net.ClusterClient;
import io.millrace.client.net.IoTimer;
import io.millrace.client.net.Topology;
import io.millrace.protocol.TopicPartition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Keeps the assigned partitions fetched ahead: finds where to begin, whom to ask, and has one {@link BrokerFetcher} for each
 * broker ask.
 *
 * <pre>
 * orders of the application -> FetchPosition -> OffsetLookups, BrokerFetcher -> PartitionAnswers -> PollQueue
 * </pre>
 *
 * <p>Threading: the I/O thread, but for {@link #kick}.
 */
final class Fetcher {
    private final ClusterClient cluster;
    private final TopicInterest interest;
    private final ConsumerConfig config;
    private final Assignment assignment;
    private final PollQueue queue;
    private final FetchBudget budget;
    private final ConsumerCounters counters;
    private final PartitionAnswers answers;
    private final OffsetLookups lookups;
    private final IoTimer timer;
    private final AtomicBoolean kicked = new AtomicBoolean();
    private final Map<Integer, BrokerFetcher> brokers = new HashMap<>();
    private Map<TopicPartition, FetchPosition> positions = Map.of();
    private Map<TopicPartition, PartitionState> assigned = Map.of();
    private boolean closed;

    Fetcher(
            ClusterClient cluster,
            TopicInterest interest,
            ConsumerConfig config,
            Assignment assignment,
            PollQueue queue,
            FetchBudget budget,
            ConsumerCounters counters) {
        this.cluster = cluster;
        this.interest = interest;
        this.config = config;
        this.assignment = assignment;
        this.queue = queue;
        this.budget = budget;
        this.counters = counters;
        this.answers = new PartitionAnswers(config, cluster.routing(), queue);
        this.lookups = new OffsetLookups(cluster, config, queue, this::kick);
        this.timer = cluster.thread().timer(this::run);
    }

    void start() {
        cluster.routing().onChange(this::kick);
        cluster.connections().onChange(this::kick);
    }

    /** Has it look at everything soon, once however often it is called until then. Any thread. */
    void kick() {
        if (kicked.compareAndSet(false, true)) {
            cluster.thread().execute(() -> {
                kicked.set(false);
                run();
            });
        }
    }

    private void run() {
        if (closed) {
            return;
        }
        takeAssignment();
        budget.lookBegins();
        long now = System.nanoTime();
        positions.values().forEach(FetchPosition::obey);
        lookups.run(positions.values(), now);
        Map<Integer, List<FetchPosition>> bySource = bySource(now);
        brokers.entrySet()
                .removeIf(entry -> !bySource.containsKey(entry.getKey())
                        && entry.getValue().isIdle()
                        && entry.getValue().isDue(now));
        long share = budget.total() / (bySource.size() + 1);
        bySource.forEach((broker, wanted) -> {
            BrokerFetcher fetcher = brokers.computeIfAbsent(broker, this::fetcher);
            fetcher.run(wanted, share, now);
            if (!fetcher.isDue(now)) {
                timer.runBy(fetcher.retryAtNs());
            }
        });
        for (FetchPosition position : positions.values()) {
            if (!position.isDue(now)) {
                timer.runBy(position.retryAtNs());
            }
        }
    }

    private BrokerFetcher fetcher(int broker) {
        return new BrokerFetcher(broker, cluster, config, budget, answers, queue, counters, this::kick);
    }

    private Map<Integer, List<FetchPosition>> bySource(long now) {
        Topology topology = cluster.routing().topology();
        Map<Integer, List<FetchPosition>> bySource = new LinkedHashMap<>();
        for (FetchPosition position : positions.values()) {
            int leader = topology.leader(position.partition());
            if (leader != Topology.NO_LEADER && position.isFetchable(now)) {
                bySource.computeIfAbsent(position.source(leader, now), id -> new ArrayList<>())
                        .add(position);
            }
        }
        return bySource;
    }

    /** Takes over what the application has assigned since the last look. */
    @SuppressWarnings("ReferenceEquality") // a partition that was let go and assigned again has another state
    private void takeAssignment() {
        Map<TopicPartition, PartitionState> now = assignment.states();
        if (now == assigned) {
            return;
        }
        Map<TopicPartition, FetchPosition> next = new LinkedHashMap<>();
        now.forEach((partition, state) -> {
            FetchPosition known = positions.get(partition);
            next.put(partition, known != null && known.state() == state ? known : new FetchPosition(state));
        });
        interest.want(TopicInterest.Purpose.READING, topics(now));
        positions = next;
        assigned = now;
    }

    private static Set<String> topics(Map<TopicPartition, PartitionState> states) {
        Set<String> topics = new HashSet<>();
        states.keySet().forEach(partition -> topics.add(partition.topic()));
        return topics;
    }

    void close() {
        closed = true;
        timer.cancel();
    }
}
