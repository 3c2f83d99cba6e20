package io.millrace.broker.log;

import io.millrace.protocol.TopicPartition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** One offset per partition in a file of a log directory: lines {@code topic partition offset}. */
final class OffsetCheckpoint {
    /** All below is on disk for good. */
    static final String RECOVERY_POINT = "recovery-point-offset-checkpoint";

    static final String HIGH_WATERMARK = "replication-offset-checkpoint";
    /** Only of partitions whose start is above their first segment's base. */
    static final String LOG_START = "log-start-offset-checkpoint";
    /** Of compacted partitions: all below has been compacted. */
    static final String CLEANED = "cleaner-offset-checkpoint";

    static final List<String> ALL = List.of(RECOVERY_POINT, HIGH_WATERMARK, LOG_START, CLEANED);

    private final Path file;

    OffsetCheckpoint(Path logDirectory, String name) {
        this.file = logDirectory.resolve(name);
    }

    void write(Map<TopicPartition, Long> offsets) throws IOException {
        List<String> lines = new ArrayList<>(offsets.size());
        offsets.forEach(
                (partition, offset) -> lines.add(partition.topic() + " " + partition.partition() + " " + offset));
        Checkpoint.write(file, lines, Checkpoint.Durability.SYNCED);
    }

    /**
     * What was written last; nothing if it never was.
     *
     * @throws MalformedCheckpointException if the file is damaged
     */
    Map<TopicPartition, Long> read() throws IOException {
        if (!Files.exists(file)) {
            return Map.of();
        }
        Map<TopicPartition, Long> offsets = new HashMap<>();
        for (String line : Checkpoint.read(file)) {
            String[] parts = line.split(" ", -1);
            try {
                offsets.put(new TopicPartition(parts[0], Integer.parseInt(parts[1])), Long.parseLong(parts[2]));
            } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
                throw new MalformedCheckpointException(file, "line '" + line + "'");
            }
        }
        return offsets;
    }
}
