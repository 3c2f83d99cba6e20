package io.millrace.broker.replica;

import io.millrace.protocol.compress.DecompressionBoundException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntFunction;

/**
 * Bounds the heap that opening batches takes: small ones are opened side by side, a large one alone.
 *
 * <p>Threading: any thread that may be held up by another's conversion; not an event loop.
 */
public final class ConversionMemory {
    private static final int SMALL = 2 << 20;
    private static final int SHARE_OF_HEAP = 16;

    private final int largest;
    private final ReentrantLock alone = new ReentrantLock();

    /** @param largest content of what is converted, decompressed, in bytes */
    public ConversionMemory(int largest) {
        this.largest = largest;
    }

    /** One that suits the heap of this process. */
    public static ConversionMemory ofHeap() {
        long share = Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP;
        return new ConversionMemory((int) Math.min(share, Integer.MAX_VALUE - 8L));
    }

    /** The largest content that is converted, in bytes. */
    public int largest() {
        return largest;
    }

    /**
     * Runs a conversion, which is handed the bound that it has to keep. It may be run twice, and must have no effect
     * where it throws {@link DecompressionBoundException}.
     *
     * @throws DecompressionBoundException if it does not keep the largest bound either
     */
    public <T> T within(IntFunction<T> conversion) {
        if (largest > SMALL) {
            try {
                return conversion.apply(SMALL);
            } catch (DecompressionBoundException large) {
                // alone, then
            }
        }
        alone.lock();
        try {
            return conversion.apply(largest);
        } finally {
            alone.unlock();
        }
    }
}
