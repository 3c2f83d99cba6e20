package io.millrace.broker.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class TurnQueueTest {
    @Test
    void turnsRunOneAtATimeInTheOrderOfEachThread() throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(4);
        try {
            TurnQueue queue = new TurnQueue(pool, Integer.MAX_VALUE);
            int threads = 4;
            int turns = 5_000;
            AtomicInteger inside = new AtomicInteger();
            AtomicInteger together = new AtomicInteger();
            List<List<Integer>> seen = new ArrayList<>();
            CountDownLatch done = new CountDownLatch(threads * turns);
            List<Thread> adders = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                List<Integer> mine = new ArrayList<>(); // not thread-safe on purpose: turns see each other's work
                seen.add(mine);
                Thread adder = new Thread(() -> {
                    for (int i = 0; i < turns; i++) {
                        int number = i;
                        queue.add(() -> {
                            if (inside.incrementAndGet() > 1) {
                                together.incrementAndGet();
                            }
                            mine.add(number);
                            inside.decrementAndGet();
                            done.countDown();
                        });
                    }
                });
                adders.add(adder);
                adder.start();
            }
            for (Thread adder : adders) {
                adder.join();
            }
            done.await();
            assertEquals(0, together.get());
            for (List<Integer> mine : seen) {
                for (int i = 0; i < turns; i++) {
                    assertEquals(i, mine.get(i));
                }
            }
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void aFullQueueTakesEventsButNoCommands() {
        LateExecutor pool = new LateExecutor();
        TurnQueue queue = new TurnQueue(pool, 2);
        List<String> ran = new ArrayList<>();
        assertTrue(queue.offer(() -> ran.add("a")));
        assertTrue(queue.offer(() -> ran.add("b")));
        assertFalse(queue.offer(() -> ran.add("c")));
        queue.add(() -> ran.add("event"));
        pool.runAll();
        assertEquals(List.of("a", "b", "event"), ran);
        assertTrue(queue.offer(() -> ran.add("d")));
    }
}
