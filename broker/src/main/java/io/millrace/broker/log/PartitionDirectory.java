package io.millrace.broker.log;

import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.Uuid;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A partition's directory by its name, {@code <topic>-<partition>}, and what is to become of it by what is behind: {@code
 * .<32 hex digits>-delete}, {@code -future} or {@code -stray}.
 */
record PartitionDirectory(TopicPartition partition, Fate fate) {
    private static final Logger LOG = LoggerFactory.getLogger(PartitionDirectory.class);

    private static final Pattern LIVE = Pattern.compile("(.+)-(0|[1-9]\\d{0,8})");
    private static final Pattern MARKED = Pattern.compile("(.+)-(\\d{1,9})\\.[0-9a-f]{32}-(delete|future|stray)");
    private static final int LONGEST_NAME = 255;

    static final String METADATA = "partition.metadata";
    private static final String TOPIC_ID = "topic_id: ";

    enum Fate {
        /** It is a partition's. */
        LIVE,
        /** Going to be removed. */
        DELETE,
        /** A copy on its way from another directory. */
        FUTURE,
        /** No longer assigned to this broker; kept for the operator. */
        STRAY
    }

    static Optional<PartitionDirectory> parse(String name) {
        Matcher marked = MARKED.matcher(name);
        if (marked.matches()) {
            Fate fate =
                    switch (marked.group(3)) {
                        case "delete" -> Fate.DELETE;
                        case "future" -> Fate.FUTURE;
                        default -> Fate.STRAY;
                    };
            return Optional.of(new PartitionDirectory(partition(marked), fate));
        }
        Matcher live = LIVE.matcher(name);
        return live.matches() ? Optional.of(new PartitionDirectory(partition(live), Fate.LIVE)) : Optional.empty();
    }

    private static TopicPartition partition(Matcher name) {
        return new TopicPartition(name.group(1), Integer.parseInt(name.group(2)));
    }

    /** A name that marks a partition's directory; a long topic's name is cut so that the whole fits. */
    static String markedName(TopicPartition partition, Fate fate) {
        Uuid unique = Uuid.random();
        String end = "-%d.%016x%016x-%s"
                .formatted(
                        partition.partition(),
                        unique.high(),
                        unique.low(),
                        switch (fate) {
                            case DELETE -> "delete";
                            case FUTURE -> "future";
                            case STRAY -> "stray";
                            case LIVE -> throw new IllegalArgumentException("a live directory has no mark");
                        });
        String topic = partition.topic();
        return topic.substring(0, Math.min(topic.length(), LONGEST_NAME - end.length())) + end;
    }

    /** The topic id noted in a directory; zero if none is, or it cannot be read. */
    static Uuid topicId(Path directory) throws IOException {
        Path file = directory.resolve(METADATA);
        if (!Files.exists(file)) {
            return Uuid.ZERO;
        }
        String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        try {
            return text.lines()
                    .filter(line -> line.startsWith(TOPIC_ID))
                    .map(line -> Uuid.parse(line.substring(TOPIC_ID.length()).trim()))
                    .findFirst()
                    .orElse(Uuid.ZERO);
        } catch (IllegalArgumentException e) {
            LOG.warn("{} has no topic id that can be read", file);
            return Uuid.ZERO;
        }
    }

    /** Notes a topic id, without waiting for the disk: the cluster knows it, too, and it is noted again where missing. */
    static void writeTopicId(Path directory, Uuid topicId) throws IOException {
        byte[] text = ("version: 0\n" + TOPIC_ID + topicId).getBytes(StandardCharsets.UTF_8);
        Checkpoint.replace(directory.resolve(METADATA), text, Checkpoint.Durability.LAZY);
    }

    /** Removes a directory and what is in it, as far as it is there. */
    static void remove(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
