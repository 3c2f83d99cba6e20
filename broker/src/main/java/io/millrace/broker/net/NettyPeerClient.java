package io.millrace.broker.net;

import io.millrace.broker.cluster.BrokerRegistration;
import io.millrace.broker.cluster.Endpoint;
import io.millrace.broker.replica.PeerClient;
import io.millrace.broker.replica.PeerException;
import io.millrace.protocol.ApiMessage;
import io.millrace.protocol.message.ApiKey;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Asks other brokers over real sockets: one connection for each peer and purpose, all on one event loop.
 *
 * <p>Connections belong to one registration of a peer: when it is asked for under a later one, or at another address,
 * those that were made before are closed, and what waits there fails. Asking for an earlier registration fails at once.
 *
 * <p>Threading: any thread. A lock guards which connections there are; nothing is called out under it. Stages complete on
 * the event loop, or, where nothing was begun, before they are returned.
 */
public final class NettyPeerClient implements PeerClient {
    private final String clientIdPrefix;
    private final String listener;
    private final PeerTimes times;
    private final PeerSockets sockets;
    private final Object lock = new Object();

    /** By broker id. As many as there have been ids in the cluster. */
    private final Map<Integer, PeerLife> lives = new HashMap<>();

    private boolean closed;

    /** @param brokerId of this broker */
    public NettyPeerClient(int brokerId, NetConfig config) {
        this(brokerId, config.interBrokerListener(), PeerTimes.of(config.maxIdleMs()), PooledByteBufAllocator.DEFAULT);
    }

    /** @param listener the name of the listeners at which brokers meet */
    NettyPeerClient(int brokerId, String listener, PeerTimes times, ByteBufAllocator allocator) {
        this.clientIdPrefix = "broker-" + brokerId + "-";
        this.listener = listener;
        this.times = times;
        this.sockets = new PeerSockets(allocator);
    }

    /** {@inheritDoc} Throws IllegalArgumentException for a request that its version lacks, or that carries records. */
    @Override
    public <T extends ApiMessage> CompletionStage<T> ask(
            BrokerRegistration peer,
            Purpose purpose,
            ApiKey key,
            short version,
            ApiMessage request,
            Class<T> answer,
            long timeoutMs) {
        PeerConnection connection;
        try {
            connection = connection(peer, purpose);
        } catch (PeerException e) {
            return CompletableFuture.failedStage(e);
        }
        return connection.ask(key, version, request, answer, timeoutMs);
    }

    @Override
    public CompletionStage<Void> lost(BrokerRegistration peer) {
        try {
            return connection(peer, Purpose.CONTROL).lost();
        } catch (PeerException e) {
            return CompletableFuture.completedStage(null);
        }
    }

    @Override
    public CompletionStage<Reach> dial(BrokerRegistration peer) {
        synchronized (lock) {
            if (closed) {
                return CompletableFuture.completedStage(Reach.SILENT);
            }
        }
        return new PeerDial(sockets).begin(address(peer));
    }

    private PeerConnection connection(BrokerRegistration peer, Purpose purpose) throws PeerException {
        Endpoint address = address(peer);
        synchronized (lock) {
            if (closed) {
                throw new PeerException("Broker " + peer.id() + " is not asked: this broker stops");
            }
            PeerLife life = lives.get(peer.id());
            if (life != null && life.isAfter(peer)) {
                throw new PeerException("Broker " + peer.id() + " has registered again, at " + life.address());
            }
            if (life == null || !life.isOf(peer, address)) {
                if (life != null) {
                    life.close("it has registered again, at " + address);
                }
                life = new PeerLife(peer.epoch(), address);
                lives.put(peer.id(), life);
            }
            return life.connection(purpose, wanted -> connect(peer, address, wanted));
        }
    }

    private PeerConnection connect(BrokerRegistration peer, Endpoint address, Purpose purpose) {
        PeerConnection made = new PeerConnection(
                sockets,
                address,
                "Broker " + peer.id() + " at " + address.host() + ":" + address.port(),
                clientIdPrefix + purpose.name().toLowerCase(Locale.ROOT),
                times);
        made.open();
        return made;
    }

    /** Where a peer is met: at the listener for brokers, or, if it has none of that name, at its first. */
    private Endpoint address(BrokerRegistration peer) {
        return peer.endpoint(listener).orElseGet(() -> peer.endpoints().get(0));
    }

    @Override
    public void close() {
        synchronized (lock) {
            closed = true;
            lives.values().forEach(life -> life.close("this broker stops"));
            lives.clear();
        }
        sockets.close();
    }
}
