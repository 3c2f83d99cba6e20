package io.millrace.client.consumer;

import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.Uuid;
import java.util.OptionalLong;

/**
 * From where on, and from whom, one partition is fetched next: ahead of what the application has read.
 *
 * <p>Threading: the I/O thread.
 */
final class FetchPosition {
    private static final int NO_REPLICA = -1;

    private final PartitionState state;
    private int generation = -1;
    private boolean located;
    private long offset;
    private int epoch = -1;
    private Uuid topicId = Uuid.ZERO;
    private OptionalLong lookup = OptionalLong.empty();
    private boolean lookingUp;
    private int replica = NO_REPLICA;
    private long replicaUntilNs;
    private long retryAtNs;

    FetchPosition(PartitionState state) {
        this.state = state;
        this.retryAtNs = System.nanoTime();
    }

    PartitionState state() {
        return state;
    }

    TopicPartition partition() {
        return state.partition();
    }

    /** Takes in what the application has ordered since the last look. */
    void obey() {
        PartitionState.Order order = state.order();
        if (order.generation() == generation) {
            return;
        }
        generation = order.generation();
        located = false;
        lookingUp = false;
        lookup = OptionalLong.empty();
        if (order.position().isPresent()) {
            if (order.position().get() instanceof Position.Exactly exactly) {
                moveTo(exactly.offset(), order.epoch());
            } else if (order.position().get() instanceof Position.ByTime time) {
                lookup = OptionalLong.of(time.timestamp());
            }
        }
    }

    int generation() {
        return generation;
    }

    void moveTo(long next, int leaderEpoch) {
        located = true;
        offset = next;
        epoch = leaderEpoch;
    }

    /** The position is lost, and to be found at a time. */
    void lookUp(long timestamp) {
        located = false;
        lookup = OptionalLong.of(timestamp);
    }

    long offset() {
        return offset;
    }

    /** The leader epoch of the record in front of it; -1 if not known. */
    int epoch() {
        return epoch;
    }

    /**
     * The topic's id is this, or is not known. Under another id it is another topic, of which the epoch says nothing: taken
     * for the old log's, it would make the new one look like one that was cut back.
     */
    void isOf(Uuid id) {
        if (!topicId.isZero() && !id.isZero() && !topicId.equals(id)) {
            epoch = -1;
            state.forgetEpoch();
        }
        topicId = id.isZero() ? topicId : id;
    }

    boolean isFetchable(long nowNs) {
        return located && isDue(nowNs) && state.isFetchable();
    }

    /** The timestamp to be looked up now, if one is and nobody does yet. */
    OptionalLong lookup(long nowNs) {
        return located || lookingUp || !isDue(nowNs) ? OptionalLong.empty() : lookup;
    }

    void lookupBegins() {
        lookingUp = true;
    }

    void lookupEnds() {
        lookingUp = false;
    }

    /** Leaves the partition alone for a while. */
    void retryAt(long timeNs) {
        retryAtNs = timeNs;
    }

    boolean isDue(long nowNs) {
        return nowNs - retryAtNs >= 0;
    }

    long retryAtNs() {
        return retryAtNs;
    }

    /** The leader has named a closer replica (KIP-392). */
    void prefer(int broker, long untilNs) {
        replica = broker;
        replicaUntilNs = untilNs;
    }

    void preferNobody() {
        replica = NO_REPLICA;
    }

    /** Whom to fetch from, where the leader is this one. */
    int source(int leader, long nowNs) {
        return prefersReplica() && nowNs - replicaUntilNs < 0 ? replica : leader;
    }

    boolean prefersReplica() {
        return replica != NO_REPLICA;
    }
}
