package io.millrace.broker.net;

import io.millrace.broker.cluster.Endpoint;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.unix.Errors;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

/**
 * How sockets to peers are made, and the one event loop that all of them share.
 *
 * <p>Buffers are left to the system, which fits them to what a connection carries, up to the net.ipv4.tcp_rmem of the
 * host; a size given here would switch that off. TCP keepalive is on, at the host's pace; there is no TCP_USER_TIMEOUT: a broken connection is half of the proof
 * that a peer is gone, so a network that is away for a moment must not break it. A lost host is found out by requests
 * that are not answered, by pings, and by ZooKeeper's session.
 *
 * <p>Threading: any thread.
 */
final class PeerSockets implements AutoCloseable {
    private final boolean epoll = Epoll.isAvailable();
    private final EventLoopGroup group;
    private final EventLoop loop;
    private final PeerNames names = new PeerNames();
    private final ByteBufAllocator allocator;

    PeerSockets(ByteBufAllocator allocator) {
        this.allocator = allocator;
        IoHandlerFactory io = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        group = new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("peer-io", true), io);
        loop = group.next();
    }

    EventLoop loop() {
        return loop;
    }

    ByteBufAllocator allocator() {
        return allocator;
    }

    /** Begins to connect. */
    ChannelFuture connect(Endpoint address, int timeoutMs, ChannelHandler handler) {
        Class<? extends SocketChannel> type = epoll ? EpollSocketChannel.class : NioSocketChannel.class;
        return new Bootstrap()
                .group(loop)
                .channel(type)
                .resolver(names)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, timeoutMs)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.SO_KEEPALIVE, true)
                .option(ChannelOption.ALLOCATOR, allocator)
                .handler(handler)
                .connect(InetSocketAddress.createUnresolved(address.host(), address.port()));
    }

    /**
     * Whether a connection has met itself: a port of this host that nobody listens at may be given to the very socket
     * that wants to connect to it, and TCP takes that for two sides that connect at the same time.
     */
    static boolean isToItself(Channel channel) {
        return channel.localAddress() != null && channel.localAddress().equals(channel.remoteAddress());
    }

    /**
     * Whether an attempt failed since nobody listens there. By the system's number where Netty tells it, since its words
     * depend on the language; where it is not told and the words are foreign ones, the answer is no.
     */
    boolean isRefusal(Throwable failure) {
        String message = String.valueOf(failure.getMessage());
        return failure instanceof ConnectException
                && (message.contains("refused")
                        || (epoll && message.contains("error(" + Errors.ERROR_ECONNREFUSED_NEGATIVE + ")")));
    }

    /** Closes every socket. */
    @Override
    public void close() {
        names.close();
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
    }
}
