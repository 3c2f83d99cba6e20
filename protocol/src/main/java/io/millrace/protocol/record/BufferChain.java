package io.millrace.protocol.record;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * Records in memory, in pieces that belong one behind the other: what a producer wrote chunk by chunk and sends without
 * joining it.
 *
 * @param pieces each from its position to its limit; none of them is changed
 * @param sizeInBytes of all pieces together
 * @param onRelease runs when the chain is let go
 */
public record BufferChain(List<ByteBuffer> pieces, int sizeInBytes, Runnable onRelease) implements Records {
    /** Adds up the sizes. */
    public static BufferChain of(List<ByteBuffer> pieces, Runnable onRelease) {
        int size = 0;
        for (ByteBuffer piece : pieces) {
            size = Math.addExact(size, piece.remaining());
        }
        return new BufferChain(List.copyOf(pieces), size, onRelease);
    }

    @Override
    public void release() {
        onRelease.run();
    }
}
