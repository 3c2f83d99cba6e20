package io.millrace.client.net;

import io.millrace.client.BrokerAddress;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * The I/O threads: one unless more are asked for. A client that is opened without a runtime makes one of its own and
 * closes it; several clients that are opened with the same runtime share its threads.
 *
 * <p>Its threads are daemons, so that a forgotten client keeps no program alive. Threading: any.
 */
public final class ClientRuntime implements AutoCloseable {
    private final EventLoopGroup group;
    private final Class<? extends SocketChannel> socket;
    private final HostNames names = new HostNames();
    private final ChunkPool chunks = new ChunkPool();

    /** Pooled, with one arena per I/O thread: buffers are made and freed there. */
    private final ByteBufAllocator allocator;

    private final LargeFrames largeFrames;

    private ClientRuntime(int threads) {
        boolean epoll = hasEpoll();
        IoHandlerFactory io = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        group = new MultiThreadIoEventLoopGroup(threads, new DefaultThreadFactory("millrace-io", true), io);
        socket = epoll ? EpollSocketChannel.class : NioSocketChannel.class;
        allocator = new PooledByteBufAllocator(true, 0, threads, 8192, 7, 0, 64, true);
        largeFrames = new LargeFrames(allocator);
    }

    /** With one I/O thread. */
    public static ClientRuntime create() {
        return create(1);
    }

    /** With so many I/O threads; each client that is opened with it takes the next one in turn. */
    public static ClientRuntime create(int threads) {
        return new ClientRuntime(threads);
    }

    /** The native library is there on Linux, unless somebody left it out. */
    private static boolean hasEpoll() {
        try {
            return Epoll.isAvailable();
        } catch (LinkageError absent) {
            return false;
        }
    }

    /** The next thread in turn. */
    IoThread nextThread() {
        return new IoThread(group.next());
    }

    ChunkPool chunks() {
        return chunks;
    }

    LargeFrames largeFrames() {
        return largeFrames;
    }

    ByteBufAllocator allocator() {
        return allocator;
    }

    /** Begins to connect; the name is looked up without holding up the thread. */
    ChannelFuture connect(IoThread thread, BrokerAddress address, Duration timeout, ChannelHandler handler) {
        return new Bootstrap()
                .group(thread.loop())
                .channel(socket)
                .resolver(names)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) Math.min(Integer.MAX_VALUE, timeout.toMillis()))
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.SO_KEEPALIVE, true)
                .option(ChannelOption.ALLOCATOR, allocator)
                .handler(handler)
                .connect(InetSocketAddress.createUnresolved(address.host(), address.port()));
    }

    /** As {@link #close}, without waiting: for a client that is closed by a callback on the I/O thread. */
    void closeLater() {
        names.close();
        largeFrames.close();
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }

    /** Ends the threads, after at most two seconds. Clients that still use them fail what they have under way. */
    @Override
    public void close() {
        names.close();
        largeFrames.close();
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
    }
}
