package io.millrace.broker.log;

import io.millrace.protocol.TopicPartition;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.ScheduledExecutorService;

/**
 * What the classes that make up one log share: its state, each piece of which guards itself or is changed under the
 * log's lock, as it says.
 *
 * @param path of the partition's directory
 * @param snapshots guarded by the log's lock
 */
record LogParts(
        TopicPartition partition,
        Path path,
        LogDirectory directory,
        Clock clock,
        Availability availability,
        Segments segments,
        LogOffsets offsets,
        LeaderEpochs epochs,
        ProducerStates producers,
        ProducerSnapshots snapshots,
        Flusher flusher,
        LogDamage damage,
        Disposal disposal) {

    /** What a log shares with all others in its directory. */
    record Surroundings(LogDirectory directory, Clock clock, ScheduledExecutorService background) {}

    /** @param highWatermark as far as it is known; brought within start and end */
    static LogParts of(
            TopicPartition partition,
            Path path,
            Surroundings around,
            Recovery.Recovered recovered,
            long highWatermark) {
        LogDirectory directory = around.directory();
        Segments segments = new Segments(recovered.segments());
        Segment active = segments.active();
        LogEnd end = new LogEnd(recovered.endOffset(), active.baseOffset(), active.size());
        return new LogParts(
                partition,
                path,
                directory,
                around.clock(),
                new Availability(partition, directory),
                segments,
                new LogOffsets(partition, recovered.startOffset(), end, highWatermark),
                recovered.epochs(),
                recovered.producers(),
                recovered.snapshots(),
                new Flusher(directory, path, segments, recovered.epochs(), around.clock(), recovered.recoveryPoint()),
                new LogDamage(partition, path, segments),
                new Disposal(around.background(), directory::isFull));
    }
}
