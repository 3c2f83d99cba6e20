package io.millrace.client.net;

import io.millrace.client.BrokerAddress;
import io.millrace.client.ClientConfig;
import io.millrace.client.MillraceException;
import io.millrace.client.net.Topology.Broker;
import io.millrace.client.net.Topology.Topic;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.message.MetadataResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Who leads what: the present {@link Topology}, kept current for the topics that somebody tracks or has lately asked for.
 *
 * <p>Threading: methods say so where any thread may call them; all others, and all state, are the I/O thread's. Stages
 * complete on the I/O thread.
 */
public final class Routing {
    /** How long a topic that was asked for once stays known. */
    private static final long ASKED_FOR_NS = Duration.ofMinutes(5).toNanos();

    private final IoThread thread;
    private final MetadataRequests requests;
    private final Connections connections;

    /** Topics that are wanted, and until when; {@link Long#MAX_VALUE} ones until they are untracked. */
    private final Map<String, Long> wanted = new HashMap<>();

    private final List<TopicWait> waits = new ArrayList<>();
    private final List<Runnable> listeners = new ArrayList<>();
    private final IoTimer deadlines;
    private volatile Topology topology = Topology.EMPTY;

    Routing(
            IoThread thread,
            ClientConfig config,
            Connections connections,
            MetadataRequests.Asker asker,
            boolean createsTopics) {
        this.thread = thread;
        this.connections = connections;
        this.requests = new MetadataRequests(thread, config, asker, this::namesWanted, this::answered, createsTopics);
        this.deadlines = thread.timer(this::endOverdueWaits);
    }

    /** One who waits for a topic. */
    private record TopicWait(String topic, long deadlineNs, long atMostMs, CompletableFuture<Topic> found) {}

    // ---- any thread

    /** What is known now. */
    public Topology topology() {
        return topology;
    }

    /**
     * A topic, as soon as it is known; it fails with REFUSED if the cluster says that it cannot be, and with TIMED_OUT if it
     * is not there in time.
     */
    public CompletionStage<Topic> topic(String name, Duration atMost) {
        Optional<Topic> known = topology.topic(name).filter(Topic::exists);
        if (known.isPresent()) {
            return CompletableFuture.completedStage(known.get());
        }
        CompletableFuture<Topic> found = new CompletableFuture<>();
        TopicWait wait = new TopicWait(name, System.nanoTime() + atMost.toNanos(), atMost.toMillis(), found);
        if (!thread.run(() -> await(wait))) {
            found.completeExceptionally(MillraceException.closed("The client was closed"));
        }
        return found;
    }

    /** Asks anew, now. One request serves all who ask while it waits to be sent. */
    public CompletionStage<Topology> refresh() {
        CompletableFuture<Topology> next = new CompletableFuture<>();
        if (!thread.run(() -> requests.askNow(next))) {
            next.completeExceptionally(MillraceException.closed("The client was closed"));
        }
        return next;
    }

    /** Keeps a topic known until it is {@link #untrack untracked}. */
    public void track(String topic) {
        thread.run(() -> {
            if (wanted.put(topic, Long.MAX_VALUE) == null) {
                requests.askSoon();
            }
        });
    }

    /** The topic may be forgotten. */
    public void untrack(String topic) {
        thread.run(() -> wanted.remove(topic));
    }

    // ---- the I/O thread

    /** Has a task run on the I/O thread whenever the topology has changed. */
    public void onChange(Runnable listener) {
        listeners.add(listener);
    }

    /**
     * What is known of some topic turned out wrong: it is asked anew, though not more often than every {@code
     * retry.backoff.ms}.
     */
    public void doubt() {
        requests.askAgain();
    }

    /**
     * A broker has named the leader of a partition (KIP-951). Believed if its epoch is newer.
     *
     * @param endpoint where that leader is, if the answer says so
     */
    public void leaderIs(TopicPartition partition, int leader, int epoch, Optional<Broker> endpoint) {
        Topology next = TopologyUpdates.withLeader(topology, partition, leader, epoch, endpoint);
        if (next.equals(topology)) {
            doubt();
        } else {
            become(next);
        }
    }

    private void await(TopicWait wait) {
        Optional<Topic> known = topology.topic(wait.topic());
        if (known.isPresent() && settle(wait, known.get())) {
            return;
        }
        wanted.merge(wait.topic(), System.nanoTime() + ASKED_FOR_NS, Math::max);
        waits.add(wait);
        deadlines.runBy(wait.deadlineNs());
        requests.askSoon();
    }

    /** Whether the wait is over. */
    private static boolean settle(TopicWait wait, Topic topic) {
        if (topic.exists()) {
            wait.found().complete(topic);
        } else if (topic.error() != ErrorCode.NONE && !topic.error().isRetriable()) {
            wait.found()
                    .completeExceptionally(
                            MillraceException.refused(topic.error(), "Topic '" + topic.name() + "' cannot be used"));
        }
        return wait.found().isDone();
    }

    private void endOverdueWaits() {
        long now = System.nanoTime();
        for (TopicWait wait : List.copyOf(waits)) {
            if (now - wait.deadlineNs() >= 0) {
                waits.remove(wait);
                wait.found().completeExceptionally(MillraceException.timedOut(whyNotThere(wait)));
            } else {
                deadlines.runBy(wait.deadlineNs());
            }
        }
    }

    private String whyNotThere(TopicWait wait) {
        String what = "Topic '" + wait.topic() + "' was not found within " + wait.atMostMs() + " ms";
        Optional<String> failure = requests.lastFailure();
        return failure.isPresent()
                ? what + ": " + failure.get()
                : what + "; create it first"
                        + topology.topic(wait.topic())
                                .map(topic -> " (" + topic.error() + ")")
                                .orElse("");
    }

    private List<String> namesWanted() {
        long now = System.nanoTime();
        wanted.values().removeIf(until -> until != Long.MAX_VALUE && now - until > 0);
        return List.copyOf(wanted.keySet());
    }

    /** Takes an answer in; whether somebody still waits for something that the next one may bring. */
    private boolean answered(MetadataResponse answer) {
        become(TopologyUpdates.after(topology, answer, wanted::containsKey));
        Topology now = topology;
        for (TopicWait wait : List.copyOf(waits)) {
            Optional<Topic> topic = now.topic(wait.topic());
            if (topic.isPresent() && settle(wait, topic.get())) {
                waits.remove(wait);
            }
        }
        return !waits.isEmpty() || !wanted.keySet().stream().allMatch(topic -> isWhole(now, topic));
    }

    /** Whether there is nothing about a topic that an election or a creation under way would change. */
    private static boolean isWhole(Topology now, String name) {
        Optional<Topic> topic = now.topic(name);
        return topic.isPresent()
                && !topic.get().error().isRetriable()
                && topic.get().partitions().stream().allMatch(Topology.Partition::hasLeader);
    }

    private void become(Topology next) {
        topology = next;
        Map<Integer, BrokerAddress> addresses = new HashMap<>();
        next.brokers().forEach((id, broker) -> addresses.put(id, broker.address()));
        connections.brokersAre(addresses);
        List.copyOf(listeners).forEach(Runnable::run);
    }

    void close() {
        requests.close();
        deadlines.cancel();
        List<TopicWait> left = List.copyOf(waits);
        waits.clear();
        left.forEach(wait -> wait.found().completeExceptionally(MillraceException.closed("The client was closed")));
    }
}
