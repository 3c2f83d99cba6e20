package io.millrace.broker.net;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.group.ChannelGroup;
import java.util.concurrent.TimeUnit;

/**
 * Closes connections that have been silent for too long. One walk over all of them now and then, instead of a handler and
 * a timer for each: most connections of a large broker are idle, and what each of them costs is multiplied.
 *
 * <p>Threading: one event loop runs it; what it finds is told to the connection's own.
 */
final class IdleSweep implements Runnable {
    private static final long LONGEST_PERIOD_MS = 10_000;

    private final ChannelGroup connections;
    private final long maxIdleMs;

    IdleSweep(ChannelGroup connections, long maxIdleMs) {
        this.connections = connections;
        this.maxIdleMs = maxIdleMs;
    }

    /** How long to wait between two walks: a silent connection may stay by so much longer. */
    long periodMs() {
        return Math.max(1, Math.min(LONGEST_PERIOD_MS, maxIdleMs / 4));
    }

    @Override
    public void run() {
        long now = System.nanoTime();
        long maxIdleNs = TimeUnit.MILLISECONDS.toNanos(maxIdleMs);
        for (Channel channel : connections) {
            ChannelHandlerContext context = channel.pipeline().context(Connection.class);
            if (context != null) {
                Connection connection = (Connection) context.handler();
                if (now - connection.lastActiveNs() > maxIdleNs) {
                    channel.eventLoop().execute(() -> connection.closeIfSilent(context, maxIdleNs));
                }
            }
        }
    }
}
