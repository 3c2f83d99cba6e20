package io.millrace.broker.api.data;

import io.millrace.broker.api.RequestContext;
import io.millrace.broker.api.RequestHandler;
import io.millrace.broker.cluster.ClusterStore;
import io.millrace.broker.config.Setting;
import io.millrace.broker.config.Settings;
import io.millrace.broker.replica.ConversionMemory;
import io.millrace.broker.replica.Partitions;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.message.FetchRequest;
import io.millrace.protocol.message.FetchResponse;
import io.millrace.protocol.message.FetchResponse.Response;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;

/**
 * Fetch, key 1, versions 0-18: records of partitions from an offset on, as slices of their files; up to version 3
 * converted to messages. Waits until there is
 * enough to give or the client's time is over; sessions (KIP-227) spare clients from naming all partitions each time.
 */
public final class FetchHandler implements RequestHandler<FetchRequest, FetchResponse> {
    private static final int FIRST_WITH_BATCHES = 4;
    private static final int FIRST_BY_TOPIC_ID = 13;
    private static final int FIRST_WITH_SESSIONS = 7;
    private static final byte READ_COMMITTED = 1;

    /** A client that is gone is not noticed while its fetch waits, so that no wait is longer, whatever it asked for. */
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
    private final Executor workers;
    private final ScheduledExecutorService timer;
    private final FetchSessions sessions;
    private final int maxBytes;
    private final Clock clock;
    private final LegacyReader legacyReader;
    private final HeldBytes converted;
    private volatile boolean stopping;

    /**
     * @param workers where a waiting fetch looks again
     * @param timer for the end of its time; runs nothing long
     * @param memory for answers that old consumers need converted
     */
    public FetchHandler(
            Settings settings,
            ClusterStore cluster,
            Partitions partitions,
            Clock clock,
            Executor workers,
            ScheduledExecutorService timer,
            ConversionMemory memory) {
        this.clock = clock;
        this.legacyReader = new LegacyReader(memory);
        this.converted = new HeldBytes(memory.largest());
        this.cluster = cluster;
        this.partitions = partitions;
        this.workers = workers;
        this.timer = timer;
        this.maxBytes = settings.get(MAX_BYTES);
        this.sessions = new FetchSessions(settings.get(SESSION_SLOTS), clock);
    }

    @Override
    public CompletionStage<FetchResponse> handle(RequestContext context, FetchRequest request) {
        boolean byTopicId = context.version() >= FIRST_BY_TOPIC_ID;
        FetchSessions.Opened opened = sessions.open(request, byTopicId);
        if (opened.error() != ErrorCode.NONE) {
            return CompletableFuture.completedFuture(
                    FetchResponse.builder().errorCode(opened.error()).build());
        }
        int answerBytes = Math.min(maxBytes, request.maxBytes());
        FetchReader reader = new FetchReader(
                cluster,
                partitions,
                opened.partitions(),
                answerBytes,
                byTopicId,
                request.isolationLevel() == READ_COMMITTED,
                Math.max(request.replicaId(), request.replicaState().replicaId()) >= 0);
        long maxWaitMs = stopping ? 0 : Math.min(LONGEST_WAIT_MS, request.maxWaitMs());
        CompletionStage<List<FetchReader.Result>> found = context.version() < FIRST_WITH_BATCHES
                ? legacy(
                                new LegacyFetch.Asked(context.version(), answerBytes),
                                waitMs -> await(reader, request, waitMs))
                        .start(maxWaitMs)
                : await(reader, request, maxWaitMs);
        return found.thenApply(results -> answer(context, opened, results));
    }

    private CompletionStage<List<FetchReader.Result>> await(FetchReader reader, FetchRequest request, long maxWaitMs) {
        return new DelayedFetch(reader, request.minBytes(), maxWaitMs, workers, timer, () -> stopping).start();
    }

    private LegacyFetch legacy(LegacyFetch.Asked asked, LegacyFetch.Waiting waiting) {
        return new LegacyFetch(partitions, legacyReader, converted, workers, clock, asked, waiting);
    }

    /** From now on no fetch waits; those that do are answered when {@link Partitions#wakeAll} is called next. */
    public void stopWaiting() {
        stopping = true;
    }

    private static FetchResponse answer(
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
        FetchResponse.Builder response = FetchResponse.builder().responses(topics);
        if (context.version() >= FIRST_WITH_SESSIONS) {
            response.sessionId(opened.sessionId());
        }
        return response.build();
    }
}
