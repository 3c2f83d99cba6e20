package io.millrace.broker.api.data;

import io.micrometer.core.instrument.Counter;
import io.millrace.broker.metrics.Metrics;
import io.millrace.broker.metrics.Table;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.message.FetchRequest;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The fetch sessions of this broker, a bounded number with a bounded number of partitions. When all places are taken, a new session gets the place of one
 * that was silent for two minutes; there being none, its client goes on without a session.
 *
 * <p>Threading: guarded by itself; a session has its own lock, taken inside.
 */
final class FetchSessions {
    /** What the protocol calls "no session". */
    static final int NONE = 0;

    private static final int FIRST_EPOCH = 0;
    private static final int FINAL_EPOCH = -1;
    private static final long EVICTABLE_AFTER_MS = 120_000;

    /** Of all sessions together, whether such partitions exist or not: about 50 MB of heap. */
    private static final int MAX_PARTITIONS = 250_000;

    private final int slots;
    private final int maxPartitions;
    private final Clock clock;
    private final Map<Integer, FetchSession> byId = new HashMap<>();
    private volatile Optional<Counter> evictions = Optional.empty();

    FetchSessions(int slots, Clock clock) {
        this(slots, MAX_PARTITIONS, clock);
    }

    /** @param maxPartitions that all sessions together may remember */
    FetchSessions(int slots, int maxPartitions, Clock clock) {
        this.slots = slots;
        this.maxPartitions = maxPartitions;
        this.clock = clock;
    }

    /**
     * What a request asks for.
     *
     * @param error NONE, or why there is nothing to read
     * @param session the one that it belongs to, if any
     * @param incremental whether only news is answered
     */
    record Opened(
            ErrorCode error, Optional<FetchSession> session, boolean incremental, List<FetchPartition> partitions) {
        private static Opened failed(ErrorCode error) {
            return new Opened(error, Optional.empty(), false, List.of());
        }

        int sessionId() {
            return session.map(FetchSession::id).orElse(NONE);
        }
    }

    /** Finds, makes, changes or ends a session as the request says. */
    Opened open(FetchRequest request, boolean byTopicId) {
        int id = request.sessionId();
        int epoch = request.sessionEpoch();
        if (epoch == FIRST_EPOCH || epoch == FINAL_EPOCH) {
            remove(id);
            Optional<FetchSession> session = epoch == FIRST_EPOCH ? create(request, byTopicId) : Optional.empty();
            List<FetchPartition> partitions =
                    session.map(FetchSession::partitions).orElseGet(() -> asked(request));
            return new Opened(ErrorCode.NONE, session, false, partitions);
        }
        FetchSession session;
        synchronized (this) {
            session = byId.get(id);
        }
        if (session == null) {
            return Opened.failed(ErrorCode.FETCH_SESSION_ID_NOT_FOUND);
        }
        if (session.byTopicId() != byTopicId) {
            return Opened.failed(ErrorCode.FETCH_SESSION_TOPIC_ID_ERROR);
        }
        if (!session.advance(epoch, clock.millis())) {
            return Opened.failed(ErrorCode.INVALID_FETCH_SESSION_EPOCH);
        }
        session.interruptLatest();
        int before = session.size();
        session.update(request);
        if (session.size() > before && isFull()) {
            remove(id); // the client goes back to naming all partitions each time
            return Opened.failed(ErrorCode.FETCH_SESSION_ID_NOT_FOUND);
        }
        if (session.size() == 0) {
            remove(id);
            return new Opened(ErrorCode.NONE, Optional.empty(), true, List.of());
        }
        return new Opened(ErrorCode.NONE, Optional.of(session), true, session.partitions());
    }

    synchronized int size() {
        return byId.size();
    }

    /** How many partitions all sessions remember. */
    synchronized long partitions() {
        return byId.values().stream().mapToLong(FetchSession::size).sum();
    }

    void addTo(Metrics metrics) {
        List<FetchSessions> self = List.of(this);
        metrics.add(Table.gauges("kafka.server.FetchSessionCache", () -> self)
                .value("NumIncrementalFetchSessions", FetchSessions::size)
                .value("NumIncrementalFetchPartitionsCached", FetchSessions::partitions)
                .build());
        evictions = Optional.of(
                metrics.registry().counter("kafka.server.FetchSessionCache.IncrementalFetchSessionEvictionsPerSec"));
    }

    private synchronized void remove(int id) {
        byId.remove(id);
    }

    private synchronized Optional<FetchSession> create(FetchRequest request, boolean byTopicId) {
        long now = clock.millis();
        if (byId.size() >= slots) {
            byId.values().stream()
                    .filter(session -> now - session.lastUsedMs() > EVICTABLE_AFTER_MS)
                    .findAny()
                    .ifPresent(silent -> {
                        byId.remove(silent.id());
                        evictions.ifPresent(Counter::increment);
                    });
        }
        if (byId.size() >= slots || request.topics().isEmpty()) {
            return Optional.empty();
        }
        int id;
        do {
            id = ThreadLocalRandom.current().nextInt(1, Integer.MAX_VALUE);
        } while (byId.containsKey(id));
        FetchSession session = new FetchSession(id, byTopicId, now);
        session.update(request);
        byId.put(id, session);
        if (isFull()) {
            byId.remove(id);
            return Optional.empty();
        }
        return Optional.of(session);
    }

    /** Whether all sessions together remember more partitions than they may. */
    private synchronized boolean isFull() {
        return partitions() > maxPartitions;
    }

    private static List<FetchPartition> asked(FetchRequest request) {
        Map<FetchPartition.Key, FetchPartition> partitions = new LinkedHashMap<>();
        for (FetchRequest.Topic topic : request.topics()) {
            for (FetchRequest.Topic.Partition asked : topic.partitions()) {
                FetchPartition.Key key = new FetchPartition.Key(topic.topic(), topic.topicId(), asked.partition());
                partitions.put(key, new FetchPartition(key, asked));
            }
        }
        return new ArrayList<>(partitions.values());
    }
}
