package io.millrace.tools.mirror;

import io.millrace.client.ClientConfig;
import io.millrace.client.MillraceException;
import io.millrace.client.admin.Admin;
import io.millrace.client.admin.NewTopic;
import io.millrace.client.admin.OffsetAt;
import io.millrace.client.consumer.Consumer;
import io.millrace.client.consumer.ConsumerConfig;
import io.millrace.client.consumer.ConsumerRecord;
import io.millrace.client.consumer.OffsetReset;
import io.millrace.client.consumer.Position;
import io.millrace.client.net.ClientRuntime;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.Uuid;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The compacted topic in which a cluster keeps the offset pairs of all copies that come from one source, and so also where the
 * records of its topics come from. One partition.
 *
 * <pre>
 * target topic / source topic's id                        -> cluster:topic:id of the source, as mirror.source has it
 * target topic / source topic's id / partition / chunk    -> OffsetPairs
 * </pre>
 *
 * <p>Threading: one thread's, which waits.
 */
final class PairsTopic implements AutoCloseable {
    static final String PREFIX = "millrace-mirror-offsets.";
    private static final Duration POLL = Duration.ofMillis(100);
    private static final long PATIENCE_NS = 30_000_000_000L;

    private final String name;
    private final TopicPartition partition;
    private final Admin admin;
    private final Consumer consumer;

    /** By key, what was written last. */
    private final Map<String, ByteBuffer> entries = new HashMap<>();

    /** @param admin of the cluster that has the topic */
    PairsTopic(String name, Admin admin, ClientConfig config, ClientRuntime runtime) {
        this.name = name;
        this.partition = new TopicPartition(name, 0);
        this.admin = admin;
        this.consumer = Consumer.open(
                ConsumerConfig.builder(config).offsetReset(OffsetReset.EARLIEST).build(), runtime);
        consumer.assign(List.of(partition));
        consumer.seek(partition, Position.offset(0));
    }

    static String nameFor(String sourceCluster) {
        return PREFIX + sourceCluster;
    }

    static String key(CopiedTopic topic) {
        return topic.target() + "/" + topic.sourceId();
    }

    static String key(CopiedTopic topic, int partition, int chunk) {
        return key(topic) + "/" + partition + "/" + chunk;
    }

    /** Has a cluster have such a topic. */
    static void create(String name, Admin admin, int replicationFactor) throws InterruptedException {
        NewTopic topic = new NewTopic(name, 1, replicationFactor, List.of(), Map.of())
                .config("cleanup.policy", "compact")
                .config("min.cleanable.dirty.ratio", "0.1")
                .config("segment.bytes", "16777216");
        Calls.await(admin.createTopics(topic)).get(name).failure().ifPresent(failure -> {
            if (failure.error() != ErrorCode.TOPIC_ALREADY_EXISTS) {
                throw failure;
            }
        });
    }

    /** Reads what has been written since it was read last. */
    void refresh() throws InterruptedException {
        long end = Calls.await(admin.listOffsets(Map.of(partition, OffsetAt.latest())))
                .get(partition)
                .get()
                .offset()
                .orElse(0);
        long deadlineNs = System.nanoTime() + PATIENCE_NS;
        while (consumer.position(partition).orElse(0) < end) {
            consumer.poll(POLL).forEach(this::take);
            if (System.nanoTime() - deadlineNs > 0) {
                throw MillraceException.timedOut("Cannot read " + name + " to its end, " + end);
            }
        }
    }

    private void take(ConsumerRecord record) {
        if (record.hasValue()) {
            entries.put(record.keyText(), ByteBuffer.wrap(record.valueBytes()));
        } else {
            entries.remove(record.keyText());
        }
    }

    /** What a topic's records come from, of each of its sources as mirror.source has it. */
    Map<String, List<String>> provenance() {
        Map<String, List<String>> sources = new HashMap<>();
        entries.forEach((key, value) -> {
            String[] parts = key.split("/", -1);
            if (parts.length == 2) {
                sources.computeIfAbsent(parts[0], topic -> new ArrayList<>())
                        .add(StandardCharsets.UTF_8.decode(value.duplicate()).toString());
            }
        });
        return sources;
    }

    /** Whether the target's topic is known as a copy of that one. */
    boolean has(CopiedTopic topic) {
        return entries.containsKey(key(topic));
    }

    /** The pairs of a partition. */
    Optional<OffsetPairs> pairs(CopiedTopic topic, int number) {
        return pairs(topic.target(), topic.sourceId(), number);
    }

    private Optional<OffsetPairs> pairs(String target, Uuid sourceId, int number) {
        String prefix = target + "/" + sourceId + "/" + number + "/";
        NavigableMap<Integer, ByteBuffer> chunks = new TreeMap<>();
        entries.forEach((key, value) -> {
            if (key.startsWith(prefix)) {
                chunks.put(Integer.valueOf(key.substring(prefix.length())), value);
            }
        });
        return chunks.isEmpty() ? Optional.empty() : Optional.of(OffsetPairs.read(chunks));
    }

    @Override
    public void close() {
        consumer.close();
    }
}
