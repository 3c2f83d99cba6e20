package io.millrace.client.producer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.client.testing.FakeBroker;
import io.millrace.client.testing.Reply;
import io.millrace.protocol.message.ApiKey;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A web server that logs much more than can be sent, while its brokers come, go and fall silent: what that costs it. */
@Timeout(60)
final class ProducerBoundsTest extends WithFakeCluster {
    private static final int BUFFER_BYTES = 4 << 20;
    private static final int RECORDS = 40_000; // of 1 KiB: ten times the buffer
    private static final int HEAP_BYTES = 24 << 20; // of which the test's own sockets and answers take most

    @Test
    void memoryAndThreadsStayWithinTheirBoundsWhateverBrokersDo() {
        long directBefore = directBytes();
        long heapBefore = liveHeapBytes();
        AtomicInteger outcomes = new AtomicInteger();
        int sends = 0;
        Producer producer = open(config().bufferMemory(BUFFER_BYTES)
                .whenFull(WhenFull.DROP_AND_COUNT)
                .deliveryTimeout(Duration.ofMillis(500)));
        List<Runnable> troubles = List.of(
                () -> {},
                () -> cluster.brokers().forEach(FakeBroker::down),
                () -> {
                    cluster.brokers().forEach(FakeBroker::up);
                    cluster.brokers().forEach(broker -> broker.on(ApiKey.PRODUCE, call -> new Reply.Silence()));
                },
                () -> cluster.brokers().forEach(broker -> broker.on(ApiKey.PRODUCE, call -> new Reply.Hangup())));
        byte[] value = new byte[1024];
        for (int round = 0; round < 2; round++) {
            for (Runnable trouble : troubles) {
                trouble.run();
                for (int i = 0; i < RECORDS; i++) {
                    producer.send(i % 2 == 0 ? "t" : "nowhere", value, outcome -> outcomes.incrementAndGet());
                }
                sends += RECORDS;
                assertTrue(producer.metrics().bufferUsed() <= BUFFER_BYTES, "buffer.memory");
                assertTrue(directBytes() - directBefore <= 2 * BUFFER_BYTES, "off the heap: " + directBytes());
                assertTrue(liveHeapBytes() - heapBefore <= HEAP_BYTES, "on the heap: " + liveHeapBytes());
                assertTrue(threads().getOrDefault("millrace-io", 0) <= 1, "threads " + threads());
                assertTrue(threads().values().stream().mapToInt(n -> n).sum() <= 2, "threads " + threads());
            }
            cluster.brokers().forEach(FakeBroker::down);
            cluster.brokers().forEach(FakeBroker::up);
        }
        producer.close(Duration.ofMillis(200));
        int all = sends;
        Awaitility.await().untilAsserted(() -> assertEquals(all, outcomes.get(), "each record ends once"));
        assertTrue(producer.metrics().recordsDropped() > 0);
        assertEquals(0, producer.metrics().bufferUsed());
    }

    private static long directBytes() {
        return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals("direct"))
                .mapToLong(BufferPoolMXBean::getMemoryUsed)
                .sum();
    }

    private static long liveHeapBytes() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    /** The library's own, by the kind that their names begin with. */
    private static Map<String, Integer> threads() {
        Map<String, Integer> kinds = new TreeMap<>();
        Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("millrace-"))
                .forEach(name -> kinds.merge(name.replaceAll("-[0-9]+.*", ""), 1, Integer::sum));
        return kinds;
    }
}
