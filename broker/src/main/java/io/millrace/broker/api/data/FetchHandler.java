package io.millrace.broker.api.data;

import io.millrace.broker.api.RequestContext;
import io.millrace.broker.api.RequestHandler;
import io.millrace.broker.api.meta.Addresses;
import io.millrace.broker.cluster.BrokerRegistration;
import io.millrace.broker.cluster.ClusterStore;
import io.millrace.broker.config.Setting;
import io.millrace.broker.config.Settings;
import io.millrace.broker.metrics.Metrics;
import io.millrace.broker.quota.Quotas;
import io.millrace.broker.quota.ReplicationThrottle;
import io.millrace.broker.replica.ConversionMemory;
import io.millrace.broker.replica.Follower;
import io.millrace.broker.replica.Partitions;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.message.FetchRequest;
import io.millrace.protocol.message.FetchResponse;
import io.millrace.protocol.message.FetchResponse.Response;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * Fetch, key 1, versions 0-18: records of partitions from an offset on, as slices of their files; up to version 3
 * converted to messages. Waits until there is
 * enough to give or the client's time is over; sessions (KIP-227) spare clients from naming all partitions each time.
 */
public final class FetchHandler implements RequestHandler<FetchRequest, FetchResponse> {
    private static final int FIRST_WITH_BATCHES = 4;
    private static final int FIRST_BY_TOPIC_ID = 13;
    private static final int FIRST_WITH_SESSIONS = 7;
    private static final int FIRST_FROM_FOLLOWERS = 11;
    private static final byte READ_COMMITTED = 1;

    /** No wait is longer, whatever the client asked for. */
    private static final long LONGEST_WAIT_MS = 300_000;

    static final Setting<Integer> MAX_BYTES = Setting.ofInt(
            "fetch.max.bytes", 57_671_680, 1024, Integer.MAX_VALUE, "Most bytes of records that one fetch returns.");
    static final Setting<Integer> SESSION_SLOTS = Setting.ofInt(
            "max.incremental.fetch.session.cache.slots",
            1000,
            0,
            Integer.MAX_VALUE,
            "How many incremental fetch sessions there may be.");

    /** All settings of this handler. */
    public static final List<Setting<?>> SETTINGS = List.of(MAX_BYTES, SESSION_SLOTS);

    private final ClusterStore cluster;
    private final Partitions partitions;
    private final DataTraffic traffic;
    private final Executor coldReaders;
    private final FetchSessions sessions;
    private final FetchQuota quota;
    private final LeaderThrottle throttle;
    private final int maxBytes;
    private final Clock clock;
    private final DataMeters meters;
    private final LegacyReader legacyReader;
    private final HeldBytes converted;
    private final LeaderHints hints;
    private final int self;
    private volatile boolean stopping;

    /**
     * @param quotas of clients
     * @param leading of followers
     * @param coldReaders where a fetch is read that may have to wait for the disk
     * @param addresses by which clients are told of other brokers
     * @param memory for answers that old consumers need converted
     */
    public FetchHandler(
            Settings settings,
            ClusterStore cluster,
            Partitions partitions,
            Clock clock,
            Quotas quotas,
            ReplicationThrottle leading,
            Executor coldReaders,
            ConversionMemory memory,
            Addresses addresses) {
        this.hints = new LeaderHints(cluster, addresses);
        this.self = addresses.self();
        this.clock = clock;
        this.meters = new DataMeters(partitions.traffic().registry());
        this.legacyReader = new LegacyReader(memory, meters.ofFetch());
        this.converted = new HeldBytes(memory.largest());
        this.cluster = cluster;
        this.partitions = partitions;
        this.traffic = new DataTraffic(partitions, cluster);
        this.coldReaders = coldReaders;
        this.maxBytes = settings.get(MAX_BYTES);
        this.quota = new FetchQuota(quotas);
        this.throttle = new LeaderThrottle(leading);
        this.sessions = new FetchSessions(settings.get(SESSION_SLOTS), clock);
    }

    @Override
    public CompletionStage<FetchResponse> handle(RequestContext context, FetchRequest request) {
        return begin(context, request, fetch -> context.home().execute(fetch::start));
    }

    @Override
    public boolean isOftenPrompt() {
        return true;
    }

    /** Never waits: what is not in memory is left to the cold readers. Who needs it converted goes by a worker. */
    @Override
    public Optional<CompletionStage<FetchResponse>> tryHandle(RequestContext context, FetchRequest request) {
        return context.version() < FIRST_WITH_BATCHES
                ? Optional.empty()
                : Optional.of(begin(context, request, DelayedFetch::start));
    }

