package io.millrace.client.admin;

import io.millrace.client.BrokerAddress;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A cluster and its brokers.
 *
 * @param controller the id of the broker that takes administrative requests; empty if none is named
 * @param nodes in order of their ids
 */
public record ClusterDescription(String id, OptionalInt controller, List<Node> nodes) {
    public ClusterDescription {
        nodes = List.copyOf(nodes);
    }

    /** A broker, under the address that it gives to clients. */
    public record Node(int id, BrokerAddress address, Optional<String> rack) {}
}
