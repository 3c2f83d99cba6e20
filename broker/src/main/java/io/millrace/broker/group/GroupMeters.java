package io.millrace.broker.group;

import io.millrace.broker.coordinator.Shards;
import io.millrace.broker.metrics.Metrics;
import io.millrace.broker.metrics.Pace;
import io.millrace.broker.metrics.Table;
import java.util.List;
import java.util.function.Supplier;

/**
 * What is counted of groups: Kafka's group-coordinator-metrics.
 *
 * <p>Threading: any thread, without a lock.
 */
final class GroupMeters {
    private final Pace commits;
    private final Pace deletions;
    private final Pace expiries;
    private final Pace rebalances;

    /** @param shards may be asked from the first look on */
    GroupMeters(Metrics metrics, Supplier<Shards<?, ?>> shards) {
        this.commits = metrics.pace();
        this.deletions = metrics.pace();
        this.expiries = metrics.pace();
        this.rebalances = metrics.pace();
        List<GroupMeters> self = List.of(this);
        metrics.add(Table.attributes("kafka.server.group-coordinator-metrics", () -> self)
                .value("offset-commit-rate", meters -> meters.commits.rate())
                .counter("offset-commit-count", meters -> meters.commits.total())
                .value("offset-deletion-rate", meters -> meters.deletions.rate())
                .counter("offset-deletion-count", meters -> meters.deletions.total())
                .value("offset-expiration-rate", meters -> meters.expiries.rate())
                .counter("offset-expiration-count", meters -> meters.expiries.total())
                .value("group-completed-rebalance-rate", meters -> meters.rebalances.rate())
                .counter("group-completed-rebalance-count", meters -> meters.rebalances.total())
                .value(
                        "partition-load-time-avg",
                        meters -> shards.get().loadTimes().getAverage())
                .value(
                        "partition-load-time-max",
                        meters -> Math.max(0, shards.get().loadTimes().getMax()))
                .build());
        metrics.add(Table.<String>attributes(
                        "kafka.server.group-coordinator-metrics", () -> List.of("loading", "active", "failed"))
                .tag("state", state -> state)
                .value("num-partitions", state -> partitions(shards.get(), state))
                .build());
    }

    /** What cannot be loaded is tried again: none has failed for good. */
    private static long partitions(Shards<?, ?> shards, String state) {
        return switch (state) {
            case "loading" -> shards.loading();
            case "active" -> Math.max(0, shards.led().size() - shards.loading());
            default -> 0;
        };
    }

    void committed(int offsets) {
        commits.add(offsets);
    }

    void deleted(int offsets) {
        deletions.add(offsets);
    }

    void expired(int offsets) {
        expiries.add(offsets);
    }

    void rebalanced() {
        rebalances.add(1);
    }
}
