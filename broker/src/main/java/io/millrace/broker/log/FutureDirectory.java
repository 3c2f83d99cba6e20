package io.millrace.broker.log;

import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.Uuid;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Optional;

/**
 * A copy of a partition that a stop left unfinished: it says where the partition was to move, and is begun anew.
 *
 * @param named a long topic's name is cut
 */
record FutureDirectory(LogDirectory directory, Path path, TopicPartition named) {

    /** The log that was to move here, if there is one. */
    Optional<Log> original(Collection<Log> logs) throws IOException {
        Uuid topicId = PartitionDirectory.topicId(path);
        return logs.stream()
                .filter(log -> log.topicPartition().partition() == named.partition())
                .filter(log -> log.topicPartition().equals(named)
                        || (!topicId.isZero() && log.topicId().equals(topicId)))
                .findFirst();
    }
}
