package io.millrace.broker.net;

import io.netty.buffer.ByteBuf;
import java.util.Optional;

/**
 * One request as it came from the socket, without its length. Owns its bytes until it is released. One thread at a time,
 * handed on safely.
 */
final class Frame {
    private final ByteBuf bytes;
    private final int reserved;
    private final MemoryBudget budget;
    private final Optional<Object> favour;
    private boolean released;

    /**
     * @param reserved bytes that the budget was told of
     * @param favour what the budget may have favoured it under
     */
    Frame(ByteBuf bytes, int reserved, MemoryBudget budget, Optional<Object> favour) {
        this.bytes = bytes;
        this.reserved = reserved;
        this.budget = budget;
        this.favour = favour;
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
            favour.ifPresent(budget::endFavour);
        }
    }
}
