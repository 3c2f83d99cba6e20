package io.millrace.broker.net;

import io.netty.buffer.ByteBuf;

/**
 * One request as it came from the socket, without its length. Owns its bytes until it is released. One thread at a time,
 * handed on safely.
 */
final class Frame {
    private final ByteBuf bytes;
    private final MemoryBudget.Reservation reservation;
    private boolean released;

    /** @param reservation that of the bytes, the frame's own from now on */
    Frame(ByteBuf bytes, MemoryBudget.Reservation reservation) {
        this.bytes = bytes;
        this.reservation = reservation;
    }

    ByteBuf bytes() {
        return bytes;
    }

    /** Lets the bytes go; does nothing the second time. */
    void release() {
        if (!released) {
            released = true;
            bytes.release();
            reservation.release();
        }
    }
}
