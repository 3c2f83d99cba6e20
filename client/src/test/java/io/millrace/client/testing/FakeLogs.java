package io.millrace.client.testing;

import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.message.ApiKey;
import io.millrace.protocol.message.InitProducerIdResponse;
import io.millrace.protocol.message.ProduceRequest;
import io.millrace.protocol.message.ProduceRequest.TopicData;
import io.millrace.protocol.message.ProduceResponse;
import io.millrace.protocol.message.ProduceResponse.Response;
import io.millrace.protocol.message.ProduceResponse.Response.PartitionResponse;
import io.millrace.protocol.record.BufferSlice;
import io.millrace.protocol.record.Record;
import io.millrace.protocol.record.RecordBatch;
import io.millrace.protocol.record.RecordBatches;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;

/**
 * The partitions of a {@link FakeCluster} as logs in memory: Produce appends to them as a real broker would, sequences of
 * idempotent producers checked, and InitProducerId gives ids. A test may have single appends fail.
 *
 * <p>Threading: any.
 */
public final class FakeLogs {
    private final FakeCluster cluster;
    private final Map<TopicPartition, FakeLog> logs = new HashMap<>();
    private BiFunction<Integer, TopicPartition, Optional<ErrorCode>> refusal = (broker, partition) -> Optional.empty();
    private boolean hints;
    private long nextId = 1_000;

    /** One partition: values, and what is known of producers. */
    private static final class FakeLog {
        private final List<String> values = new ArrayList<>();
        private final Map<Long, Known> producers = new HashMap<>();
    }

    private static final class Known {
        private short epoch;
        private int nextSequence;

        /** First sequence, last sequence and offset of the last five batches. */
        private final List<long[]> last = new ArrayList<>();
    }

    public FakeLogs(FakeCluster cluster) {
        this.cluster = cluster;
        for (FakeBroker broker : cluster.brokers()) {
            broker.on(ApiKey.PRODUCE, call -> produce(broker.id(), call.as(ProduceRequest.class)));
            broker.on(ApiKey.INIT_PRODUCER_ID, call -> Reply.of(newId()));
        }
    }

    private synchronized InitProducerIdResponse newId() {
        return InitProducerIdResponse.builder().producerId(nextId++).build();
    }

    /** Which appends fail, before anything is appended. */
    public synchronized void refuse(BiFunction<Integer, TopicPartition, Optional<ErrorCode>> rule) {
        refusal = rule;
    }

    /** Whether refusals for want of leadership name the leader. */
    public synchronized void hint(boolean wanted) {
        hints = wanted;
    }

    /** Forgets all producers, as a broker that has lost its data. */
    public synchronized void forgetProducers() {
        logs.values().forEach(log -> log.producers.clear());
    }

    /** All values of a partition, in order. */
    public synchronized List<String> values(String topic, int partition) {
        FakeLog log = logs.get(new TopicPartition(topic, partition));
        return log == null ? List.of() : List.copyOf(log.values);
    }

    private Reply produce(int broker, ProduceRequest request) {
        ProduceResponse response = append(broker, request);
        return request.acks() == 0 ? new Reply.Silence() : Reply.of(response);
    }

    /** What a broker answers to a Produce, and does. */
    public synchronized ProduceResponse append(int broker, ProduceRequest request) {
        List<Response> topics = new ArrayList<>();
        for (TopicData topic : request.topicData()) {
            String name = topic.name().isEmpty() ? cluster.topicName(topic.topicId()) : topic.name();
            List<PartitionResponse> partitions = new ArrayList<>();
            for (TopicData.PartitionData data : topic.partitionData()) {
                partitions.add(append(broker, new TopicPartition(name, data.index()), data));
            }
            topics.add(new Response(topic.name(), topic.topicId(), partitions));
        }
        return ProduceResponse.builder().responses(topics).build();
    }

    private PartitionResponse append(int broker, TopicPartition partition, TopicData.PartitionData data) {
        PartitionResponse.Builder answer =
                PartitionResponse.builder().index(partition.partition()).baseOffset(-1);
        Optional<ErrorCode> refused = refusal.apply(broker, partition);
        int leader = cluster.leader(partition.topic(), partition.partition());
        if (refused.isPresent()) {
            return answer.errorCode(refused.get()).build();
        } else if (leader != broker) {
            answer.errorCode(ErrorCode.NOT_LEADER_OR_FOLLOWER);
            return hints ? answer.currentLeader(hint(partition, leader)).build() : answer.build();
        }
        ByteBuffer bytes = ((BufferSlice) data.records()).buffer();
        RecordBatches batches = new RecordBatches(bytes);
        RecordBatch batch = batches.next();
        if (!batch.hasValidCrc() || batches.leftOver() > 0) {
            return answer.errorCode(ErrorCode.CORRUPT_MESSAGE).build();
        }
        return append(answer, logs.computeIfAbsent(partition, p -> new FakeLog()), batch);
    }

    private PartitionResponse.CurrentLeader hint(TopicPartition partition, int leader) {
        return PartitionResponse.CurrentLeader.builder()
                .leaderId(leader)
                .leaderEpoch(cluster.epoch(partition.topic(), partition.partition()))
                .build();
    }

    private static PartitionResponse append(PartitionResponse.Builder answer, FakeLog log, RecordBatch batch) {
        if (batch.hasProducerId()) {
            Known known = log.producers.get(batch.producerId());
            for (long[] last : known == null ? List.<long[]>of() : known.last) {
                if (known.epoch == batch.producerEpoch()
                        && last[0] == batch.baseSequence()
                        && last[1] == batch.lastSequence()) {
                    return answer.baseOffset(last[2]).build();
                }
            }
            ErrorCode error = check(known, batch);
            if (error != ErrorCode.NONE) {
                return answer.errorCode(error).build();
            }
            note(log, batch);
        }
        long base = log.values.size();
        for (Record record : batch.records(Integer.MAX_VALUE)) {
            log.values.add(record.value().map(FakeLogs::text).orElse("null"));
        }
        return answer.baseOffset(base).build();
    }

    private static ErrorCode check(Known known, RecordBatch batch) {
        if (known == null) {
            return ErrorCode.NONE;
        } else if (batch.producerEpoch() < known.epoch) {
            return ErrorCode.INVALID_PRODUCER_EPOCH;
        }
        int expected = batch.producerEpoch() > known.epoch ? 0 : known.nextSequence;
        return batch.baseSequence() == expected ? ErrorCode.NONE : ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER;
    }

    private static void note(FakeLog log, RecordBatch batch) {
        Known known = log.producers.computeIfAbsent(batch.producerId(), id -> new Known());
        if (known.epoch != batch.producerEpoch()) {
            known.epoch = batch.producerEpoch();
            known.last.clear();
        }
        known.nextSequence = (batch.lastSequence() + 1) & Integer.MAX_VALUE;
        known.last.add(new long[] {batch.baseSequence(), batch.lastSequence(), log.values.size()});
        if (known.last.size() > 5) {
            known.last.remove(0);
        }
    }

    private static String text(ByteBuffer bytes) {
        return StandardCharsets.UTF_8.decode(bytes).toString();
    }
}
