package io.millrace.broker.net;

import io.netty.channel.ChannelConfig;
import io.netty.channel.RecvByteBufAllocator.ExtendedHandle;
import io.netty.util.UncheckedBooleanSupplier;

/**
 * How often a socket is read in a row before the others of its event loop have their turn. Which buffer the next read
 * goes into is left to who extends it.
 *
 * <p>Threading: the connection's event loop.
 */
@SuppressWarnings("deprecation") // Netty marks Handle so, and asks for ExtendedHandle, which extends it
abstract class ReadTurns implements ExtendedHandle {
    private static final int MAX_READS = 16;

    private ChannelConfig config;
    private int reads;
    private int lastBytes;
    private int attempted;

    @Override
    public final void reset(ChannelConfig config) {
        this.config = config;
        reads = 0;
    }

    @Override
    public final void incMessagesRead(int count) {
        reads += count;
    }

    @Override
    public final void lastBytesRead(int bytes) {
        lastBytes = bytes;
    }

    @Override
    public final int lastBytesRead() {
        return lastBytes;
    }

    @Override
    public final void attemptedBytesRead(int bytes) {
        attempted = bytes;
    }

    @Override
    public final int attemptedBytesRead() {
        return attempted;
    }

    @Override
    public final boolean continueReading() {
        return continueReading(() -> attempted == lastBytes);
    }

    @Override
    public final boolean continueReading(UncheckedBooleanSupplier maybeMore) {
        return config.isAutoRead() && reads < MAX_READS && lastBytes > 0 && maybeMore.get();
    }

    @Override
    public void readComplete() {}
}
