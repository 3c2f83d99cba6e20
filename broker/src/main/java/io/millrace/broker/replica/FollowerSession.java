package io.millrace.broker.replica;

import io.millrace.protocol.Uuid;
import io.millrace.protocol.message.FetchRequest;
import io.millrace.protocol.message.FetchRequest.ForgottenTopicsData;
import io.millrace.protocol.message.FetchRequest.Topic;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The follower's side of an incremental fetch session (KIP-227): which partitions the leader is asked for, and what of
 * that it has not been told yet. An idle partition costs nothing.
 *
 * <p>Threading: one lane.
 */
final class FollowerSession {
    private static final int NONE = 0;
    private static final int FIRST_EPOCH = 0;

    private final int self;
    private final ReplicaConfig config;
    private final FollowerThrottle throttle;
    private final Map<Followed.Key, Followed> asked = new LinkedHashMap<>();
    private final Map<Followed.Key, Long> since = new HashMap<>(); // the first fetch that asks for it
    private final Set<Followed.Key> news = new LinkedHashSet<>(); // added, or moved
    private final Set<Followed.Key> forgotten = new LinkedHashSet<>();
    private boolean hasChanged;
    private int sessionId = NONE;
    private int nextEpoch = FIRST_EPOCH;
    private long fetches;

    FollowerSession(int self, ReplicaConfig config, FollowerThrottle throttle) {
        this.self = self;
        this.config = config;
        this.throttle = throttle;
    }

    boolean isEmpty() {
        return asked.isEmpty();
    }

    Optional<Followed> find(Followed.Key key) {
        return Optional.ofNullable(asked.get(key));
    }

    /**
     * What the answer to a fetch is about; empty if that fetch did not ask for it yet. An answer that was long on its way
     * may come when the same broker leads again at a later epoch, and another one's records have been taken in between.
     */
    Optional<Followed> find(Followed.Key key, long fetch) {
        return find(key).filter(followed -> since.get(key) <= fetch);
    }

    Collection<Followed> all() {
        return List.copyOf(asked.values());
    }

    /** Asks for a partition from now on, from where its log ends. */
    void add(Followed followed) {
        asked.put(followed.key(), followed);
        since.put(followed.key(), fetches + 1);
        forgotten.remove(followed.key());
        news.add(followed.key());
        hasChanged = true;
    }

    /** The partition's log ends elsewhere now. */
    void moved(Followed followed) {
        if (followed.equals(asked.get(followed.key()))) {
            news.add(followed.key());
        }
    }

    void remove(Followed followed) {
        if (asked.remove(followed.key(), followed)) {
            since.remove(followed.key());
            news.remove(followed.key());
            forgotten.add(followed.key());
            hasChanged = true;
        }
    }

    /** Whether the leader does not know yet what it is asked for: something was added or removed. */
    boolean hasChanged() {
        return hasChanged;
    }

    /** The leader knows nothing of a session: the next fetch begins a new one. */
    void reset() {
        sessionId = NONE;
        nextEpoch = FIRST_EPOCH;
        forgotten.clear();
        news.addAll(asked.keySet());
    }

    /** The session that an answer belongs to; 0 if the leader keeps none, so that the next fetch names everything. */
    void opened(int id) {
        sessionId = id;
        if (id == NONE) {
            reset();
        }
    }

    /** Whether the answer that tells the session's id is still to come: until then no second fetch can be sent. */
    boolean isOpening() {
        return sessionId == NONE && nextEpoch != FIRST_EPOCH;
    }

    /** The number of the fetch that was made last. */
    long fetches() {
        return fetches;
    }

    /** The next fetch. */
    FetchRequest next(long brokerEpoch) {
        boolean first = nextEpoch == FIRST_EPOCH;
        FetchRequest request = FetchRequest.builder()
                .replicaState(new FetchRequest.ReplicaState(self, brokerEpoch))
                .maxWaitMs(first ? 0 : config.fetchWaitMs()) // what is added meanwhile must not wait for the session
                .minBytes(1)
                .maxBytes(config.fetchBytes().perAnswer())
                .sessionId(sessionId)
                .sessionEpoch(nextEpoch)
                .topics(topics(first ? asked.keySet() : news))
                .forgottenTopicsData(first ? List.of() : forgottenTopics())
                .rackId("")
                .build();
        news.clear();
        forgotten.clear();
        hasChanged = false;
        fetches++;
        nextEpoch = nextEpoch == Integer.MAX_VALUE ? 1 : nextEpoch + 1;
        return request;
    }

    private List<Topic> topics(Set<Followed.Key> keys) {
        Map<Uuid, List<Topic.Partition>> byTopic = new LinkedHashMap<>();
        for (Followed.Key key : keys) {
            byTopic.computeIfAbsent(key.topicId(), id -> new ArrayList<>()).add(ask(asked.get(key)));
        }
        List<Topic> topics = new ArrayList<>();
        byTopic.forEach((id, partitions) -> topics.add(new Topic("", id, partitions)));
        return topics;
    }

    private Topic.Partition ask(Followed followed) {
        Partition partition = followed.partition();
        return Topic.Partition.builder()
                .partition(partition.id().partition())
                .currentLeaderEpoch(followed.leaderEpoch())
                .fetchOffset(partition.log().endOffset())
                .lastFetchedEpoch(partition.log().leaderEpochs().latest().orElse(-1))
                .logStartOffset(partition.log().startOffset())
                .partitionMaxBytes(throttle.limit(followed, config.fetchBytes().perPartition()))
                .build();
    }

    private List<ForgottenTopicsData> forgottenTopics() {
        Map<Uuid, List<Integer>> byTopic = new LinkedHashMap<>();
        forgotten.forEach(key ->
                byTopic.computeIfAbsent(key.topicId(), id -> new ArrayList<>()).add(key.partition()));
        List<ForgottenTopicsData> topics = new ArrayList<>();
        byTopic.forEach((id, partitions) -> topics.add(new ForgottenTopicsData("", id, partitions)));
        return topics;
    }
}
