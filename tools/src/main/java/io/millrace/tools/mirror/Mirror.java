package io.millrace.tools.mirror;

import io.millrace.client.MillraceException;
import io.millrace.client.admin.Admin;
import io.millrace.client.net.ClientRuntime;
import io.millrace.client.net.ClusterClient;
import io.millrace.client.net.Target;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.message.ApiKey;
import io.millrace.protocol.message.ApiVersionsRequest;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Mirrors topics of one cluster into another one, until it is closed: wires those who do it, and has them look again and
 * again.
 *
 * <p>Keeps nothing: what was copied is known by the target, so it may be killed at any time, and begun anew anywhere.
 *
 * <p>Threading: {@link #run} is a thread of its own, which waits for clusters; the copying is the I/O thread's.
 */
final class Mirror implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Mirror.class);

    /** One cluster that is away is not to hold up what can be done with the other one for long. */
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    /** How often the members of a group say and hear who copies what. */
    private static final Duration PART_ROUND = Duration.ofMillis(200);

    private final MirrorConfig config;
    private final ClientRuntime runtime = ClientRuntime.create();
    private final Admin sourceAdmin;
    private final Admin targetAdmin;
    private final Clock clock;

    /** What was opened, the last first: closed in this order. */
    private final Deque<AutoCloseable> opened = new ConcurrentLinkedDeque<>();

    private volatile boolean closed;

    /** Topics as they were found last, and of whom some may be others' to copy. */
    private List<CopiedTopic> topics = List.of();

    Mirror(MirrorConfig config, Clock clock) {
        this.config = config;
        this.clock = clock;
        this.sourceAdmin = Admin.open(config.source(), runtime).within(PATIENCE);
        this.targetAdmin = Admin.open(config.target(), runtime).within(PATIENCE);
    }

    /** Says what it would create and change now, and does nothing. */
    List<CopiedTopic> rehearse() throws InterruptedException {
        LoopGuard guard = guard();
        ClusterClient target = opened(ClusterClient.open(config.target(), runtime, false));
        NotesRead notes = NotesRead.of(guard.sourceCluster(), targetAdmin, config.target(), runtime);
        return topicSync(guard, keepsOffsets(target), notes, true).look();
    }

    /** Mirrors until the thread is interrupted. */
    void run() throws InterruptedException {
        LoopGuard guard = await(this::guard);
        ClusterClient source = opened(ClusterClient.open(config.source(), runtime, false));
        ClusterClient target = opened(ClusterClient.open(config.target(), runtime, false));
        boolean keepsOffsets = await(() -> keepsOffsets(target));
        Optional<Restamping> restamping = keepsOffsets && !config.merges()
                ? Optional.empty()
                : Optional.of(await(() -> opened(Restamping.open(
                        source, target, sourceAdmin, targetAdmin, config, guard.sourceCluster(), runtime, clock))));
        StreamCopy copy = new StreamCopy(source, target, config, guard.sourceCluster(), restamping, clock);
        opened(copy::close);
        LOG.info(
                "Mirrors cluster {} into {}, {}",
                guard.sourceCluster(),
                guard.targetCluster(),
                keepsOffsets ? "at the same offsets" : "which gives offsets of its own");
        TranslatedTopics.Notes notes = restamping.isPresent()
                ? restamping.get()
                : NotesRead.of(guard.sourceCluster(), targetAdmin, config.target(), runtime);
        TopicSync sync = topicSync(guard, keepsOffsets, notes, false);
        GroupCopy groups = new GroupCopy(sourceAdmin, targetAdmin, config);
        Beans beans = opened(new Beans(
                config.sourceAlias().orElse(guard.sourceCluster()),
                config.targetAlias().orElse(guard.targetCluster())));
        List<Rounds.Round> all = new ArrayList<>(topicRounds(sync, copy));
        all.add(new Rounds.Round(config.groupInterval(), "Positions of groups", () -> groups.run(copy.copies())));
        all.add(new Rounds.Round(
                config.refresh(), "Beans", () -> beans.show(copy.copies().values(), groups.latencies())));
        all.add(new Rounds.Round(config.report(), "The report", () -> report(copy)));
        Rounds rounds = new Rounds(all);
        while (!closed) {
            rounds.next();
        }
    }

    private TopicSync topicSync(LoopGuard guard, boolean keepsOffsets, TranslatedTopics.Notes notes, boolean dryRun) {
        Provenance provenance = opened(new Provenance(sourceAdmin, config.source(), runtime));
        TopicMaker maker = new TopicMaker(targetAdmin, config.replicationFactor(), dryRun);
        TranslatedTopics translated = new TranslatedTopics(targetAdmin, config, guard, maker, notes);
        return new TopicSync(sourceAdmin, targetAdmin, config, guard, provenance, keepsOffsets, maker, translated);
    }

    private List<Rounds.Round> topicRounds(TopicSync sync, StreamCopy copy) {
        if (config.group().isEmpty()) {
            return List.of(new Rounds.Round(config.refresh(), "Topics", () -> copy.copy(sync.look())));
        }
        WorkGroup group = opened(new WorkGroup(config, runtime));
        return List.of(
                new Rounds.Round(config.refresh(), "Topics", () -> {
                    topics = sync.look();
                    group.share(topics.stream().map(CopiedTopic::source).toList());
                    copy.copy(topics, group.part()::contains);
                }),
                new Rounds.Round(PART_ROUND, "Sharing the work", () -> {
                    Set<TopicPartition> part = group.part();
                    if (!part.equals(copy.copies().keySet())) {
                        copy.copy(topics, part::contains);
                    }
                }));
    }

    /** Whether the target takes batches at the offsets that they have. */
    private static boolean keepsOffsets(ClusterClient target) throws InterruptedException {
        ApiVersionsRequest question = ApiVersionsRequest.builder()
                .clientSoftwareName("millrace-mirror")
                .clientSoftwareVersion("1")
                .build();
        return Calls.await(target.call(Target.any(), question)).apiKeys().stream()
                .anyMatch(api -> api.apiKey() == ApiKey.MIRROR_APPEND.id());
    }

    private <T extends AutoCloseable> T opened(T thing) {
        opened.addFirst(thing);
        return thing;
    }

    /** What a question to the clusters comes to. */
    private interface Question<T> {
        T ask() throws InterruptedException;
    }

    /** Asks until there is an answer. */
    private static <T> T await(Question<T> question) throws InterruptedException {
        while (true) {
            try {
                return question.ask();
            } catch (MillraceException e) {
                if (!e.isRetriable()) {
                    throw e;
                }
                LOG.warn("{}; tries again", e.getMessage());
                TimeUnit.SECONDS.sleep(1);
            }
        }
    }

    private LoopGuard guard() throws InterruptedException {
        String source = Calls.await(sourceAdmin.describeCluster()).get().id();
        String target = Calls.await(targetAdmin.describeCluster()).get().id();
        if (source.equals(target)) {
            throw MillraceException.invalid("source and target are the same cluster, " + source);
        }
        return new LoopGuard(source, target);
    }

    private void report(StreamCopy copy) {
        Map<String, List<PartitionCopy>> byTopic = copy.copies().values().stream()
                .collect(Collectors.groupingBy(its -> its.topic().source()));
        byTopic.forEach(this::report);
    }

    private void report(String topic, List<PartitionCopy> partitions) {
        List<Lag> lags =
                partitions.stream().map(its -> Lag.of(its, clock.millis())).toList();
        String trouble = partitions.stream()
                .map(PartitionCopy::trouble)
                .filter(text -> !text.isEmpty())
                .findFirst()
                .orElse("");
        long copied = partitions.stream().mapToLong(PartitionCopy::copiedBytes).sum();
        if (lags.stream().noneMatch(Lag::isKnown)) {
            if (!trouble.isEmpty()) { // else it has only just begun
                LOG.info("{}: {} bytes copied; {}", topic, copied, trouble);
            }
            return;
        }
        Lag lag = Lag.sum(lags);
        LOG.info(
                "{}: {} bytes copied, behind by {} records, about {} bytes, {} s{}",
                topic,
                copied,
                lag.records(),
                lag.bytes(),
                lag.seconds(),
                trouble.isEmpty() ? "" : "; " + trouble);
    }

    @Override
    public void close() {
        closed = true;
        for (AutoCloseable thing : opened) {
            try {
                thing.close();
            } catch (Exception e) {
                LOG.warn("{} was not closed: {}", thing.getClass().getSimpleName(), e.toString());
            }
        }
        sourceAdmin.close();
        targetAdmin.close();
        runtime.close();
    }
}
