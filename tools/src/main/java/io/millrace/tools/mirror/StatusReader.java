package io.millrace.tools.mirror;

import io.millrace.client.admin.Admin;
import io.millrace.client.admin.ConfigEntry;
import io.millrace.client.admin.ConfigResource;
import io.millrace.client.admin.ItemResult;
import io.millrace.client.admin.ListedOffset;
import io.millrace.client.admin.LogDir;
import io.millrace.client.admin.OffsetAt;
import io.millrace.client.admin.TopicListing;
import io.millrace.protocol.TopicPartition;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds out by both clusters how far the copies are behind: nobody else need be asked, since the target knows what it has.
 *
 * <p>Threading: one thread's, which waits.
 */
final class StatusReader {
    static final String MIRRORED = "mirrored";
    static final String TRANSLATED = "translated";
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Admin source;
    private final Admin target;
    private final BatchPeek batches;
    private final NotesRead notes;
    private final MirrorConfig config;
    private final Clock clock;

    /**
     * @param batches of the source
     * @param notes in the target
     */
    StatusReader(Admin source, Admin target, BatchPeek batches, NotesRead notes, MirrorConfig config, Clock clock) {
        this.source = source;
        this.target = target;
        this.batches = batches;
        this.notes = notes;
        this.config = config;
        this.clock = clock;
    }

    /** One partition; -1 for what is not known. */
    record Row(String topic, int partition, long sourceEnd, long targetEnd, Lag lag, String state) {
        boolean isCopied() {
            return state.equals(MIRRORED) || state.equals(TRANSLATED);
        }
    }

    List<Row> read() throws InterruptedException {
        LoopGuard guard = new LoopGuard(
                Calls.await(source.describeCluster()).get().id(),
                Calls.await(target.describeCluster()).get().id());
        Map<String, TopicListing> here = Calls.await(target.listTopics()).get();
        Map<TopicPartition, Long> sizes = sizes();
        List<Row> rows = new ArrayList<>();
        for (TopicListing topic : Calls.await(source.listTopics()).get().values()) {
            if (topic.internal()
                    || topic.name().startsWith("__")
                    || topic.name().startsWith(PairsTopic.PREFIX)
                    || !config.topics().accepts(topic.name())) {
                continue;
            }
            CopiedTopic copied = new CopiedTopic(
                    topic.name(), topic.id(), config.targetName(topic.name()), topic.partitions(), "", true);
            boolean isTranslated = here.containsKey(copied.target()) && notes.isKnown(copied);
            String state = isTranslated
                    ? TRANSLATED
                    : here.containsKey(copied.target()) ? state(copied, guard) : "not in the target";
            rows.addAll(rows(copied, here.containsKey(copied.target()), state, sizes));
        }
        return rows;
    }

    private String state(CopiedTopic topic, LoopGuard guard) throws InterruptedException {
        ConfigResource resource = ConfigResource.topic(topic.target());
        Map<String, ConfigEntry> all = Calls.await(target.describeConfigs(List.of(resource)))
                .get(resource)
                .get();
        String setting = TopicSettings.value(all, LoopGuard.SETTING);
        if (setting.isEmpty()) {
            return "no mirror";
        }
        return guard.isCopy(setting, topic) ? MIRRORED : "mirror of " + setting;
    }

    private List<Row> rows(CopiedTopic topic, boolean exists, String state, Map<TopicPartition, Long> sizes)
            throws InterruptedException {
        Map<Integer, Long> starts = offsets(source, topic.source(), topic.partitions(), OffsetAt.earliest());
        Map<Integer, Long> ends = offsets(source, topic.source(), topic.partitions(), OffsetAt.latest());
        Map<Integer, Long> have =
                exists ? offsets(target, topic.target(), topic.partitions(), OffsetAt.latest()) : Map.of();
        List<Row> rows = new ArrayList<>();
        for (int number = 0; number < topic.partitions(); number++) {
            long start = starts.getOrDefault(number, -1L);
            long end = ends.getOrDefault(number, -1L);
            long copied = have.getOrDefault(number, -1L);
            TopicPartition partition = new TopicPartition(topic.source(), number);
            long upTo = notes.pairs(topic, number)
                    .filter(pairs -> state.equals(TRANSLATED))
                    .map(pairs -> pairs.place().sourceNext())
                    .orElse(copied);
            Lag lag = end < 0 || copied < 0
                    ? new Lag(-1, -1, -1)
                    : lag(partition, start, end, upTo, sizes.getOrDefault(partition, 0L));
            rows.add(new Row(topic.target(), number, end, copied, lag, state));
        }
        return rows;
    }

    private Lag lag(TopicPartition partition, long start, long end, long copied, long size)
            throws InterruptedException {
        long from = Math.max(start, copied);
        long records = Math.max(0, end - from);
        if (records == 0) {
            return new Lag(0, 0, 0);
        }
        long bytes = (long) (size * ((double) records / Math.max(1, end - start)));
        long time =
                batches.at(partition, from).map(BatchPeek.Header::maxTimestamp).orElse(-1L);
        return new Lag(records, bytes, time < 0 ? -1 : Math.max(0, (clock.millis() - time) / 1000));
    }

    private static Map<Integer, Long> offsets(Admin admin, String topic, int partitions, OffsetAt which)
            throws InterruptedException {
        Map<TopicPartition, OffsetAt> asked = new LinkedHashMap<>();
        for (int number = 0; number < partitions; number++) {
            asked.put(new TopicPartition(topic, number), which);
        }
        Map<Integer, Long> found = new HashMap<>();
        Calls.await(admin.within(PATIENCE).listOffsets(asked)).forEach((partition, told) -> told.value()
                .map(ListedOffset::offset)
                .ifPresent(offset -> found.put(partition.partition(), offset.orElse(-1))));
        return found;
    }

    /** The size of each partition of the source: of the largest of its replicas. */
    private Map<TopicPartition, Long> sizes() throws InterruptedException {
        List<Integer> brokers = Calls.await(source.describeCluster()).get().nodes().stream()
                .map(node -> node.id())
                .toList();
        Map<TopicPartition, Long> sizes = new HashMap<>();
        for (ItemResult<Map<String, ItemResult<LogDir>>> broker :
                Calls.await(source.within(PATIENCE).describeLogDirs(brokers)).values()) {
            broker.value()
                    .ifPresent(dirs -> dirs.values().forEach(dir -> dir.value().ifPresent(its -> its.replicas()
                            .forEach((partition, replica) -> sizes.merge(partition, replica.sizeBytes(), Math::max)))));
        }
        return sizes;
    }
}
