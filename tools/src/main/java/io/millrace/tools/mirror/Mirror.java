package io.millrace.tools.mirror;

import io.millrace.client.MillraceException;
import io.millrace.client.admin.Admin;
import io.millrace.client.net.ClientRuntime;
import io.millrace.client.net.ClusterClient;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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

    private final MirrorConfig config;
    private final ClientRuntime runtime = ClientRuntime.create();
    private final Admin sourceAdmin;
    private final Admin targetAdmin;
    private final Clock clock;
    private Optional<Clients> clients = Optional.empty();
    private volatile boolean closed;

    /** The two clients that copy. */
    private record Clients(ClusterClient source, ClusterClient target, StreamCopy copy) {}

    Mirror(MirrorConfig config, Clock clock) {
        this.config = config;
        this.clock = clock;
        this.sourceAdmin = Admin.open(config.source(), runtime).within(PATIENCE);
        this.targetAdmin = Admin.open(config.target(), runtime).within(PATIENCE);
    }

    /** Says what it would create and change now, and does nothing. */
    List<CopiedTopic> rehearse() throws InterruptedException {
        return new TopicSync(sourceAdmin, targetAdmin, config, guard(), true).look();
    }

    /** Mirrors until the thread is interrupted. */
    void run() throws InterruptedException {
        LoopGuard guard = awaitClusters();
        ClusterClient source = ClusterClient.open(config.source(), runtime, false);
        ClusterClient target = ClusterClient.open(config.target(), runtime, false);
        StreamCopy copy = new StreamCopy(source, target, config, guard.sourceCluster());
        clients = Optional.of(new Clients(source, target, copy));
        LOG.info("Mirrors cluster {} into {}", guard.sourceCluster(), guard.targetCluster());
        TopicSync topics = new TopicSync(sourceAdmin, targetAdmin, config, guard, false);
        GroupCopy groups = new GroupCopy(sourceAdmin, targetAdmin, config);
        Rounds rounds = new Rounds(
                new Rounds.Round(config.refresh(), "Topics", () -> copy.copy(topics.look())),
                new Rounds.Round(config.groupInterval(), "Positions of groups", () -> groups.run(copy.copies())),
                new Rounds.Round(config.report(), "The report", () -> report(copy)));
        while (!closed) {
            rounds.next();
        }
    }

    /** Tries until both tell who they are. */
    private LoopGuard awaitClusters() throws InterruptedException {
        while (true) {
            try {
                return guard();
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
        byTopic.forEach((topic, partitions) -> {
            Lag lag = Lag.sum(
                    partitions.stream().map(its -> Lag.of(its, clock.millis())).toList());
            long bytes =
                    partitions.stream().mapToLong(PartitionCopy::copiedBytes).sum();
            LOG.info(
                    "{}: {} bytes copied, behind by {} records, about {} bytes, {} s{}",
                    topic,
                    bytes,
                    lag.records(),
                    lag.bytes(),
                    lag.seconds(),
                    partitions.stream()
                            .map(PartitionCopy::trouble)
                            .filter(trouble -> !trouble.isEmpty())
                            .findFirst()
                            .map(trouble -> "; " + trouble)
                            .orElse(""));
        });
    }

    @Override
    public void close() {
        closed = true;
        clients.ifPresent(its -> {
            its.copy().close();
            its.source().close();
            its.target().close();
        });
        sourceAdmin.close();
        targetAdmin.close();
        runtime.close();
    }
}
