package io.millrace.broker.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;

/** Meters and tables as MBeans and as text. */
final class MetricsTest {
    private long nanos = 1;
    private final Metrics metrics = new Metrics(() -> nanos);

    private record Thing(String topic, int number, long size) {}

    private StrictText text() {
        return StrictText.read(new Prometheus(metrics, 1000));
    }

    private void ticks(int count) {
        for (int i = 0; i < count; i++) {
            nanos += TimeUnit.MILLISECONDS.toNanos(Metrics.TICK_MS);
            metrics.tick();
        }
    }

    @Test
    void meterHasKafkasNameAndRates() throws Exception {
        Counter counter =
                metrics.registry().counter("kafka.server.BrokerTopicMetrics.MessagesInPerSec", "topic", "a \"b\"\\c");
        MBeanServer server = new LookedAt().newMBeanServer("test", null, new LookedAt().newMBeanServerDelegate());
        try (MBeans beans = new MBeans(metrics, server)) {
            beans.tick();
            for (int i = 0; i < 60; i++) {
                counter.increment(50);
                ticks(1);
            }
            ObjectName name = new ObjectName("kafka.server:type=BrokerTopicMetrics,name=MessagesInPerSec,topic="
                    + ObjectName.quote("a \"b\"\\c"));
            assertEquals(3000L, server.getAttribute(name, "Count"));
            assertEquals(10.0, (double) server.getAttribute(name, "OneMinuteRate"), 1e-9);
            assertEquals(10.0, (double) server.getAttribute(name, "FifteenMinuteRate"), 1e-9);
            assertEquals(TimeUnit.SECONDS, server.getAttribute(name, "RateUnit"));
            ticks(12);
            assertEquals(10 / Math.E, (double) server.getAttribute(name, "OneMinuteRate"), 1e-6);
            assertEquals(7, server.getMBeanInfo(name).getAttributes().length);
        }
        assertEquals(0, server.queryNames(new ObjectName("kafka.*:*"), null).size());
        assertEquals(
                3000, text().value("kafka_server_brokertopicmetrics_messagesin_total", "topic", "a \\\"b\\\"\\\\c"));
        assertEquals("counter", text().typeOf("kafka_server_brokertopicmetrics_messagesin_total"));
    }

    @Test
    void histogramIsASummary() throws Exception {
        DistributionSummary summary = DistributionSummary.builder("kafka.network.RequestMetrics.TotalTimeMs")
                .tag("request", "Produce")
                .baseUnit(LeanSummary.MILLISECONDS)
                .register(metrics.registry());
        for (int i = 1; i <= 100; i++) {
            summary.record(i);
        }
        StrictText text = text();
        assertEquals(100, text.value("kafka_network_requestmetrics_totaltimems_count", "request", "Produce"));
        assertEquals(5050, text.value("kafka_network_requestmetrics_totaltimems_sum", "request", "Produce"), 1e-6);
        assertEquals(
                95,
                text.value("kafka_network_requestmetrics_totaltimems", "request", "Produce", "quantile", "0.95"),
                3.1);
    }

    @Test
    void tableIsReadWhenItIsLookedAt() throws Exception {
        List<Thing> things = new ArrayList<>(List.of(new Thing("t", 0, 7), new Thing("t", 1, 8)));
        metrics.add(Table.<Thing>gauges("kafka.log.Log", () -> things)
                .tag("topic", Thing::topic)
                .tag("partition", thing -> Integer.toString(thing.number()))
                .value("Size", Thing::size)
                .build());
        MBeanServer server = new LookedAt().newMBeanServer("test", null, new LookedAt().newMBeanServerDelegate());
        try (MBeans beans = new MBeans(metrics, server)) {
            ObjectName first = new ObjectName("kafka.log:type=Log,name=Size,topic=t,partition=0");
            assertEquals(7L, server.getAttribute(first, "Value"));
            things.remove(0);
            things.add(new Thing("t", 2, 9));
            beans.refresh();
            assertFalse(server.isRegistered(first));
            assertEquals(
                    9L,
                    server.getAttribute(new ObjectName("kafka.log:type=Log,name=Size,topic=t,partition=2"), "Value"));
        }
        assertEquals(8, text().value("kafka_log_log_size", "topic", "t", "partition", "1"));
        StrictText limited = StrictText.read(new Prometheus(metrics, 1));
        assertEquals(1, limited.size());
        assertTrue(StrictText.read(new Prometheus(metrics, 0)).names().isEmpty());
    }

    @Test
    void nothingIsRegisteredBeforeSomebodyLooks() throws Exception {
        metrics.whenLookedAt(() -> metrics.registry().counter("kafka.server.Late.LatePerSec"));
        MBeanServer server = new LookedAt().newMBeanServer("test", null, new LookedAt().newMBeanServerDelegate());
        try (MBeans beans = new MBeans(metrics, server)) {
            beans.tick();
            assertTrue(metrics.meters().isEmpty());
            assertEquals(
                    1, server.queryNames(new ObjectName("kafka.server:*"), null).size());
        }
    }

    @Test
    void manyPartitionsAreWrittenInPieces() {
        List<Thing> things = IntStream.range(0, 20_000)
                .mapToObj(i -> new Thing("topic", i, i))
                .toList();
        metrics.add(Table.<Thing>gauges("kafka.log.Log", () -> things)
                .tag("topic", Thing::topic)
                .tag("partition", thing -> Integer.toString(thing.number()))
                .value("Size", Thing::size)
                .build());
        Prometheus pieces = new Prometheus(metrics, Integer.MAX_VALUE);
        int count = 0;
        while (pieces.hasNext()) {
            assertTrue(pieces.next().length < 64 << 10);
            count++;
        }
        assertTrue(count > 10);
        assertEquals(
                20_000,
                StrictText.read(new Prometheus(metrics, Integer.MAX_VALUE)).size());
    }
}
