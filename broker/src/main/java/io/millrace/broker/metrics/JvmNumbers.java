package io.millrace.broker.metrics;

import java.lang.management.BufferPoolMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * What the JVM and the process tell of themselves, under the names of Prometheus's own Java client: memory both in its
 * older spelling, which most boards have, and in its newer one. Nothing is looked at before somebody asks.
 */
public final class JvmNumbers {
    private JvmNumbers() {}

    public static void addTo(Metrics metrics) {
        addMemory(metrics, "jvm_memory_bytes", "used", "committed", "max");
        addMemory(metrics, "jvm_memory", "used_bytes", "committed_bytes", "max_bytes");
        metrics.add(Table.<BufferPoolMXBean>series(
                        "jvm_buffer_pool", () -> ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class))
                .tag("pool", BufferPoolMXBean::getName)
                .value("used_bytes", BufferPoolMXBean::getMemoryUsed)
                .value("capacity_bytes", BufferPoolMXBean::getTotalCapacity)
                .value("used_buffers", BufferPoolMXBean::getCount)
                .build());
        metrics.add(Table.<GarbageCollectorMXBean>series(
                        "jvm_gc_collection_seconds", ManagementFactory::getGarbageCollectorMXBeans)
                .tag("gc", GarbageCollectorMXBean::getName)
                .counter("count", GarbageCollectorMXBean::getCollectionCount)
                .counter("sum", gc -> gc.getCollectionTime() / 1000.0)
                .build());
        List<String> jvm = List.of("jvm");
        metrics.add(Table.series("jvm_threads", () -> jvm)
                .value("current", any -> ManagementFactory.getThreadMXBean().getThreadCount())
                .value("daemon", any -> ManagementFactory.getThreadMXBean().getDaemonThreadCount())
                .value("peak", any -> ManagementFactory.getThreadMXBean().getPeakThreadCount())
                .build());
        metrics.add(Table.series("jvm_classes", () -> jvm)
                .value("loaded", any -> ManagementFactory.getClassLoadingMXBean()
                        .getLoadedClassCount())
                .build());
        metrics.add(Table.series("jvm_info", () -> jvm)
                .tag("version", any -> System.getProperty("java.runtime.version", ""))
                .tag("vendor", any -> System.getProperty("java.vm.vendor", ""))
                .tag("runtime", any -> System.getProperty("java.runtime.name", ""))
                .value("", any -> 1)
                .build());
        addProcess(metrics);
    }

    private static void addMemory(Metrics metrics, String prefix, String used, String committed, String max) {
        metrics.add(Table.<Map.Entry<String, MemoryUsage>>series(prefix, JvmNumbers::areas)
                .tag("area", Map.Entry::getKey)
                .value(used, area -> area.getValue().getUsed())
                .value(committed, area -> area.getValue().getCommitted())
                .value(max, area -> area.getValue().getMax())
                .build());
    }

    private static Collection<Map.Entry<String, MemoryUsage>> areas() {
        return List.of(
                Map.entry("heap", ManagementFactory.getMemoryMXBean().getHeapMemoryUsage()),
                Map.entry("nonheap", ManagementFactory.getMemoryMXBean().getNonHeapMemoryUsage()));
    }

    private static void addProcess(Metrics metrics) {
        List<ProcessFiles> process = List.of(new ProcessFiles());
        metrics.add(Table.series("process", () -> process)
                .counter("cpu_seconds_total", ProcessFiles::cpuSeconds)
                .value(
                        "start_time_seconds",
                        any -> ManagementFactory.getRuntimeMXBean().getStartTime() / 1000.0)
                .value("resident_memory_bytes", ProcessFiles::residentBytes)
                .value("open_fds", ProcessFiles::openFiles)
                .value("max_fds", ProcessFiles::maxFiles)
                .build());
        metrics.add(Table.gauges("kafka.server.KafkaServer", () -> process)
                .value("linux-disk-read-bytes", ProcessFiles::diskReadBytes)
                .value("linux-disk-write-bytes", ProcessFiles::diskWriteBytes)
                .value("yammer-metrics-count", any -> metrics.meters().size())
                .build());
        metrics.add(Table.attributes("kafka.server.kafka-metrics-count", () -> process)
                .value("count", any -> metrics.size())
                .build());
    }
}
