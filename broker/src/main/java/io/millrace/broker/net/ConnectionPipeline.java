package io.millrace.broker.net;

import io.millrace.broker.api.Handlers;
import io.millrace.protocol.wire.Names;
import io.netty.channel.Channel;
import io.netty.channel.group.ChannelGroup;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.Executor;
import org.slf4j.LoggerFactory;

/**
 * What every accepted connection is made of.
 *
 * <pre>
 * socket -> buffers that FrameReader chooses -> Connection
 * socket <------- buffers and file regions ---- Connection
 * </pre>
 */
final class ConnectionPipeline {
    private static final RateLimitedLog REFUSALS =
            new RateLimitedLog(LoggerFactory.getLogger(ConnectionPipeline.class));

    private final NetConfig config;
    private final String listener;
    private final Handlers handlers;
    private final Executor workers;
    private final Names names;
    private final MemoryBudget budget;
    private final ConnectionLimits limits;
    private final ChannelGroup connections;
    private final NetMeters meters;

    ConnectionPipeline(
            NetConfig config,
            String listener,
            Handlers handlers,
            Executor workers,
            Names names,
            MemoryBudget budget,
            ConnectionLimits limits,
            ChannelGroup connections,
            NetMeters meters) {
        this.meters = meters;
        this.config = config;
        this.listener = listener;
        this.handlers = handlers;
        this.workers = workers;
        this.names = names;
        this.budget = budget;
        this.limits = limits;
        this.connections = connections;
    }

    /** Gives a new connection its handlers, or closes it if it is one too many. */
    void build(Channel channel) {
        InetAddress address = ((InetSocketAddress) channel.remoteAddress()).getAddress();
        if (!limits.tryAdd(address)) {
            REFUSALS.warn("Closed the connection from " + channel.remoteAddress() + ": too many connections");
            channel.close();
            return;
        }
        ReadGate gate = new ReadGate(channel);
        FrameReader frames = new FrameReader(config.maxRequestBytes(), budget, gate);
        channel.config().setRecvByteBufAllocator(frames);
        if (config.sendBufferBytes() < 0) {
            NearClients.boundSendBuffer(channel);
        }
        channel.pipeline()
                .addLast(
                        "connection",
                        new Connection(
                                listener,
                                handlers,
                                workers,
                                names,
                                gate,
                                frames,
                                limits,
                                meters,
                                meters.of(listener, channel.eventLoop())));
        connections.add(channel);
    }
}
