package io.millrace.client.consumer;

import io.millrace.client.MillraceException;
import io.millrace.client.MillraceException.Reason;
import io.millrace.client.net.ClusterClient;
import io.millrace.client.net.Limits;
import io.millrace.client.net.Target;
import io.millrace.client.net.Topology;
import io.millrace.client.net.Wait;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.Uuid;
import io.millrace.protocol.message.ApiKey;
import io.millrace.protocol.message.FetchRequest;
import io.millrace.protocol.message.FetchResponse;
import io.millrace.protocol.message.FetchResponse.Response;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Fetches from one broker: one request at a time, the next one as soon as the application has begun with most of what the
 * last one brought.
 *
 * <p>All partitions are asked for in each, full ones too: so the session stays as it is, and a busy partition does not
 * wait while an idle one has the broker hold an answer back.
 *
 * <p>Threading: the I/O thread; what was fetched comes back by any.
 */
final class BrokerFetcher implements FetchedFrame.Owner {
    /** From this version on a broker checks the epoch of the last record (KIP-595). */
    private static final short KNOWS_LAST_EPOCH = 12;

    private final int broker;
    private final ClusterClient cluster;
    private final ConsumerConfig config;
    private final FetchBudget budget;
    private final PartitionAnswers answers;
    private final PollQueue queue;
    private final ConsumerCounters counters;
    private final Runnable kick;
    private final FetchSession session = new FetchSession();
    private final Wait wait;
    private final AtomicLong unread = new AtomicLong();

    /** Enough is unread: when less is, it asks. */
    private volatile boolean waitsForReader;

    private boolean underWay;
    private long retryAtNs;

    /** @param kick has this run again soon; any thread */
    BrokerFetcher(
            int broker,
            ClusterClient cluster,
            ConsumerConfig config,
            FetchBudget budget,
            PartitionAnswers answers,
            PollQueue queue,
            ConsumerCounters counters,
            Runnable kick) {
        this.broker = broker;
        this.cluster = cluster;
        this.config = config;
        this.budget = budget;
        this.answers = answers;
        this.queue = queue;
        this.counters = counters;
        this.kick = kick;
        this.wait = new Wait(config.client().reconnectBackoff());
        this.retryAtNs = System.nanoTime();
    }

    boolean isDue(long nowNs) {
        return nowNs - retryAtNs >= 0;
    }

    long retryAtNs() {
        return retryAtNs;
    }

    boolean isIdle() {
        return !underWay;
    }

    /**
     * Asks for these, unless a request is under way, or enough has been fetched.
     *
     * @param share of {@code fetch.buffer.bytes} that this broker may fill
     */
    void run(Collection<FetchPosition> positions, long share, long nowNs) {
        if (underWay || !isDue(nowNs)) {
            return;
        }
        waitsForReader = true; // before looking: so who reads meanwhile sees it
        if (unread.get() >= share / 2) {
            return;
        }
        waitsForReader = false;
        long most = Math.min(share, config.fetchMaxBytes());
        long reserved = budget.reserve(Math.min(most, config.maxPartitionFetchBytes()), most);
        if (reserved == 0) {
            return; // what the application gives back kicks
        }
        Map<TopicPartition, FetchSession.Asked> wanted = wanted(positions);
        FetchRequest.Builder request = FetchRequest.builder()
                .maxWaitMs((int) config.fetchMaxWait().toMillis())
                .minBytes(config.fetchMinBytes())
                .maxBytes((int) reserved)
                .isolationLevel(config.isolationLevel().code())
                .rackId(config.rack());
        session.ask(wanted, (int) Math.min(reserved, config.maxPartitionFetchBytes()), request);
        underWay = true;
        long askedNs = System.nanoTime();
        counters.fetches.increment();
        Duration longest = config.fetchMaxWait().plus(config.client().requestTimeout());
        Limits limits = Limits.NONE.within(longest);
        boolean namesOnly =
                wanted.values().stream().map(FetchSession.Asked::topicId).anyMatch(Uuid::isZero);
        cluster.call(Target.fetch(broker), request.build(), namesOnly ? limits.upTo(12) : limits)
                .whenComplete((answer, failure) -> {
                    underWay = false;
                    if (failure == null) {
                        counters.fetchTimes.add(System.nanoTime() - askedNs);
                        answered(answer, reserved);
                    } else {
                        failed(ClusterClient.asMillrace(failure), positions, reserved);
                    }
                    kick.run();
                });
    }

