package io.millrace.broker.log;

import io.millrace.protocol.TopicPartition;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The offsets that a log directory remembers of its logs: recovery points, high watermarks, raised starts, compaction. A file is
 * written only if something in it is new.
 *
 * <p>Threading: any.
 */
final class DirectoryCheckpoints {
    private static final Logger LOG = LoggerFactory.getLogger(DirectoryCheckpoints.class);

    private final Path directory;
    private final Map<String, Map<TopicPartition, Long>> written = new HashMap<>();

    DirectoryCheckpoints(Path directory) {
        this.directory = directory;
    }

    /** What a file says; nothing if it is damaged, which costs a longer recovery or brings deleted records back. */
    Map<TopicPartition, Long> read(String name) throws IOException {
        try {
            return new OffsetCheckpoint(directory, name).read();
        } catch (MalformedCheckpointException e) {
            LOG.warn("{}; going on without it", e.getMessage());
            return Map.of();
        }
    }

    void writeRecoveryPoints(Collection<Log> logs) throws IOException {
        write(OffsetCheckpoint.RECOVERY_POINT, logs, log -> true, Log::recoveryPoint);
    }

    void writeHighWatermarks(Collection<Log> logs) throws IOException {
        write(OffsetCheckpoint.HIGH_WATERMARK, logs, log -> true, Log::highWatermark);
    }

    void writeStarts(Collection<Log> logs) throws IOException {
        write(OffsetCheckpoint.LOG_START, logs, Log::hasRaisedStart, Log::startOffset);
    }

    void writeCleaned(Collection<Log> logs) throws IOException {
        write(OffsetCheckpoint.CLEANED, logs, log -> log.config().compaction().isCompacting(), log -> log.compaction()
                .cleanUpTo());
    }

    private synchronized void write(
            String name, Collection<Log> logs, Predicate<Log> wanted, ToLongFunction<Log> offset) throws IOException {
        Map<TopicPartition, Long> offsets = new HashMap<>();
        for (Log log : logs) {
            if (log.directory().equals(directory) && wanted.test(log)) {
                offsets.put(log.topicPartition(), offset.applyAsLong(log));
            }
        }
        if (!offsets.equals(written.get(name))) {
            new OffsetCheckpoint(directory, name).write(offsets);
            written.put(name, offsets);
        }
    }
}
