package io.millrace.client.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class LargeFramesTest {
    private static final int MIB = 1 << 20;

    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true);
    private final LargeFrames frames = new LargeFrames(allocator);

    @AfterEach
    void nothingIsLeft() {
        frames.close();
        assertEquals(0, frames.keptBytes());
        assertEquals(0, allocator.metric().usedDirectMemory());
    }

    @Test
    void aFrameTakesWhatWasAskedForAndNoMore() {
        for (int size : new int[] {1, LargeFrames.LEAST_BYTES - 1, LargeFrames.LEAST_BYTES, 3 * MIB + 5}) {
            ByteBuf frame = frames.take(size);
            assertEquals(0, frame.readableBytes());
            assertEquals(size, frame.writableBytes());
            assertEquals(size, frame.maxCapacity());
            frame.release();
        }
    }

    @Test
    void memoryIsUsedAgainOnceNobodyHoldsIt() {
        ByteBuf first = frames.take(2 * MIB);
        first.writeLong(7);
        first.retain();
        first.release();
        assertEquals(0, frames.keptBytes(), "somebody holds it yet");
        first.release();
        assertEquals(2 * MIB, frames.keptBytes());
        ByteBuf second = frames.take(2 * MIB - 1000);
        assertEquals(0, frames.keptBytes());
        assertEquals(2 * MIB, allocator.metric().usedDirectMemory());
        second.release();
    }

    @Test
    void whatIsFarTooLargeIsNotTaken() {
        frames.take(8 * MIB).release();
        ByteBuf small = frames.take(MIB);
        assertEquals(8 * MIB, frames.keptBytes());
        small.release();
    }

    @Test
    void noMoreIsKeptThanTheBound() {
        List<ByteBuf> all = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            all.add(frames.take(3 * MIB));
        }
        all.forEach(ByteBuf::release);
        assertEquals(15 * MIB, frames.keptBytes());
        frames.take(20 * MIB).release();
        assertEquals(15 * MIB, frames.keptBytes());
        assertTrue(frames.keptBytes() <= LargeFrames.MOST_KEPT_BYTES);
    }

    @Test
    void whatComesBackAfterTheEndIsLetGo() {
        ByteBuf late = frames.take(MIB);
        frames.close();
        late.release();
        assertEquals(0, frames.keptBytes());
    }
}