    private Map<TopicPartition, FetchSession.Asked> wanted(Collection<FetchPosition> positions) {
        Topology topology = cluster.routing().topology();
        boolean checksEpochs = cluster.connections()
                .versions(Target.fetch(broker))
                .filter(versions -> versions.usable(ApiKey.FETCH, Short.MAX_VALUE) >= KNOWS_LAST_EPOCH)
                .isPresent();
        Map<TopicPartition, FetchSession.Asked> wanted = new LinkedHashMap<>();
        for (FetchPosition position : positions) {
            Uuid topicId = topology.topic(position.partition().topic())
                    .map(Topology.Topic::id)
                    .orElse(Uuid.ZERO);
            position.isOf(topicId);
            wanted.put(
                    position.partition(),
                    new FetchSession.Asked(
                            position,
                            position.generation(),
                            topicId,
                            position.offset(),
                            topology.partition(position.partition())
                                    .map(Topology.Partition::leaderEpoch)
                                    .orElse(-1),
                            checksEpochs ? position.epoch() : -1));
        }
        return wanted;
    }

    private void answered(FetchResponse answer, long reserved) {
        ErrorCode error = ErrorCode.of(answer.errorCode());
        if (error == ErrorCode.NONE) {
            wait.reset();
            takeIn(answer, reserved);
            session.goOn(answer.sessionId());
            return;
        }
        budget.give(reserved);
        session.beginAnew();
        switch (error) {
            case FETCH_SESSION_ID_NOT_FOUND, INVALID_FETCH_SESSION_EPOCH, FETCH_SESSION_TOPIC_ID_ERROR -> {
                // the next one says everything
            }
            default -> {
                retryAtNs = System.nanoTime() + wait.nextNs();
                if (!error.isRetriable()) {
                    queue.fail(MillraceException.refused(error, "Broker " + broker + " refused a fetch"));
                }
                cluster.routing().doubt();
            }
        }
    }

    private record Arrival(FetchSession.Asked asked, Response.Partition told) {}

    private void takeIn(FetchResponse answer, long reserved) {
        List<Arrival> arrivals = new ArrayList<>();
        long bytes = 0;
        for (Response topic : answer.responses()) {
            for (Response.Partition told : topic.partitions()) {
                boolean hasRecords = told.records() != null && told.records().sizeInBytes() > 0;
                FetchSession.Asked asked = session.asked(topic, told.partitionIndex())
                        .filter(PartitionAnswers::isCurrent)
                        .orElse(null);
                if (asked != null) {
                    answers.take(asked, told, answer.nodeEndpoints());
                }
                if (hasRecords && asked != null && PartitionAnswers.isCurrent(asked)) {
                    arrivals.add(new Arrival(asked, told));
                    bytes += told.records().sizeInBytes();
                } else if (hasRecords) {
                    told.records().release();
                }
            }
        }
        budget.settle(reserved, bytes);
        deliver(arrivals, bytes);
    }

    private void deliver(List<Arrival> arrivals, long bytes) {
        FetchedFrame frame = new FetchedFrame(bytes, arrivals.size(), this);
        unread.addAndGet(bytes);
        counters.bytesFetched.add(bytes);
        for (Arrival arrival : arrivals) {
            answers.slice(arrival.asked(), arrival.told(), frame).ifPresentOrElse(queue::deliver, () -> {
                frame.sliceTaken(arrival.told().records().sizeInBytes());
                arrival.told().records().release();
                frame.sliceGivenBack();
            });
        }
    }

    private void failed(MillraceException why, Collection<FetchPosition> positions, long reserved) {
        budget.give(reserved);
        session.beginAnew();
        positions.forEach(FetchPosition::preferNobody);
        if (why.reason() != Reason.CLOSED) {
            retryAtNs = System.nanoTime() + wait.nextNs();
            if (!why.isRetriable()) {
                queue.fail(why);
            }
            cluster.routing().doubt();
        }
    }

    @Override
    public void taken(long bytes) {
        unread.addAndGet(-bytes);
        if (waitsForReader) { // waking the I/O thread costs both threads
            kick.run();
        }
    }

    @Override
    public void freed(long bytes) {
        budget.give(bytes);
        if (budget.isShort()) {
            kick.run();
        }
    }
}
