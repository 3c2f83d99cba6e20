package io.millrace.broker.net;

import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/** Gives out so many buffers, and then fails as Netty does when direct memory is used up. */
final class ScarceAllocator extends AbstractByteBufAllocator {
    private final ByteBufAllocator source;
    private int left;

    ScarceAllocator(ByteBufAllocator source, int buffers) {
        super(true);
        this.source = source;
        this.left = buffers;
    }

    @Override
    protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
        return source.heapBuffer(initialCapacity, maxCapacity);
    }

    @Override
    protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
        if (left-- <= 0) {
            throw new OutOfMemoryError("no direct memory, as the test wants it");
        }
        return source.directBuffer(initialCapacity, maxCapacity);
    }

    @Override
    public boolean isDirectBufferPooled() {
        return false;
    }
}
