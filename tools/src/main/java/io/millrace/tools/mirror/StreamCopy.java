package io.millrace.tools.mirror;

import io.millrace.client.net.ClusterClient;
import io.millrace.client.net.IoTimer;
import io.millrace.client.net.Topology;
import io.millrace.protocol.TopicPartition;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;

/**
 * Copies partitions, batches as they are: from those who lead them in the source to those who lead them in the target.
 *
 * <pre>
 * socket -> frame -> SourceFetch (whole batches, by partition) -> TargetAppends or RestampAppends (by leader) -> socket
 * </pre>
 *
 * <p>The bytes of records are copied by the system only: from the one socket into a frame, from there into the other one.
 *
 * <p>Threading: one I/O thread, that both clients share, does all of it; {@link #copy}, {@link #kick} and {@link #copies}
 * are for any.
 */
final class StreamCopy {
    private final ClusterClient source;
    private final ClusterClient target;
    private final MirrorConfig config;
    private final Clock clock;
    private final Flow flow;
    private final Way kept;
    private final Optional<Way> restamped;
    private final IoTimer timer;
    private final AtomicBoolean kicked = new AtomicBoolean();
    private final Map<Lane, SourceFetch> fetches = new HashMap<>();

    /** By partition of the source; replaced whole. */
    private volatile Map<TopicPartition, PartitionCopy> copies = Map.of();

    private boolean closed;

    /** A way into the target, and who keeps its copies in line. */
    private record Way(Destination destination, OffsetKeeper keeper) {}

    /** What is fetched in one request: of one broker, for one way. */
    private record Lane(int broker, boolean keepsOffsets) {}

    /**
     * @param sourceCluster the source's id
     * @param restamping for topics whose copies have offsets of their own, if there are any
     */
    StreamCopy(
            ClusterClient source,
            ClusterClient target,
            MirrorConfig config,
            String sourceCluster,
            Optional<Restamping> restamping,
            Clock clock) {
        this.clock = clock;
        this.source = source;
        this.target = target;
        this.config = config;
        this.flow = new Flow(config.bufferBytes(), config.bandwidth());
        this.kept = way(new TargetAppends(target, sourceCluster, flow, this::kick));
        this.restamped = restamping.map(its -> way(its.destination(target, flow, this::kick)));
        this.timer = source.thread().timer(this::run);
        source.thread().run(() -> {
            source.routing().onChange(this::kick);
            target.routing().onChange(this::kick);
        });
    }

    private Way way(Destination destination) {
        return new Way(destination, new OffsetKeeper(source, destination, this::kick));
    }

    private Way way(boolean keepsOffsets) {
        return keepsOffsets ? kept : restamped.orElseThrow();
    }

    /** Copies these topics from now on, and no others. */
    void copy(Collection<CopiedTopic> topics) {
        copy(topics, partition -> true);
    }

    /**
     * As {@link #copy(Collection)}, of these topics some partitions.
     *
     * @param part whether a partition of the source is among them
     */
    void copy(Collection<CopiedTopic> topics, Predicate<TopicPartition> part) {
        source.thread().run(() -> {
            take(topics, part);
            run();
        });
    }

    private void take(Collection<CopiedTopic> topics, Predicate<TopicPartition> part) {
        Map<TopicPartition, PartitionCopy> next = new LinkedHashMap<>();
        for (CopiedTopic topic : topics) {
            for (int number = 0; number < topic.partitions(); number++) {
                TopicPartition partition = new TopicPartition(topic.source(), number);
                PartitionCopy known = copies.get(partition);
                boolean goesOn = known != null
                        && known.topic().sourceId().equals(topic.sourceId())
                        && known.topic().target().equals(topic.target())
                        && known.topic().keepsOffsets() == topic.keepsOffsets();
                if (part.test(partition)) {
                    next.put(partition, goesOn ? known : new PartitionCopy(topic, number, clock));
                }
            }
        }
        copies.forEach((partition, known) -> {
            if (!known.equals(next.get(partition))) {
                known.stop(""); // what is under way of it is taken in by nobody
                way(known.topic().keepsOffsets()).destination().forget(known);
            }
        });
        track(next.values());
        copies = next;
    }

    private void track(Collection<PartitionCopy> next) {
        copies.values().forEach(copy -> {
            source.routing().untrack(copy.topic().source());
            target.routing().untrack(copy.topic().target());
        });
        next.forEach(copy -> {
            source.routing().track(copy.topic().source());
            target.routing().track(copy.topic().target());
        });
    }

    /** All that is copied, by partition of the source; for their figures. */
    Map<TopicPartition, PartitionCopy> copies() {
        return copies;
    }

    /** Has it look at everything soon, once however often it is called until then. */
    void kick() {
        if (kicked.compareAndSet(false, true)) {
            source.thread().execute(() -> {
                kicked.set(false);
                run();
            });
        }
    }

    private void run() {
        if (closed) {
            return;
        }
        long now = System.nanoTime();
        Map<Lane, List<PartitionCopy>> bySource = new LinkedHashMap<>();
        Map<Destination, List<PartitionCopy>> questions = new LinkedHashMap<>();
        restamped.ifPresent(way -> way.destination().run());
        Topology topology = source.routing().topology();
        for (PartitionCopy copy : copies.values()) {
            if (copy.state() == PartitionCopy.State.STOPPED) {
                continue;
            }
            if (!copy.isDue(now)) {
                timer.runBy(copy.retryAtNs());
            } else if (copy.state() == PartitionCopy.State.ASKING) {
                if (!copy.isAsked()) {
                    copy.ask();
                    questions
                            .computeIfAbsent(way(copy.topic().keepsOffsets()).destination(), way -> new ArrayList<>())
                            .add(copy);
                }
            } else {
                addBySource(copy, topology, bySource);
            }
        }
        questions.forEach(Destination::ask);
        fetches.entrySet()
                .removeIf(entry -> !bySource.containsKey(entry.getKey())
                        && entry.getValue().isIdle()
                        && entry.getValue().isDue(now));
        bySource.forEach((lane, wanted) -> fetch(lane, wanted, now));
        if (now - flow.freeAtNs() < 0) {
            timer.runBy(flow.freeAtNs());
        }
    }

    private void addBySource(PartitionCopy copy, Topology topology, Map<Lane, List<PartitionCopy>> bySource) {
        int leader = topology.leader(copy.source());
        if (leader == Topology.NO_LEADER) {
            copy.later("nobody leads " + copy.source() + " in the source");
            timer.runBy(copy.retryAtNs());
            source.routing().doubt();
        } else {
            bySource.computeIfAbsent(new Lane(leader, copy.topic().keepsOffsets()), lane -> new ArrayList<>())
                    .add(copy);
        }
    }

    private void fetch(Lane lane, List<PartitionCopy> wanted, long now) {
        Way way = way(lane.keepsOffsets());
        SourceFetch fetch = fetches.computeIfAbsent(
                lane,
                key -> new SourceFetch(
                        key.broker(), source, config, flow, way.destination(), way.keeper(), this::kick));
        fetch.run(wanted, now);
        if (!fetch.isDue(now)) {
            timer.runBy(fetch.retryAtNs());
        }
    }

    /** Begins nothing any more. */
    void close() {
        source.thread().run(() -> {
            closed = true;
            timer.cancel();
        });
    }
}
