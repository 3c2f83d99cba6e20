package io.millrace.broker.api.data;

import io.millrace.broker.cluster.ClusterStore;
import io.millrace.broker.replica.BrokerTraffic;
import io.millrace.broker.replica.Partition;
import io.millrace.broker.replica.Partitions;
import io.millrace.broker.replica.TopicCount;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.record.BatchHeader;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/**
 * Counts what produces and fetches ask of partitions and are given: all else of it is counted where it is appended.
 *
 * <p>Threading: any thread, without a lock.
 */
final class DataTraffic {
    private final Partitions partitions;
    private final ClusterStore cluster;

    DataTraffic(Partitions partitions, ClusterStore cluster) {
        this.partitions = partitions;
        this.cluster = cluster;
    }

    /** Somebody wants something appended to a partition. */
    static void produce(Partition partition) {
        partition.traffic().add(TopicCount.PRODUCE_REQUESTS, 1);
    }

    /** Nothing was appended; {@code partition} is empty if there is none here. */
    void failedProduce(Optional<Partition> partition, ErrorCode error, ByteBuffer records) {
        count(partition, TopicCount.FAILED_PRODUCE_REQUESTS, 1);
        switch (error) {
            case MESSAGE_TOO_LARGE, RECORD_LIST_TOO_LARGE ->
                count(partition, TopicCount.BYTES_REJECTED, records.remaining());
            case INVALID_RECORD -> {
                if (records.remaining() >= BatchHeader.MAGIC_END
                        && BatchHeader.magic(records, records.position()) != BatchHeader.MAGIC) {
                    count(partition, TopicCount.INVALID_MAGIC_RECORDS, 1);
                }
            }
            case CORRUPT_MESSAGE -> count(partition, TopicCount.INVALID_CRC_RECORDS, 1);
            case OUT_OF_ORDER_SEQUENCE_NUMBER, INVALID_PRODUCER_EPOCH ->
                count(partition, TopicCount.INVALID_SEQUENCE_RECORDS, 1);
            default -> {} // it is counted as failed, and that is all
        }
    }

    private void count(Optional<Partition> partition, TopicCount what, long amount) {
        if (partition.isPresent()) {
            partition.get().traffic().add(what, amount);
        } else {
            partitions.traffic().add(what, amount);
        }
    }

    /** An answer goes to a follower. */
    void fetchedByFollower(int follower, List<FetchReader.Result> results) {
        long bytes = 0;
        long toNew = 0;
        for (FetchReader.Result result : results) {
            int given = result.answer().records().sizeInBytes();
            bytes += given;
            toNew += given > 0 && isAdded(follower, result) ? given : 0;
        }
        if (bytes > 0) {
            partitions.traffic().add(TopicCount.REPLICATION_BYTES_OUT, bytes);
        }
        if (toNew > 0) {
            partitions.traffic().add(TopicCount.REASSIGNMENT_BYTES_OUT, toNew);
        }
    }

    /** Whether a reassignment makes the follower one. */
    private boolean isAdded(int follower, FetchReader.Result result) {
        Optional<TopicPartition> id = result.wanted().found().map(Partition::id);
        return id.isPresent()
                && cluster.view()
                        .topic(id.get().topic())
                        .filter(topic ->
                                topic.addingReplicas(id.get().partition()).contains(follower))
                        .isPresent();
    }

    /** An answer goes to a consumer. Partitions of one topic that follow one another are counted in one go. */
    void fetchedByConsumer(List<FetchReader.Result> results) {
        Sums sums = new Sums();
        for (FetchReader.Result result : results) {
            Optional<Partition> found = result.wanted().found();
            BrokerTraffic.OfTopic topic = found.isPresent() ? found.get().traffic() : null;
            if (topic != sums.topic) {
                sums.add();
                sums.topic = topic;
            }
            sums.requests++;
            sums.bytes += result.answer().records().sizeInBytes();
            sums.failures += result.answer().errorCode() == 0 ? 0 : 1;
        }
        sums.add();
    }

    /** What one topic comes to. */
    private final class Sums {
        private BrokerTraffic.OfTopic topic; // null for a partition that is not here
        private long requests;
        private long bytes;
        private long failures;

        void add() {
            add(TopicCount.FETCH_REQUESTS, requests);
            add(TopicCount.BYTES_OUT, bytes);
            add(TopicCount.FAILED_FETCH_REQUESTS, failures);
            requests = 0;
            bytes = 0;
            failures = 0;
        }

        private void add(TopicCount what, long amount) {
            if (amount > 0 && topic != null) {
                topic.add(what, amount);
            } else if (amount > 0) {
                partitions.traffic().add(what, amount);
            }
        }
    }
}
