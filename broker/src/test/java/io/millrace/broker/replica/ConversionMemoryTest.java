package io.millrace.broker.replica;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.protocol.compress.DecompressionBoundException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ConversionMemoryTest {
    private static final int LARGEST = 100 << 20;

    private final ConversionMemory memory = new ConversionMemory(LARGEST);

    private static int largeOnly(int bound) {
        if (bound < LARGEST) {
            throw new DecompressionBoundException(bound);
        }
        return bound;
    }

    @Test
    void aLargeOneIsTriedAgainWithTheLargeBound() {
        List<Integer> bounds = new ArrayList<>();
        assertEquals(Integer.valueOf(LARGEST), memory.<Integer>within(bound -> {
            bounds.add(bound);
            return largeOnly(bound);
        }));
        assertEquals(2, bounds.size());
        assertTrue(bounds.get(0) < LARGEST);
    }

    @Test
    void whatPassesTheLargeBoundIsRefused() {
        assertThrows(
                DecompressionBoundException.class,
                () -> memory.within(bound -> {
                    throw new DecompressionBoundException(bound);
                }));
        assertEquals("next", memory.within(bound -> "next"), "and the next has its turn");
    }

    @Test
    void smallOnesGoOnBesideALargeOneAndLargeOnesDoNot() {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch leave = new CountDownLatch(1);
        AtomicInteger large = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        List<CompletableFuture<Integer>> all = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            all.add(CompletableFuture.supplyAsync(() -> memory.within(bound -> {
                largeOnly(bound);
                most.accumulateAndGet(large.incrementAndGet(), Math::max);
                inside.countDown();
                await(leave);
                return large.decrementAndGet();
            })));
        }
        await(inside);
        assertEquals("small", memory.within(bound -> "small"));
        leave.countDown();
        all.forEach(CompletableFuture::join);
        assertEquals(1, most.get());
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
