package io.millrace.client.testing;

import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.Uuid;
import io.millrace.protocol.message.ApiKey;
import io.millrace.protocol.message.FetchRequest;
import io.millrace.protocol.message.FetchResponse;
import io.millrace.protocol.message.FetchResponse.Response;
import io.millrace.protocol.message.ListOffsetsRequest;
import io.millrace.protocol.message.ListOffsetsResponse;
import io.millrace.protocol.record.BatchBuilder;
import io.millrace.protocol.record.BufferSlice;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The partitions of a {@link FakeCluster} as logs that can be read: Fetch with sessions and ListOffsets. A test puts batches
 * in, and may have single partitions of an answer say something else.
 *
 * <p>Threading: any.
 */
public final class FakeReads {
    private final FakeCluster cluster;
    private final Map<TopicPartition, FakeLog> logs = new HashMap<>();
    private final Map<Integer, Map<TopicPartition, Long>> sessions = new HashMap<>();
    private Special special = (broker, partition, offset, answer) -> Optional.empty();
    private int nextSession = 1;

    /** One partition. */
    private static final class FakeLog {
        private final List<ByteBuffer> batches = new ArrayList<>();
        private long start;
        private long end;
    }

    /** What one partition is answered with instead; it may add to what is there. */
    @FunctionalInterface
    public interface Special {
        Optional<Response.Partition> answer(
                int broker, TopicPartition partition, long offset, Response.Partition.Builder answer);
    }

    public FakeReads(FakeCluster cluster) {
        this.cluster = cluster;
        for (FakeBroker broker : cluster.brokers()) {
            broker.on(ApiKey.FETCH, call -> Reply.of(fetch(broker.id(), call.as(FetchRequest.class))));
            broker.on(ApiKey.LIST_OFFSETS, call -> Reply.of(list(call.as(ListOffsetsRequest.class))));
        }
    }

    public synchronized void special(Special answers) {
        special = answers;
    }

    /** Forgets all sessions, as a broker that was started anew. */
    public synchronized void forgetSessions() {
        sessions.clear();
    }

    /** What lies before an offset is gone. */
    public synchronized void startAt(String topic, int partition, long offset) {
        log(new TopicPartition(topic, partition)).start = offset;
    }

    /** Appends a batch of values; returns its base offset. */
    public synchronized long append(String topic, int partition, String... values) {
        BatchBuilder batch = BatchBuilder.create();
        for (int i = 0; i < values.length; i++) {
            batch.append(1_000 + i, null, values[i].getBytes(StandardCharsets.UTF_8));
        }
        return append(topic, partition, batch, values.length);
    }

    /** Appends a batch at the end of the log. */
    public synchronized long append(String topic, int partition, BatchBuilder batch, int count) {
        FakeLog log = log(new TopicPartition(topic, partition));
        long base = log.end;
        log.batches.add(batch.baseOffset(base)
                .leaderEpoch(cluster.epoch(topic, partition))
                .build());
        log.end += count;
        return base;
    }

    private FakeLog log(TopicPartition partition) {
        return logs.computeIfAbsent(partition, p -> new FakeLog());
    }

    private synchronized FetchResponse fetch(int broker, FetchRequest request) {
        Map<TopicPartition, Long> asked = sessions.get(request.sessionId());
        int session = request.sessionId();
        if (request.sessionEpoch() <= 0) {
            session = nextSession++;
            asked = new LinkedHashMap<>();
            sessions.put(session, asked);
        } else if (asked == null) {
            return FetchResponse.builder()
                    .errorCode(ErrorCode.FETCH_SESSION_ID_NOT_FOUND.code())
                    .build();
        }
        for (FetchRequest.ForgottenTopicsData topic : request.forgottenTopicsData()) {
            for (int partition : topic.partitions()) {
                asked.remove(new TopicPartition(cluster.topicName(topic.topicId()), partition));
            }
        }
        for (FetchRequest.Topic topic : request.topics()) {
            for (FetchRequest.Topic.Partition partition : topic.partitions()) {
                asked.put(
                        new TopicPartition(cluster.topicName(topic.topicId()), partition.partition()),
                        partition.fetchOffset());
            }
        }
        List<Response> answers = new ArrayList<>();
        asked.forEach((partition, offset) -> {
            Uuid id = cluster.topicId(partition.topic());
            answers.add(new Response("", id, List.of(read(broker, partition, offset))));
        });
        return FetchResponse.builder().sessionId(session).responses(answers).build();
    }

    private Response.Partition read(int broker, TopicPartition partition, long offset) {
        FakeLog log = log(partition);
        Response.Partition.Builder answer = Response.Partition.builder()
                .partitionIndex(partition.partition())
                .highWatermark(log.end)
                .lastStableOffset(log.end)
                .logStartOffset(log.start)
                .records(BufferSlice.EMPTY);
        Optional<Response.Partition> other = special.answer(broker, partition, offset, answer);
        if (other.isPresent()) {
            return other.get();
        } else if (cluster.leader(partition.topic(), partition.partition()) != broker) {
            return answer.errorCode(ErrorCode.NOT_LEADER_OR_FOLLOWER)
                    .currentLeader(Response.Partition.CurrentLeader.builder()
                            .leaderId(cluster.leader(partition.topic(), partition.partition()))
                            .leaderEpoch(cluster.epoch(partition.topic(), partition.partition()))
                            .build())
                    .build();
        } else if (offset < log.start || offset > log.end) {
            return answer.errorCode(ErrorCode.OFFSET_OUT_OF_RANGE).build();
        }
        return answer.records(records(log, offset)).build();
    }

    private static BufferSlice records(FakeLog log, long offset) {
        ByteBuffer all = ByteBuffer.allocate(1 << 20);
        for (ByteBuffer batch : log.batches) {
            long last = batch.getLong(0) + batch.getInt(23);
            if (last >= offset && all.remaining() >= batch.remaining()) {
                all.put(batch.duplicate());
            }
        }
        return new BufferSlice(all.flip());
    }

    /** Timestamps are those of {@link #append(String, int, String...)}: not looked at, but for the two special ones. */
    private synchronized ListOffsetsResponse list(ListOffsetsRequest request) {
        List<ListOffsetsResponse.Topic> topics = new ArrayList<>();
        for (ListOffsetsRequest.Topic topic : request.topics()) {
            List<ListOffsetsResponse.Topic.Partition> partitions = new ArrayList<>();
            for (ListOffsetsRequest.Topic.Partition asked : topic.partitions()) {
                FakeLog log = log(new TopicPartition(topic.name(), asked.partitionIndex()));
                partitions.add(ListOffsetsResponse.Topic.Partition.builder()
                        .partitionIndex(asked.partitionIndex())
                        .offset(asked.timestamp() == -1 ? log.end : asked.timestamp() == -2 ? log.start : -1)
                        .build());
            }
            topics.add(new ListOffsetsResponse.Topic(topic.name(), partitions));
        }
        return ListOffsetsResponse.builder().topics(topics).build();
    }
}
