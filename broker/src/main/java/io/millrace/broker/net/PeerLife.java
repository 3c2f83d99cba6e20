package io.millrace.broker.net;

import io.millrace.broker.cluster.BrokerRegistration;
import io.millrace.broker.cluster.Endpoint;
import io.millrace.broker.replica.PeerClient.Purpose;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Function;

/**
 * The connections to one life of a peer: to one registration of it, at one address.
 *
 * <p>Threading: under the lock of {@link NettyPeerClient}.
 */
final class PeerLife {
    private final long epoch;
    private final Endpoint address;
    private final Map<Purpose, PeerConnection> connections = new EnumMap<>(Purpose.class);

    PeerLife(long epoch, Endpoint address) {
        this.epoch = epoch;
        this.address = address;
    }

    Endpoint address() {
        return address;
    }

    /** Whether the peer has registered again since this registration. */
    boolean isAfter(BrokerRegistration registration) {
        return epoch > registration.epoch();
    }

    boolean isOf(BrokerRegistration registration, Endpoint registered) {
        return epoch == registration.epoch() && address.equals(registered);
    }

    /** The connection for a purpose; made if there is none, or the last one has ended. */
    PeerConnection connection(Purpose purpose, Function<Purpose, PeerConnection> make) {
        PeerConnection kept = connections.get(purpose);
        if (kept == null || kept.hasEnded()) {
            kept = make.apply(purpose);
            connections.put(purpose, kept);
        }
        return kept;
    }

    /** Closes all of them, soon. */
    void close(String why) {
        connections.values().forEach(connection -> connection.close(why));
    }
}