    private CompletionStage<FetchResponse> begin(
            RequestContext context, FetchRequest request, Consumer<DelayedFetch<?>> start) {
        boolean byTopicId = context.version() >= FIRST_BY_TOPIC_ID;
        FetchSessions.Opened opened = sessions.open(request, byTopicId);
        if (opened.error() != ErrorCode.NONE) {
            return CompletableFuture.completedFuture(
                    FetchResponse.builder().errorCode(opened.error()).build());
        }
        int replica = Math.max(request.replicaId(), request.replicaState().replicaId());
        boolean byReplica = replica >= 0;
        Reading by = byReplica
                ? new Reading.ByFollower(
                        new Follower(replica, request.replicaState().replicaEpoch()), hasRack(), throttle)
                : new Reading.ByConsumer(
                        context.version() >= FIRST_FROM_FOLLOWERS,
                        NearReplica.to(request.rackId(), self, cluster::view));
        int askedBytes = Math.min(maxBytes, request.maxBytes());
        int answerBytes = byReplica ? askedBytes : quota.limit(context, askedBytes);
        FetchReader reader = new FetchReader(
                cluster,
                partitions,
                opened.partitions(),
                answerBytes,
                byTopicId,
                request.isolationLevel() == READ_COMMITTED,
                by);
        long maxWaitMs = stopping ? 0 : Math.min(LONGEST_WAIT_MS, request.maxWaitMs());
        if (context.version() < FIRST_WITH_BATCHES) {
            LegacyFetch.Waiting waiting = waitMs -> {
                DelayedFetch<List<FetchReader.Result>> raw = new DelayedFetch<>(
                        reader,
                        request.minBytes(),
                        waitMs,
                        context,
                        coldReaders,
                        () -> stopping,
                        meters,
                        results -> results);
                context.home().execute(raw::start);
                return raw.answer();
            };
            return new LegacyFetch(
                            partitions,
                            legacyReader,
                            converted,
                            coldReaders,
                            clock,
                            new LegacyFetch.Asked(context.version(), answerBytes),
                            context.home(),
                            waiting,
                            results -> charged(context, opened, results, by))
                    .start(maxWaitMs);
        }
        DelayedFetch<FetchResponse> fetch = new DelayedFetch<>(
                reader,
                request.minBytes(),
                maxWaitMs,
                context,
                coldReaders,
                () -> stopping,
                meters,
                results -> charged(context, opened, results, by));
        opened.session().ifPresent(session -> session.waiting(fetch::interrupt));
        start.accept(fetch);
        return fetch.answer();
    }

    /** Whether followers of what is led here may be read by consumers near them. */
    private boolean hasRack() {
        return cluster.view().broker(self).flatMap(BrokerRegistration::rack).isPresent();
    }

    private FetchResponse charged(
            RequestContext context, FetchSessions.Opened opened, List<FetchReader.Result> results, Reading by) {
        if (by instanceof Reading.ByFollower broker) {
            throttle.charge(broker.follower().brokerId(), results);
            traffic.fetchedByFollower(broker.follower().brokerId(), results);
            return answer(context, opened, results);
        }
        int throttleMs = quota.charge(context, results);
        if (throttleMs == 0) {
            traffic.fetchedByConsumer(results);
        }
        return throttleMs == 0
                ? answer(context, opened, results)
                : throttled(context, opened, results).throttled(throttleMs);
    }

    /** The session stays as it is: what is not told now will be news later. */
    private FetchResponse throttled(
            RequestContext context, FetchSessions.Opened opened, List<FetchReader.Result> results) {
        List<FetchReader.Result> empty = FetchQuota.withoutRecords(results);
        return answer(context, opened, opened.incremental() ? List.of() : empty);
    }

    /** Adds the numbers of fetch sessions. */
    public void addTo(Metrics metrics) {
        sessions.addTo(metrics);
    }

    /** From now on no fetch waits; those that do are answered when {@link Partitions#wakeAll} is called next. */
    public void stopWaiting() {
        stopping = true;
    }

    private FetchResponse answer(
            RequestContext context, FetchSessions.Opened opened, List<FetchReader.Result> results) {
        List<Response> topics = new ArrayList<>();
        List<Response.Partition> sameTopic = new ArrayList<>();
        FetchPartition.Key last = null;
        for (FetchReader.Result result : results) {
            boolean tell = opened.session().isEmpty()
                    || opened.session().get().tell(result.wanted(), result.answer(), !opened.incremental());
            if (!tell) {
                continue;
            }
            FetchPartition.Key key = result.wanted().key();
            if (last != null
                    && !(last.topic().equals(key.topic()) && last.topicId().equals(key.topicId()))) {
                topics.add(new Response(last.topic(), last.topicId(), List.copyOf(sameTopic)));
                sameTopic.clear();
            }
            last = key;
            sameTopic.add(result.answer());
        }
        if (last != null) {
            topics.add(new Response(last.topic(), last.topicId(), List.copyOf(sameTopic)));
        }
        FetchResponse.Builder response = hints.fetched(context, topics);
        if (context.version() >= FIRST_WITH_SESSIONS) {
            response.sessionId(opened.sessionId());
        }
        return response.build();
    }
}
