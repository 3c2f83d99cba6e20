package io.millrace.broker.net;

import io.millrace.broker.api.Handlers;
import io.millrace.broker.metrics.Metrics;
import io.millrace.broker.metrics.Table;
import io.millrace.protocol.wire.Names;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * All listeners of the broker and their event loops.
 *
 * <p>Life: {@link #bind} takes the ports, {@link #serve} begins to accept, {@link #drain} stops accepting and waits for
 * the answers that are owed, {@link #close} ends everything. Called by the thread that starts and stops the broker.
 */
public final class NetworkServer implements AutoCloseable {
    /** Weight of what a client does not fetch, past which it is not read; see {@link SendWeight}. */
    private static final int WRITE_HIGH_WATER = 1 << 20;

    private final NetConfig config;
    private final Executor workers;
    private final LoopIdle threads = new LoopIdle("network");
    private final NetMeters meters;
    private final EventLoopGroup loops;
    private final boolean epoll;
    private final MemoryBudget budget;
    private final Names names = new Names();
    private final ConnectionLimits limits;
    private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final List<Channel> listening = new ArrayList<>();
    private final List<ListenerAddress> bound = new ArrayList<>();
    private volatile Handlers handlers;

    /** As the other, where nobody looks at numbers. */
    public NetworkServer(NetConfig config, Executor workers) {
        this(config, workers, new Metrics());
    }

    /**
     * @param workers run the requests; stay the caller's
     * @param metrics gets the room's numbers
     */
    public NetworkServer(NetConfig config, Executor workers, Metrics metrics) {
        this.meters = new NetMeters(metrics);
        this.config = config;
        this.workers = workers;
        this.epoll = Epoll.isAvailable();
        IoHandlerFactory io = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        this.loops = new MultiThreadIoEventLoopGroup(config.networkThreads(), threads, io);
        this.budget = new MemoryBudget(config.queuedRequestBytes());
        this.limits = new ConnectionLimits(config.maxConnections(), config.maxConnectionsPerIp());
        addTo(metrics);
    }

    private void addTo(Metrics metrics) {
        List<NetworkServer> self = List.of(this);
        metrics.add(Table.gauges("kafka.network.SocketServer", () -> self)
                .value("NetworkProcessorAvgIdlePercent", server -> server.threads.share())
                .value("MemoryPoolUsed", NetworkServer::heldRequestBytes)
                .value(
                        "MemoryPoolAvailable",
                        server -> Math.max(0, server.config.queuedRequestBytes() - server.heldRequestBytes()))
                .value("ExpiredConnectionsKilledCount", server -> 0)
                .build());
        metrics.add(Table.<LoopIdle.Loop>gauges("kafka.network.Processor", threads::loops)
                .tag("networkProcessor", loop -> Integer.toString(loop.number()))
                .value("IdlePercent", LoopIdle.Loop::share)
                .build());
    }

    /**
     * Takes the ports. Connections wait until {@link #serve}.
     *
     * @throws IOException with one clear line if a port cannot be had
     */
    public List<ListenerAddress> bind() throws IOException {
        for (ListenerAddress listener : config.listeners()) {
            Channel channel = bind(listener);
            listening.add(channel);
            InetSocketAddress address = (InetSocketAddress) channel.localAddress();
            bound.add(new ListenerAddress(listener.name(), listener.host(), address.getPort()));
        }
        return List.copyOf(bound);
    }

    private Channel bind(ListenerAddress listener) throws IOException {
        Class<? extends ServerChannel> type = epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(loops)
                .channel(type)
                .option(ChannelOption.SO_BACKLOG, config.backlog())
                .option(ChannelOption.SO_REUSEADDR, true)
                .option(ChannelOption.AUTO_READ, false)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .childOption(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                .childOption(ChannelOption.MESSAGE_SIZE_ESTIMATOR, new SendWeight())
                .childOption(
                        ChannelOption.WRITE_BUFFER_WATER_MARK,
                        new WriteBufferWaterMark(WRITE_HIGH_WATER / 2, WRITE_HIGH_WATER))
                .childHandler(new LateInitializer(listener.name()));
        if (config.sendBufferBytes() > 0) {
            bootstrap.childOption(ChannelOption.SO_SNDBUF, config.sendBufferBytes());
        }
        if (config.receiveBufferBytes() > 0) {
            bootstrap.option(ChannelOption.SO_RCVBUF, config.receiveBufferBytes());
        }
        InetSocketAddress address = listener.host().isEmpty()
                ? new InetSocketAddress(listener.port())
                : new InetSocketAddress(listener.host(), listener.port());
        if (address.isUnresolved()) {
            throw new IOException("Cannot listen on " + listener + ": the host name is unknown");
        }
        ChannelFuture future = bootstrap.bind(address).awaitUninterruptibly();
        if (!future.isSuccess()) {
            throw new IOException("Cannot listen on " + listener + ": " + reason(future.cause()));
        }
        return future.channel();
    }

    private static String reason(Throwable cause) {
        String message = String.valueOf(cause.getMessage());
        return message.contains("in use")
                ? "the port is taken; is another broker running? Choose another one with --set listeners=..."
                : message;
    }

    /** Builds the pipeline of a connection with the handlers that are there by then. */
    private final class LateInitializer extends io.netty.channel.ChannelInitializer<Channel> {
        private final String listener;

        private LateInitializer(String listener) {
            this.listener = listener;
        }

        @Override
        protected void initChannel(Channel channel) {
            new ConnectionPipeline(config, listener, handlers, workers, names, budget, limits, connections, meters)
                    .build(channel);
        }
    }

    /** Begins to accept connections, those included that waited since {@link #bind}. */
    public void serve(Handlers table) {
        handlers = table;
        IdleSweep idle = new IdleSweep(connections, config.maxIdleMs());
        loops.next().scheduleWithFixedDelay(idle, idle.periodMs(), idle.periodMs(), TimeUnit.MILLISECONDS);
        listening.forEach(channel -> channel.config().setAutoRead(true));
    }

    /** Stops accepting and reading, and waits until all answers that are owed are sent, or the time is over. */
    public void drain(long timeoutMs) throws InterruptedException {
        listening.forEach(channel -> channel.close().awaitUninterruptibly());
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
        List<CountDownLatch> idle =
                connections.stream().map(NetworkServer::stop).toList(); // all before the first wait
        for (CountDownLatch one : idle) {
            if (!one.await(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS)) {
                return;
            }
        }
    }

    /** Has a connection read no more; the latch opens when it owes nothing any more. */
    private static CountDownLatch stop(Channel channel) {
        CountDownLatch idle = new CountDownLatch(1);
        channel.closeFuture().addListener(closed -> idle.countDown());
        channel.eventLoop().execute(() -> {
            ChannelHandlerContext context = channel.pipeline().context("connection");
            if (context == null) {
                idle.countDown();
            } else {
                ((Connection) context.handler()).stop(context, idle::countDown);
            }
        });
        return idle;
    }

    /** Closes all connections that are open now. */
    public void dropConnections() {
        connections.close().awaitUninterruptibly(1, TimeUnit.SECONDS);
    }

    /** Holds all event loops until what is returned is closed: connections stay open, and nothing is read or written. */
    public AutoCloseable standStill() {
        CountDownLatch end = new CountDownLatch(1);
        loops.forEach(loop -> loop.execute(() -> awaitUninterruptibly(end)));
        return end::countDown;
    }

    private static void awaitUninterruptibly(CountDownLatch end) {
        boolean interrupted = false;
        while (end.getCount() > 0) {
            try {
                end.await();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Bytes of requests that are held right now. */
    public long heldRequestBytes() {
        return budget.held();
    }

    /** Open connections. */
    public int connectionCount() {
        return connections.size();
    }

    @Override
    public void close() {
        listening.forEach(channel -> channel.close().awaitUninterruptibly());
        connections.close().awaitUninterruptibly(1, TimeUnit.SECONDS);
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
    }
}
