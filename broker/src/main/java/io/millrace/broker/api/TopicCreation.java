package io.millrace.broker.api;

import io.millrace.broker.cluster.TopicChanges;
import io.millrace.broker.cluster.TopicDefaults;
import io.millrace.broker.cluster.TopicNames;
import io.millrace.broker.cluster.TopicRequest;
import io.millrace.broker.config.Setting;
import io.millrace.broker.config.Settings;
import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Creates topics that nobody has created: those that a client names for the first time, where that is allowed, and the
 * broker's own. Nobody waits for it; who asked is told to ask again.
 *
 * <p>Threading: any thread.
 */
public final class TopicCreation {
    private static final Logger LOG = LoggerFactory.getLogger(TopicCreation.class);
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    /** Creations that may be under way at once; past them who asks is told to ask again, and nothing is begun. */
    private static final int MAX_UNDER_WAY = 200;

    static final Setting<Boolean> AUTO_CREATE = Setting.ofBoolean(
            "auto.create.topics.enable", true, "Whether a topic is created when a client first names it.");
    static final Setting<Integer> OFFSETS_PARTITIONS = Setting.ofInt(
            "offsets.topic.num.partitions", 50, 1, 10_000, "Partitions of __consumer_offsets; must never change.");
    static final Setting<Integer> OFFSETS_SEGMENT_BYTES = Setting.ofInt(
            "offsets.topic.segment.bytes",
            104_857_600,
            1 << 20,
            Integer.MAX_VALUE,
            "segment.bytes of __consumer_offsets.");

    static final Setting<Integer> OFFSETS_REPLICATION_FACTOR = Setting.ofInt(
            "offsets.topic.replication.factor",
            TopicDefaults.COPIES,
            1,
            Short.MAX_VALUE,
            "Copies of __consumer_offsets; unset: fewer where there are fewer brokers when it is created.");

    /** All settings of this class. */
    public static final List<Setting<?>> SETTINGS =
            List.of(AUTO_CREATE, OFFSETS_PARTITIONS, OFFSETS_SEGMENT_BYTES, OFFSETS_REPLICATION_FACTOR);

    private final TopicChanges changes;
    private final boolean autoCreate;
    private final int offsetsPartitions;
    private final int offsetsSegmentBytes;
    private final Optional<Integer> offsetsCopies;
    private final Set<String> underWay = ConcurrentHashMap.newKeySet();

    public TopicCreation(Settings settings, TopicChanges changes) {
        this.changes = changes;
        this.autoCreate = settings.get(AUTO_CREATE);
        this.offsetsPartitions = settings.get(OFFSETS_PARTITIONS);
        this.offsetsSegmentBytes = settings.get(OFFSETS_SEGMENT_BYTES);
        this.offsetsCopies = settings.find(OFFSETS_REPLICATION_FACTOR);
    }

    /**
     * What to tell a client about a topic that is not there; begins to create it where that is allowed.
     *
     * @param clientAllows whether the client wants it created
     */
    public ErrorCode onMissing(String topic, boolean clientAllows) {
        if (!TopicNames.isLegal(topic)) {
            return ErrorCode.INVALID_TOPIC_EXCEPTION;
        }
        if (!autoCreate || !clientAllows) {
            return ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
        }
        if (topic.equals(InternalTopics.OFFSETS)) {
            createInternal(topic);
            return ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
        }
        if (InternalTopics.contains(topic)) {
            return ErrorCode.UNKNOWN_TOPIC_OR_PARTITION; // its kind is ours to choose, once we need it
        }
        TopicRequest request = TopicRequest.withDefaults(topic);
        try {
            changes.plan(request);
        } catch (ApiException e) {
            return e.error() == ErrorCode.TOPIC_ALREADY_EXISTS ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION : e.error();
        }
        create(request);
        return ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
    }

    /** Begins to create one of the broker's own topics, unless it is under way. */
    public void createInternal(String topic) {
        create(new TopicRequest(
                topic,
                offsetsPartitions,
                offsetsCopies.orElseGet(() -> changes.replicationUpTo(TopicDefaults.COPIES)),
                Map.of(),
                Map.of(
                        "cleanup.policy", "compact",
                        "compression.type", "producer",
                        "segment.bytes", Integer.toString(offsetsSegmentBytes))));
    }

    private void create(TopicRequest request) {
        if (underWay.size() >= MAX_UNDER_WAY || !underWay.add(request.name())) {
            return;
        }
        changes.create(request, TIMEOUT).whenComplete((created, failure) -> {
            underWay.remove(request.name());
            if (failure != null && Failures.of(failure).error() != ErrorCode.TOPIC_ALREADY_EXISTS) {
                LOG.warn(
                        "Could not create topic {}: {}",
                        request.name(),
                        Failures.of(failure).getMessage());
            }
        });
    }
}
