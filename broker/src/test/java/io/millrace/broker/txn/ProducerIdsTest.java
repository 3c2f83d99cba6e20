package io.millrace.broker.txn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.broker.cluster.InMemoryClusterStore;
import io.millrace.broker.cluster.ProducerIdBlock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ProducerIdsTest {
    /** Runs what the cluster has to do when the test says so. */
    private final Queue<Runnable> events = new ArrayDeque<>();

    private final InMemoryClusterStore.Truth truth = new InMemoryClusterStore.Truth("c");
    private final ProducerIds ids = new ProducerIds(new InMemoryClusterStore(truth, events::add));

    private void runEvents() {
        while (!events.isEmpty()) {
            events.poll().run();
        }
    }

    private CompletableFuture<Long> next() {
        return ids.next().toCompletableFuture();
    }

    @Test
    void whoAsksBeforeThereIsABlockWaitsForIt() {
        List<CompletableFuture<Long>> asked = List.of(next(), next(), next());
        assertTrue(asked.stream().noneMatch(CompletableFuture::isDone));
        runEvents();
        assertEquals(
                List.of(0L, 1L, 2L), asked.stream().map(CompletableFuture::join).toList());
        assertEquals(3, next().join());
    }

    @Test
    void aWholeBlockIsInHandWhileTheStoreIsAway() {
        next();
        runEvents();
        for (int i = 1; i < 2 * ProducerIdBlock.SIZE; i++) {
            assertEquals(i, next().join());
        }
        CompletableFuture<Long> oneMore = next();
        assertFalse(oneMore.isDone());
        runEvents();
        assertEquals(2 * ProducerIdBlock.SIZE, oneMore.join());
    }

    @Test
    void moreThanABlockHoldsTakesMoreBlocks() {
        int count = 2 * ProducerIdBlock.SIZE + 1;
        List<CompletableFuture<Long>> asked = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            asked.add(next());
        }
        runEvents();
        Set<Long> different = new HashSet<>();
        asked.forEach(id -> different.add(id.join()));
        assertEquals(count, different.size());
    }

    @Test
    void twoBrokersNeverGiveOutTheSame() {
        ProducerIds other = new ProducerIds(new InMemoryClusterStore(truth, events::add));
        CompletableFuture<Long> one = next();
        CompletableFuture<Long> two = other.next().toCompletableFuture();
        runEvents();
        assertFalse(one.join().equals(two.join()));
    }

    @Test
    void manyThreadsGetDifferentIds() {
        ProducerIds shared = new ProducerIds(new InMemoryClusterStore());
        Set<Long> seen = ConcurrentHashMap.newKeySet();
        int count = 5000;
        IntStream.range(0, count)
                .parallel()
                .forEach(i ->
                        assertTrue(seen.add(shared.next().toCompletableFuture().join())));
        assertEquals(count, seen.size());
    }
}
