package io.millrace.broker.group;

import io.millrace.broker.metrics.Metrics;
import io.millrace.broker.metrics.Pace;
import io.millrace.broker.metrics.Table;
import java.util.List;

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

    GroupMeters(Metrics metrics) {
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
                .build());
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
