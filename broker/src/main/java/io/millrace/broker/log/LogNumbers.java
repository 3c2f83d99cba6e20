package io.millrace.broker.log;

import io.micrometer.core.instrument.Timer;
import io.millrace.broker.metrics.Metrics;
import io.millrace.broker.metrics.Table;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What can be read off the logs and their directories, and how long it takes to bring them to the disk: Kafka's Log,
 * LogManager and LogFlushStats.
 *
 * <p>Threading: any thread.
 */
final class LogNumbers {
    private final LogDirectories directories;
    private final Collection<Log> logs;

    LogNumbers(LogDirectories directories, Collection<Log> logs) {
        this.directories = directories;
        this.logs = logs;
    }

    void addTo(Metrics metrics) {
        Timer flushes = metrics.registry().timer("kafka.log.LogFlushStats.LogFlushRateAndTimeMs");
        directories
                .all()
                .forEach(directory -> directory.tellOfFlushes(nanos -> flushes.record(nanos, TimeUnit.NANOSECONDS)));
        metrics.add(Table.<Log>gauges("kafka.log.Log", () -> logs)
                .tag("topic", log -> log.topicPartition().topic())
                .tag("partition", log -> Integer.toString(log.topicPartition().partition()))
                .value("Size", Log::sizeInBytes)
                .value("LogStartOffset", Log::startOffset)
                .value("LogEndOffset", Log::endOffset)
                .value("NumLogSegments", Log::segmentCount)
                .value("RetentionSizeInPercent", LogNumbers::sizeInPercent)
                .build());
        List<LogNumbers> self = List.of(this);
        metrics.add(Table.gauges("kafka.log.LogManager", () -> self)
                .value("OfflineLogDirectoryCount", LogNumbers::offlineDirectories)
                .build());
        List<Directory> all = new ArrayList<>();
        directories.all().forEach(directory -> all.add(new Directory(directory.path(), directory)));
        directories.unusable().forEach(path -> all.add(new Directory(path, null)));
        metrics.add(Table.<Directory>gauges("kafka.log.LogManager", () -> all)
                .tag("logDirectory", directory -> directory.path().toString())
                .value("LogDirectoryOffline", directory -> directory.isOnline() ? 0 : 1)
                .build());
    }

    /** Of the bytes that retention leaves; 0 where it leaves all. */
    private static long sizeInPercent(Log log) {
        long most = log.config().retentionBytes();
        return most <= 0 ? 0 : 100 * log.sizeInBytes() / most;
    }

    /** A log directory; one that was unusable at the start is none. */
    private record Directory(Path path, LogDirectory usable) {
        boolean isOnline() {
            return usable != null && usable.isOnline();
        }
    }

    private long offlineDirectories() {
        return directories.unusable().size()
                + directories.all().stream()
                        .filter(directory -> !directory.isOnline())
                        .count();
    }
}
