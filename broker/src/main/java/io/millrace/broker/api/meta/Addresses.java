package io.millrace.broker.api.meta;

import io.millrace.broker.api.RequestContext;
import io.millrace.broker.cluster.BrokerRegistration;
import io.millrace.broker.cluster.ClusterView;
import io.millrace.broker.cluster.Endpoint;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Which address of a broker a client is told: that of the listener that it came in by. This broker, where nothing is
 * advertised, tells the address that the client has reached it at.
 */
public final class Addresses {
    private final int self;
    private final boolean advertised;

    /** @param advertised whether {@code advertised.listeners} is set */
    public Addresses(int self, boolean advertised) {
        this.self = self;
        this.advertised = advertised;
    }

    /** A broker as a client is told of it. */
    public record Node(int id, String host, int port, Optional<String> rack) {}

    /** Id of this broker, which is also whom admin requests go to: every broker takes them. */
    public int self() {
        return self;
    }

    /** All live brokers that have the client's listener. */
    public List<Node> all(ClusterView view, RequestContext context) {
        List<Node> nodes = new ArrayList<>();
        for (BrokerRegistration broker : view.brokers().values()) {
            of(broker, context).ifPresent(nodes::add);
        }
        return nodes;
    }

    /** A live broker; empty if it is not alive or lacks the client's listener. */
    public Optional<Node> of(int id, ClusterView view, RequestContext context) {
        return view.broker(id).flatMap(broker -> of(broker, context));
    }

    private Optional<Node> of(BrokerRegistration broker, RequestContext context) {
        Optional<Endpoint> endpoint = broker.endpoint(context.listener());
        if (broker.id() == self && !advertised) {
            return endpoint.map(e -> new Node(
                    self,
                    context.reachedAt().getAddress().getHostAddress(),
                    context.reachedAt().getPort(),
                    broker.rack()));
        }
        return endpoint.map(e -> new Node(broker.id(), e.host(), e.port(), broker.rack()));
    }
}
