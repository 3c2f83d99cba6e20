package io.millrace.broker.net;

import io.netty.channel.Channel;

/**
 * Whether a socket is read: not as long as anybody has a reason against it. A frame that has begun is read to its end all
 * the same, unless there is no memory for it: half of it would keep its memory, and its client could not help that.
 *
 * <p>Owned by the channel's event loop.
 */
final class ReadGate {

    /** Why a socket is not read. */
    enum Reason {
        /** The memory for requests is used up. */
        NO_MEMORY(1),
        /** Too many requests of this connection wait for their answer, or the client does not read its answers. */
        ANSWERS_PENDING(2),
        /** The broker is stopping. */
        STOPPING(4),
        /** The client exceeds a quota. */
        THROTTLED(8);

        private final int bit;

        Reason(int bit) {
            this.bit = bit;
        }
    }

    private static final int WITHIN_FRAMES = Reason.NO_MEMORY.bit | Reason.STOPPING.bit;

    private final Channel channel;
    private int held; // the reasons' bits: a set for each of very many connections would weigh more
    private boolean withinFrame;
    private boolean open = true;

    ReadGate(Channel channel) {
        this.channel = channel;
    }

    void hold(Reason reason) {
        held |= reason.bit;
        apply();
    }

    void lift(Reason reason) {
        held &= ~reason.bit;
        apply();
    }

    /** A part of a frame is here, and its memory is taken. */
    void frameBegun() {
        withinFrame = true;
        apply();
    }

    /** The frame is whole. */
    void frameEnded() {
        withinFrame = false;
        apply();
    }

    /** Whether the socket is read. */
    boolean isOpen() {
        return open;
    }

    private void apply() {
        boolean wanted = (withinFrame ? held & WITHIN_FRAMES : held) == 0;
        if (wanted != open) {
            open = wanted;
            channel.config().setAutoRead(wanted);
        }
    }
}
