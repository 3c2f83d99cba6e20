package io.millrace.broker.net;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;

/**
 * When bytes of a connection last came or went.
 *
 * <p>Threading: belongs to the connection's event loop; {@link #lastNs} may be asked by any thread, and does not know yet
 * what was sent of an answer that takes long.
 */
final class Activity {
    private volatile long lastNs = System.nanoTime();

    /** How far sending was when it was last looked at. */
    private long sendMark;

    void now() {
        lastNs = System.nanoTime();
    }

    long lastNs() {
        return lastNs;
    }

    /** Whether nothing came or went for so long; parts of an answer count, too. */
    boolean isSilent(Channel channel, long forNs) {
        noteSending(channel);
        return System.nanoTime() - lastNs > forNs;
    }

    private void noteSending(Channel channel) {
        ChannelOutboundBuffer unsent = channel.unsafe().outboundBuffer();
        if (unsent == null || unsent.isEmpty()) {
            return;
        }
        long mark = 31 * unsent.totalPendingWriteBytes() + unsent.currentProgress();
        if (mark != sendMark) {
            sendMark = mark;
            now();
        }
    }
}
