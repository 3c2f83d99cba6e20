package io.millrace.client.consumer;

import io.millrace.protocol.TopicPartition;
import java.util.Collection;

/**
 * Is told when partitions come and go. Called by the thread that polls, inside {@code poll} or {@code close}; it may call the
 * consumer, to commit or to seek.
 */
public interface RebalanceListener {
    /** Does nothing. */
    RebalanceListener NONE = new RebalanceListener() {};

    /** These are read from now on, on top of those before. */
    default void assigned(Collection<TopicPartition> now) {}

    /** These go to somebody else, once this returns: commit what is done. */
    default void revoked(Collection<TopicPartition> gone) {}

    /**
     * These went to somebody else already, since the group has not heard of this member for too long: it is too late to
     * commit.
     */
    default void lost(Collection<TopicPartition> gone) {
        revoked(gone);
    }
}
