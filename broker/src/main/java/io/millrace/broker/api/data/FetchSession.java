package io.millrace.broker.api.data;

import io.millrace.protocol.message.FetchRequest;
import io.millrace.protocol.message.FetchResponse;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An incremental fetch session (KIP-227): the partitions that a client reads, so that it need not name them each time.
 *
 * <p>Threading: guarded by itself. The order of partitions is that in which they are served; one that gave data moves
 * to the end.
 */
final class FetchSession {
    private final int id;
    private final boolean byTopicId;
    private final Map<FetchPartition.Key, FetchPartition> partitions = new LinkedHashMap<>();
    private Runnable interrupt = () -> {};
    private List<FetchPartition> inOrder = List.of(); // a copy, for those who read; empty if it has to be made anew
    private int nextEpoch = 1;
    private long lastUsedMs;

    FetchSession(int id, boolean byTopicId, long nowMs) {
        this.id = id;
        this.byTopicId = byTopicId;
        this.lastUsedMs = nowMs;
    }

    int id() {
        return id;
    }

    boolean byTopicId() {
        return byTopicId;
    }

    synchronized long lastUsedMs() {
        return lastUsedMs;
    }

    synchronized int size() {
        return partitions.size();
    }

    /** Whether the epoch is the one expected next; if so, the one after it is expected from now on. */
    synchronized boolean advance(int epoch, long nowMs) {
        if (epoch != nextEpoch) {
            return false;
        }
        nextEpoch = epoch == Integer.MAX_VALUE ? 1 : epoch + 1;
        lastUsedMs = nowMs;
        return true;
    }

    /** From now on this ends the wait of the session's latest fetch. */
    synchronized void waiting(Runnable interruptLatest) {
        interrupt = interruptLatest;
    }

    /** A fetch comes behind one that may still wait: that is answered, or the client would wait for both. */
    void interruptLatest() {
        Runnable latest;
        synchronized (this) {
            latest = interrupt;
            interrupt = () -> {};
        }
        latest.run();
    }

    /** Adds, changes and removes partitions as a request says. */
    synchronized void update(FetchRequest request) {
        if (request.topics().isEmpty() && request.forgottenTopicsData().isEmpty()) {
            return;
        }
        inOrder = List.of();
        for (FetchRequest.Topic topic : request.topics()) {
            for (FetchRequest.Topic.Partition asked : topic.partitions()) {
                FetchPartition.Key key = new FetchPartition.Key(topic.topic(), topic.topicId(), asked.partition());
                FetchPartition known = partitions.get(key);
                if (known == null) {
                    partitions.put(key, new FetchPartition(key, asked));
                } else {
                    known.ask(asked);
                }
            }
        }
        for (FetchRequest.ForgottenTopicsData forgotten : request.forgottenTopicsData()) {
            for (int partition : forgotten.partitions()) {
                partitions.remove(new FetchPartition.Key(forgotten.topic(), forgotten.topicId(), partition));
            }
        }
    }

    /** All partitions, in the order in which they are to be served. */
    synchronized List<FetchPartition> partitions() {
        if (inOrder.isEmpty()) {
            inOrder = List.copyOf(partitions.values());
        }
        return inOrder;
    }

    /** Remembers what the client is told of a partition, and says whether it has to be told at all. */
    synchronized boolean tell(FetchPartition partition, FetchResponse.Response.Partition answer, boolean always) {
        boolean tell = always || partition.isNews(answer);
        if (tell) {
            partition.told(answer);
        }
        boolean gave = answer.records() != null && answer.records().sizeInBytes() > 0;
        if (gave && partitions.size() > 1 && partitions.remove(partition.key(), partition)) {
            partitions.put(partition.key(), partition);
            inOrder = List.of();
        }
        return tell;
    }
}
