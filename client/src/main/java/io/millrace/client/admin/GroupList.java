package io.millrace.client.admin;

import io.millrace.client.MillraceException;
import java.util.List;
import java.util.Map;

/**
 * The groups of a cluster, as far as brokers told: each lists the groups that it coordinates.
 *
 * @param groups in order of their ids
 * @param failures by the id of each broker that did not tell; there may be groups that only it knows
 */
public record GroupList(List<GroupListing> groups, Map<Integer, MillraceException> failures) {
    public GroupList {
        groups = List.copyOf(groups);
        failures = Map.copyOf(failures);
    }

    /** Whether every broker told. */
    public boolean isComplete() {
        return failures.isEmpty();
    }
}
