package io.millrace.tools.group;

import io.millrace.client.admin.GroupDescription;
import io.millrace.client.admin.GroupListing;
import io.millrace.client.admin.ItemResult;
import io.millrace.protocol.ErrorCode;
import io.millrace.tools.connect.Cluster;
import io.millrace.tools.terminal.Failure;
import io.millrace.tools.terminal.Nearest;
import java.util.Optional;

/** Finds groups by name. */
final class Groups {
    private static final String DEAD = "Dead";

    private Groups() {}

    /** @throws Failure naming the group that was likely meant */
    static GroupDescription describe(Cluster cluster, String id) {
        return find(cluster, id).orElseThrow(() -> unknown(cluster, id));
    }

    /** Empty if there is none. Brokers before KIP-1043 tell of one that is not there that it is dead. */
    static Optional<GroupDescription> find(Cluster cluster, String id) {
        ItemResult<GroupDescription> result = cluster.await(cluster.admin().describeGroup(id));
        boolean missing = result.failure()
                .filter(why -> why.error() == ErrorCode.GROUP_ID_NOT_FOUND)
                .isPresent();
        if (missing) {
            return Optional.empty();
        }
        result.failure().ifPresent(why -> {
            throw Cluster.explained(why);
        });
        return result.value().filter(group -> !group.state().equals(DEAD));
    }

    static Failure unknown(Cluster cluster, String id) {
        var names = cluster.get(cluster.admin().listGroups()).groups().stream()
                .map(GroupListing::id)
                .toList();
        return Failure.of("There is no group '" + id + "' at " + cluster.bootstrap()
                + Nearest.to(id, names)
                        .map(near -> "; did you mean '" + near + "'?")
                        .orElse("; 'millrace group list' shows all"));
    }

    /** @throws Failure naming a member, if the group has some: positions of an active group are its members' to move */
    static void refuseActive(GroupDescription group) {
        if (group.members().isEmpty()) {
            return;
        }
        GroupDescription.Member first = group.members().get(0);
        throw Failure.of(
                "Group '" + group.id() + "' is active with " + group.members().size()
                        + (group.members().size() == 1 ? " member" : " members") + " (" + first.clientId() + " on "
                        + first.host() + "): stop them, then try again");
    }
}
