package io.millrace.client.consumer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.client.ClientConfig;
import io.millrace.client.MillraceException;
import io.millrace.client.testing.FakeBroker;
import io.millrace.client.testing.FakeCluster;
import io.millrace.client.testing.FakeGroup;
import io.millrace.client.testing.FakeReads;
import io.millrace.client.testing.Reply;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.message.ApiKey;
import io.millrace.protocol.message.HeartbeatResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One member against a scripted coordinator: what goes wrong, and what it does then. */
@Timeout(60)
final class GroupTest implements RebalanceListener {
    private static final TopicPartition T0 = new TopicPartition("t", 0);

    private final FakeCluster cluster = new FakeCluster(2).topic("t", 1, 1);
    private final FakeReads reads = new FakeReads(cluster);
    private final FakeGroup group = new FakeGroup(cluster);
    private final List<String> told = new ArrayList<>();
    private Consumer consumer;

    @BeforeEach
    void open() {
        consumer = open(Duration.ofSeconds(30));
        reads.append("t", 0, "a", "b");
    }

    private Consumer open(Duration maxPoll) {
        ClientConfig client = ClientConfig.builder(cluster.bootstrap())
                .reconnectBackoff(Duration.ofMillis(5), Duration.ofMillis(20))
                .retryBackoff(Duration.ofMillis(5), Duration.ofMillis(20))
                .build();
        return Consumer.open(ConsumerConfig.builder(client)
                .offsetReset(OffsetReset.EARLIEST)
                .group(GroupConfig.of("g")
                        .withTimes(Duration.ofSeconds(10), Duration.ofMillis(20), maxPoll)
                        .withAutoCommit(false, Duration.ofSeconds(5)))
                .build());
    }

    @AfterEach
    void close() {
        consumer.close(Duration.ofSeconds(5));
        cluster.close();
    }

    @Override
    public void assigned(Collection<TopicPartition> now) {
        told.add("assigned " + now.size());
    }

    @Override
    public void revoked(Collection<TopicPartition> gone) {
        told.add("revoked " + gone.size());
    }

    @Override
    public void lost(Collection<TopicPartition> gone) {
        told.add("lost " + gone.size());
    }

    private List<String> read(int count) {
        List<String> texts = new ArrayList<>();
        while (texts.size() < count) {
            consumer.poll(Duration.ofMillis(20)).forEach(record -> texts.add(record.valueText()));
        }
        return texts;
    }

    @Test
    void aMemberJoinsReadsAndCommits() {
        consumer.subscribe(List.of("t"), this);
        assertEquals(List.of("a", "b"), read(2));
        assertEquals(List.of("assigned 2"), told);
        consumer.commit();
        assertEquals(Map.of(T0, 2L, new TopicPartition("t", 1), 0L), group.committed());
    }

    @Test
    void whoTheGroupForgotLosesItsPartitionsAndJoinsAnew() {
        consumer.subscribe(List.of("t"), this);
        read(2);
        cluster.broker(1)
                .once(
                        ApiKey.HEARTBEAT,
                        Reply.of(HeartbeatResponse.builder()
                                .errorCode(ErrorCode.UNKNOWN_MEMBER_ID)
                                .build()));
        assertEquals(List.of("a", "b"), read(2)); // nothing was committed
        assertEquals(List.of("assigned 2", "lost 2", "assigned 2"), told);
    }

    @Test
    void aCoordinatorThatMovesIsFollowed() {
        consumer.subscribe(List.of("t"), this);
        read(2);
        group.moveTo(2);
        consumer.commit();
        assertEquals(2, group.committed().size());
        Awaitility.await()
                .until(() -> !cluster.broker(2).calls(ApiKey.HEARTBEAT).isEmpty());
        assertEquals(List.of("assigned 2"), told);
    }

    @Test
    void aCommitThatComesTooLateIsRefused() {
        consumer.subscribe(List.of("t"), this);
        read(2);
        group.refuseCommits(ErrorCode.ILLEGAL_GENERATION);
        MillraceException thrown = assertThrows(MillraceException.class, consumer::commit);
        assertEquals(ErrorCode.ILLEGAL_GENERATION, thrown.error());
        assertTrue(thrown.getMessage().contains("read again"), thrown.getMessage());
    }

    @Test
    void whoDoesNotPollLeavesAndComesBackWhenItDoes() {
        consumer.close();
        consumer = open(Duration.ofMillis(300));
        consumer.subscribe(List.of("t"), this);
        read(2);
        Awaitility.await()
                .until(() -> !cluster.broker(1).calls(ApiKey.LEAVE_GROUP).isEmpty());
        assertEquals(List.of("a", "b"), read(2));
        assertEquals(List.of("assigned 2", "lost 2", "assigned 2"), told);
    }

    @Test
    void aCoordinatorOfKafka0_9ServesAsWell() {
        for (FakeBroker broker : cluster.brokers()) {
            broker.serves(ApiKey.FIND_COORDINATOR, 0, 0)
                    .serves(ApiKey.JOIN_GROUP, 0, 0)
                    .serves(ApiKey.SYNC_GROUP, 0, 0)
                    .serves(ApiKey.HEARTBEAT, 0, 0)
                    .serves(ApiKey.LEAVE_GROUP, 0, 0)
                    .serves(ApiKey.OFFSET_COMMIT, 0, 2)
                    .serves(ApiKey.OFFSET_FETCH, 0, 1);
        }
        consumer.subscribe(List.of("t"), this);
        read(2);
        consumer.commit();
        assertEquals(
                Map.of(T0, 2L),
                consumer.committed(List.of(T0)).toCompletableFuture().join());
        Awaitility.await()
                .until(() -> !cluster.broker(1).calls(ApiKey.HEARTBEAT).isEmpty());
        consumer.close();
        assertEquals(1, cluster.broker(1).calls(ApiKey.LEAVE_GROUP).size());
        assertEquals(List.of("assigned 2", "revoked 2"), told);
    }

    @Test
    void whoIsNotWantedAnyMoreLosesItsPartitionsAndIsTold() {
        consumer.subscribe(List.of("t"), this);
        read(2);
        cluster.broker(1)
                .once(
                        ApiKey.HEARTBEAT,
                        Reply.of(HeartbeatResponse.builder()
                                .errorCode(ErrorCode.FENCED_INSTANCE_ID)
                                .build()));
        MillraceException thrown = assertThrows(MillraceException.class, () -> read(1));
        assertEquals(ErrorCode.FENCED_INSTANCE_ID, thrown.error());
        assertEquals(List.of("assigned 2", "lost 2"), told);
        assertEquals(Set.of(), consumer.assignment());
    }
}
