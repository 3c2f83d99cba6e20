package io.millrace.broker.log;

import io.millrace.protocol.TopicPartition;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
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
    private final Map<String, Map<TopicPartition, Long>> onFile = new HashMap<>(); // as far as known; guarded by this

    DirectoryCheckpoints(Path directory) {
        this.directory = directory;
    }

    /** What a file says; nothing if it is damaged, which costs a longer recovery or brings deleted records back. */
    synchronized Map<TopicPartition, Long> read(String name) throws IOException {
        try {
            Map<TopicPartition, Long> offsets = new OffsetCheckpoint(directory, name).read();
            if (!offsets.isEmpty()) { // else there may be no file yet
                onFile.put(name, offsets);
            }
            return offsets;
        } catch (MalformedCheckpointException e) {
            LOG.warn("{}; going on without it", e.getMessage());
            return Map.of();
        }
    }

    /**
     * Makes sure that no file says anything of a partition that is about to be made: it would be of an earlier one of
     * that name. What is found of others that are gone goes too, so that many cost no more than one.
     */
    synchronized void forget(TopicPartition partition, Set<TopicPartition> living) throws IOException {
        for (String name : OffsetCheckpoint.ALL) {
            Map<TopicPartition, Long> known = onFile.containsKey(name) ? onFile.get(name) : read(name);
            if (known.containsKey(partition)) {
                Map<TopicPartition, Long> kept = new HashMap<>(known);
                kept.keySet().retainAll(living);
                kept.remove(partition);
                replace(name, kept);
            }
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

    /** Notes what there is to note of logs that have come here, beside what is noted of the others. */
    synchronized void add(Collection<Log> logs) throws IOException {
        add(OffsetCheckpoint.RECOVERY_POINT, logs, log -> true, Log::recoveryPoint);
        add(OffsetCheckpoint.HIGH_WATERMARK, logs, log -> true, Log::highWatermark);
        add(OffsetCheckpoint.LOG_START, logs, Log::hasRaisedStart, Log::startOffset);
        add(OffsetCheckpoint.CLEANED, logs, log -> log.config().compaction().isCompacting(), log -> log.compaction()
                .cleanUpTo());
    }

    private void add(String name, Collection<Log> logs, Predicate<Log> wanted, ToLongFunction<Log> offset)
            throws IOException {
        Map<TopicPartition, Long> known = onFile.containsKey(name) ? onFile.get(name) : read(name);
        Map<TopicPartition, Long> offsets = new HashMap<>(known);
        for (Log log : logs) {
            offsets.remove(log.topicPartition());
            if (wanted.test(log)) {
                offsets.put(log.topicPartition(), offset.applyAsLong(log));
            }
        }
        if (!offsets.equals(known)) {
            replace(name, offsets);
        }
    }

    private synchronized void write(
            String name, Collection<Log> logs, Predicate<Log> wanted, ToLongFunction<Log> offset) throws IOException {
        Map<TopicPartition, Long> offsets = new HashMap<>();
        for (Log log : logs) {
            if (log.directory().equals(directory) && wanted.test(log)) {
                offsets.put(log.topicPartition(), offset.applyAsLong(log));
            }
        }
        if (!offsets.equals(onFile.get(name))) {
            replace(name, offsets);
        }
    }

    private void replace(String name, Map<TopicPartition, Long> offsets) throws IOException {
        onFile.remove(name); // if this fails, either may be there
        new OffsetCheckpoint(directory, name).write(offsets);
        onFile.put(name, offsets);
    }
}
