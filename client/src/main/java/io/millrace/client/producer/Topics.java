package io.millrace.client.producer;

import io.millrace.client.MillraceException;
import io.millrace.client.net.ClusterClient;
import io.millrace.client.net.IoTimer;
import io.millrace.client.net.Topology;
import io.millrace.client.producer.TopicSends.WaitingRecord;
import io.millrace.protocol.TopicPartition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;

/**
 * The topics that are sent to: known to the cluster's routing as long as they are used, forgotten when they are not. Looks
 * at the time for all of them: often while something may become overdue or come back, and seldom otherwise, since a process
 * may hold thousands of producers that do nothing.
 *
 * <p>Threading: {@link #get} by any thread; all else by the I/O thread.
 */
final class Topics {
    private static final long UNUSED_NS = Duration.ofMinutes(5).toNanos();
    private static final long LONGEST_SWEEP_NS = Duration.ofSeconds(1).toNanos();

    private final ProducerConfig config;
    private final ClusterClient cluster;
    private final SendBuffer buffer;
    private final Sender sender;
    private final ProducerCounters counters;
    private final TopicSends.Release release;
    private final ConcurrentMap<String, TopicSends> topics = new ConcurrentHashMap<>();
    private final IoTimer timer;
    private final long sweepNs;

    /** @param release sends a record that waited */
    Topics(
            ProducerConfig config,
            ClusterClient cluster,
            SendBuffer buffer,
            Sender sender,
            ProducerCounters counters,
            TopicSends.Release release) {
        this.config = config;
        this.cluster = cluster;
        this.buffer = buffer;
        this.sender = sender;
        this.counters = counters;
        this.release = release;
        this.timer = cluster.thread().timer(this::sweep);
        this.sweepNs = Math.max(
                TimeUnit.MILLISECONDS.toNanos(1),
                Math.min(LONGEST_SWEEP_NS, config.deliveryTimeout().toNanos() / 20));
    }

    /** A topic, by whichever thread. */
    TopicSends get(String name) {
        TopicSends known = topics.get(name);
        return known != null && !known.isRetired() ? known : begin(name);
    }

    private TopicSends begin(String name) {
        TopicSends begun = topics.compute(
                name, (n, known) -> known == null || known.isRetired() ? new TopicSends(n, buffer) : known);
        cluster.routing().track(name);
        cluster.thread().execute(() -> {
            update(begun);
            sweepSoon();
        });
        return begun;
    }

    /** Asks the cluster anew, since somebody sends to a topic that it has refused. */
    void doubt() {
        cluster.thread().execute(cluster.routing()::doubt);
    }

    /** Begins to follow the cluster and the time. */
    void start() {
        cluster.routing().onChange(() -> topics.values().forEach(this::update));
        sender.onActive(this::sweepSoon);
    }

    private void sweepSoon() {
        timer.runBy(System.nanoTime() + sweepNs);
    }

    private void update(TopicSends topic) {
        Optional<Topology.Topic> known = cluster.routing().topology().topic(topic.name());
        if (known.isEmpty() || topic.isRetired()) {
            return;
        }
        topic.update(known.get(), this::newPartition, release);
        topic.refusal().ifPresent(why -> failOlderThan(System.nanoTime(), topic, why));
    }

    private PartitionSends newPartition(TopicPartition partition) {
        return new PartitionSends(partition, new OpenBatches(buffer, config.batchSize()));
    }

    private void sweep() {
        long now = System.nanoTime();
        sender.endOverdue(now);
        boolean forgot = false;
        boolean isBusy = !sender.isAtRest();
        for (TopicSends topic : topics.values()) {
            if (topic.isAwaited()) {
                failOlderThan(now - config.deliveryTimeout().toNanos(), topic, notThere(topic));
            }
            isBusy |= topic.partitions().length == 0;
            for (PartitionSends partition : topic.partitions()) {
                if (!partition.isAvailable()) {
                    sender.probe(partition);
                    isBusy |= !partition.isAvailable();
                }
            }
            if (topic.retireIfUnusedSince(now - UNUSED_NS)) {
                topics.remove(topic.name(), topic);
                cluster.routing().untrack(topic.name());
                forgot = true;
            }
        }
        if (forgot) {
            sender.numbersForgotten();
        }
        if (isBusy) {
            sweepSoon();
        } else if (!topics.isEmpty()) {
            timer.runBy(now + UNUSED_NS / 5);
        }
    }

    private MillraceException notThere(TopicSends topic) {
        return MillraceException.timedOut("Records of '" + topic.name() + "' were given up after "
                + config.deliveryTimeout().toMillis()
                + " ms: the partitions of the topic could not be learned; does it exist, and are brokers up?");
    }

    private void failOlderThan(long timeNs, TopicSends topic, MillraceException why) {
        for (List<WaitingRecord> old = topic.takeOlderThan(timeNs); !old.isEmpty(); old = topic.takeOlderThan(timeNs)) {
            failWaiting(topic, old, why);
        }
    }

    private void failWaiting(TopicSends topic, List<WaitingRecord> records, MillraceException why) {
        for (WaitingRecord record : records) {
            counters.recordsFailed.increment();
            Outcomes.tell(record.callback(), SendOutcome.failure(topic.name(), -1, why));
        }
        topic.settleFlushes();
    }

    /** Completes when all that was sent before has ended. */
    CompletionStage<Void> flush() {
        Flush flush = new Flush();
        sender.flushBegins();
        for (PartitionSends partition : sender.active()) {
            partition.incomplete().forEach(batch -> batch.awaitedBy(flush));
        }
        topics.values().forEach(topic -> topic.awaitedBy(flush));
        CompletionStage<Void> done = flush.done().thenRun(sender::flushEnds);
        flush.closed();
        return done;
    }

    /** Ends everything that has not ended. */
    void failAll(MillraceException why) {
        timer.cancel();
        List<PartitionSends> partitions = new ArrayList<>();
        for (TopicSends topic : topics.values()) {
            failWaiting(topic, topic.retire(), why);
            partitions.addAll(List.of(topic.partitions()));
        }
        sender.failAll(partitions, why);
    }

    /** Ends records that came to a topic while the producer was closed. */
    void failWaiting(TopicSends topic, MillraceException why) {
        List<WaitingRecord> late = topic.retire();
        cluster.thread().run(() -> failWaiting(topic, late, why));
    }
}
