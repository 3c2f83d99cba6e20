package io.millrace.broker.api.data;

import io.millrace.broker.cluster.BrokerRegistration;
import io.millrace.broker.cluster.ClusterView;
import io.millrace.broker.replica.Partition;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;

/** Which replica stands in a consumer's rack, where the leader does not (KIP-392). */
final class NearReplica {
    private final Supplier<ClusterView> view;
    private final Optional<String> clientRack;

    private NearReplica(Supplier<ClusterView> view, Optional<String> clientRack) {
        this.view = view;
        this.clientRack = clientRack;
    }

    /** For whoever reads here, wherever he is. */
    static NearReplica none() {
        return new NearReplica(() -> ClusterView.empty(""), Optional.empty());
    }

    /** @param clientRack empty if the client does not tell */
    static NearReplica to(String clientRack, int self, Supplier<ClusterView> view) {
        Optional<String> ours = rackOf(view.get(), self);
        return clientRack.isEmpty() || ours.isEmpty() || ours.get().equals(clientRack)
                ? none()
                : new NearReplica(view, Optional.of(clientRack));
    }

    private static Optional<String> rackOf(ClusterView view, int broker) {
        return view.broker(broker).flatMap(BrokerRegistration::rack);
    }

    /** One that is in sync and has what stands in front of an offset; empty if the client should read here. */
    OptionalInt of(Partition partition, long offset) {
        if (clientRack.isEmpty()) {
            return OptionalInt.empty();
        }
        ClusterView now = view.get();
        return partition.inSyncFollowersAt(offset).stream()
                .filter(id -> rackOf(now, id).equals(clientRack))
                .mapToInt(Integer::intValue)
                .findFirst();
    }
}
