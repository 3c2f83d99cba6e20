package io.millrace.broker.net;

import io.netty.channel.Channel;
import java.util.EnumSet;
import java.util.Set;

/** Whether a socket is read: not as long as anybody has a reason against it. Owned by the channel's event loop. */
final class ReadGate {

    /** Why a socket is not read. */
    enum Reason {
        /** The memory for requests is used up. */
        NO_MEMORY,
        /** Too many requests of this connection wait for their answer, or the client does not read its answers. */
        ANSWERS_PENDING,
        /** The client exceeds a quota. */
        THROTTLED,
        /** The broker is stopping. */
        STOPPING
    }

    private final Channel channel;
    private final Set<Reason> held = EnumSet.noneOf(Reason.class);

    ReadGate(Channel channel) {
        this.channel = channel;
    }

    void hold(Reason reason) {
        if (held.add(reason)) {
            channel.config().setAutoRead(false);
        }
    }

    void lift(Reason reason) {
        if (held.remove(reason) && held.isEmpty()) {
            channel.config().setAutoRead(true);
        }
    }

    boolean holds(Reason reason) {
        return held.contains(reason);
    }
}
