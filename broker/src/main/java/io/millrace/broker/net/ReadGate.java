package io.millrace.broker.net;

import io.netty.channel.Channel;

/** Whether a socket is read: not as long as anybody has a reason against it. Owned by the channel's event loop. */
final class ReadGate {

    /** Why a socket is not read. */
    enum Reason {
        /** The memory for requests is used up. */
        NO_MEMORY(1),
        /** Too many requests of this connection wait for their answer, or the client does not read its answers. */
        ANSWERS_PENDING(2),
        /** The client exceeds a quota. */
        THROTTLED(8),
        /** The broker is stopping. */
        STOPPING(4);

        private final int bit;

        Reason(int bit) {
            this.bit = bit;
        }
    }

    private final Channel channel;
    private int held; // the reasons' bits: a set for each of very many connections would weigh more

    ReadGate(Channel channel) {
        this.channel = channel;
    }

    void hold(Reason reason) {
        if (!holds(reason)) {
            held |= reason.bit;
            channel.config().setAutoRead(false);
        }
    }

    void lift(Reason reason) {
        if (holds(reason)) {
            held &= ~reason.bit;
            if (held == 0) {
                channel.config().setAutoRead(true);
            }
        }
    }

    boolean holds(Reason reason) {
        return (held & reason.bit) != 0;
    }
}
