package io.millrace.broker.api.data;

import io.millrace.broker.replica.Follower;
import io.millrace.broker.replica.Partition;
import io.millrace.broker.replica.Read;
import io.millrace.protocol.message.FetchRequest;
import io.millrace.protocol.message.FetchResponse;
import java.util.Optional;
import java.util.OptionalInt;

/** Who reads, and so how far: consumers what is committed, at the leader or near by; followers all there is. */
sealed interface Reading {
    /** Reads one partition; throws as the partition does. */
    Read read(Partition partition, FetchRequest.Topic.Partition asked, int maxBytes, boolean atLeastOneBatch);

    /** Whether an answer without records is worth to be given at once. */
    default boolean isNews(FetchPartition wanted, FetchResponse.Response.Partition answer) {
        return answer.preferredReadReplica() >= 0;
    }

    /** Has a waiter run when there may be more for this reader. */
    void await(Partition partition, Runnable waiter);

    /** The log's start, where this reader is told of it although its offset is out of range; else -1. */
    long startToldOf(Optional<Partition> partition);

    /** Who should rather be read from; empty if this broker is right. */
    default OptionalInt elsewhere(Partition partition, FetchRequest.Topic.Partition asked) {
        return OptionalInt.empty();
    }

    /**
     * @param anywhere whether a follower may be read, too: clients know of that since version 11
     * @param near who stands nearer to the client than this broker
     */
    record ByConsumer(boolean anywhere, NearReplica near) implements Reading {
        @Override
        public OptionalInt elsewhere(Partition partition, FetchRequest.Topic.Partition asked) {
            return near.of(partition, asked.fetchOffset());
        }

        @Override
        public Read read(
                Partition partition, FetchRequest.Topic.Partition asked, int maxBytes, boolean atLeastOneBatch) {
            long offset = asked.fetchOffset();
            int epoch = asked.currentLeaderEpoch();
            int lastEpoch = asked.lastFetchedEpoch();
            return anywhere
                    ? partition.readAnywhere(offset, maxBytes, atLeastOneBatch, epoch, lastEpoch)
                    : partition.read(offset, maxBytes, atLeastOneBatch, epoch, lastEpoch);
        }

        @Override
        public void await(Partition partition, Runnable waiter) {
            partition.addWaiter(waiter);
        }

        @Override
        public long startToldOf(Optional<Partition> partition) {
            return -1;
        }
    }

    /**
     * By a broker that has a replica.
     *
     * @param isReadItself whether consumers may read there, who are to see soon what is committed: then its fetch waits
     *     no longer than until it has news of that
     * @param throttle what it may be given now; what it has, it tells all the same
     */
    record ByFollower(Follower follower, boolean isReadItself, LeaderThrottle throttle) implements Reading {
        @Override
        public boolean isNews(FetchPartition wanted, FetchResponse.Response.Partition answer) {
            return isReadItself && wanted.isHighWatermarkNews(answer);
        }

        @Override
        public Read read(
                Partition partition, FetchRequest.Topic.Partition asked, int maxBytes, boolean atLeastOneBatch) {
            int bytes = throttle.limit(partition, follower.brokerId(), maxBytes);
            return partition.readAsReplica(
                    follower,
                    asked.fetchOffset(),
                    bytes,
                    atLeastOneBatch && bytes > 0,
                    asked.currentLeaderEpoch(),
                    asked.lastFetchedEpoch());
        }

        @Override
        public void await(Partition partition, Runnable waiter) {
            partition.addFollower(waiter);
            if (isReadItself) {
                partition.addWaiter(waiter);
            }
        }

        @Override
        public long startToldOf(Optional<Partition> partition) {
            return partition.map(found -> found.start().offset()).orElse(-1L);
        }
    }
}
