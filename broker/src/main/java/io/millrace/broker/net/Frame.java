package io.millrace.broker.net;

import io.netty.buffer.ByteBuf;

/**
 * One request as it came from the socket, without its length. Owns its bytes until it is released. One thread at a time,
 * handed on safely.
 */
final class Frame {
    private final ByteBuf bytes;
    private final int reserved;
    private final MemoryBudget budget;
    private boolean released;

    /** @param reserved bytes that the budget was told of */
    Frame(ByteBuf bytes, int reserved, MemoryBudget budget) {
        this.bytes = bytes;
        this.reserved = reserved;
        this.budget = budget;
    }

    ByteBuf bytes() {
        return bytes;
    }

    /** Lets the bytes go; does nothing the second time. */
    void release() {
        if (!released) {
            released = true;
            bytes.release();
            budget.release(reserved);
        }
    }
}
