package io.millrace.broker.cluster;

import java.util.List;
import java.util.Optional;

/**
 * A broker that is alive, as it registered itself.
 *
 * @param endpoints in the broker's own order; at least one
 * @param rack where it stands, if it says so
 * @param epoch grows with every registration of the cluster: tells this life of the broker from its earlier ones
 * @param recovering whether its last stop was unclean and it has not settled yet what that means for its replicas
 * @param shortOfDisk whether it cannot take records, since a log directory is full
 */
public record BrokerRegistration(
        int id, List<Endpoint> endpoints, Optional<String> rack, long epoch, boolean recovering, boolean shortOfDisk) {
    public BrokerRegistration {
        endpoints = List.copyOf(endpoints);
    }

    /** A broker with nothing to settle. */
    public BrokerRegistration(int id, List<Endpoint> endpoints, Optional<String> rack, long epoch) {
        this(id, endpoints, rack, epoch, false);
    }

    /** A broker with room on its disks. */
    public BrokerRegistration(int id, List<Endpoint> endpoints, Optional<String> rack, long epoch, boolean recovering) {
        this(id, endpoints, rack, epoch, recovering, false);
    }

    /** The address of a listener by its name. */
    public Optional<Endpoint> endpoint(String listener) {
        return endpoints.stream()
                .filter(endpoint -> endpoint.listener().equals(listener))
                .findFirst();
    }

    public BrokerRegistration withEpoch(long newEpoch) {
        return new BrokerRegistration(id, endpoints, rack, newEpoch, recovering, shortOfDisk);
    }

    public BrokerRegistration withRecovering(boolean isRecovering) {
        return new BrokerRegistration(id, endpoints, rack, epoch, isRecovering, shortOfDisk);
    }

    public BrokerRegistration withShortOfDisk(boolean isShort) {
        return new BrokerRegistration(id, endpoints, rack, epoch, recovering, isShort);
    }
}
