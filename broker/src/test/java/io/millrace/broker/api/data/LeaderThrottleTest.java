package io.millrace.broker.api.data;

import static io.millrace.broker.replica.ReplicaHouse.await;
import static io.millrace.broker.replica.ReplicaHouse.batch;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.millrace.broker.BrokerHouse;
import io.millrace.broker.cluster.BrokerRegistration;
import io.millrace.broker.cluster.ConfigScope;
import io.millrace.broker.cluster.Endpoint;
import io.millrace.broker.cluster.PartitionState;
import io.millrace.broker.cluster.TopicState;
import io.millrace.broker.coordinator.Answer;
import io.millrace.broker.replica.ReplicaHouse;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.Uuid;
import io.millrace.protocol.message.ApiKey;
import io.millrace.protocol.message.FetchRequest;
import io.millrace.protocol.message.FetchResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What broker 1, which leads, gives to brokers 2 and 3, of which only 2 is in sync. */
class LeaderThrottleTest {
    private static final int VERSION = 17;
    private static final int OUT_OF_SYNC = 3;
    private static final int IN_SYNC = 2;
    private static final long SECOND = 1_000_000_000L;

    @TempDir
    private Path directory;

    private BrokerHouse house;
    private final Uuid topicId = Uuid.random();

    @BeforeEach
    void open() {
        house = new BrokerHouse(directory);
        house.replica.cluster.tamper(edit -> {
            for (int id = 2; id <= 3; id++) {
                edit.putBroker(new BrokerRegistration(
                        id,
                        List.of(new Endpoint(BrokerHouse.LISTENER, "PLAINTEXT", id + ".example", 9092)),
                        Optional.of("rack-" + id),
                        id));
            }
            edit.putTopic(TopicState.withoutStates(
                    "t", topicId, TopicState.Assignment.of(List.of(List.of(1, 2, 3), List.of(1, 2, 3))), 0));
            for (int p = 0; p < 2; p++) {
                edit.putState(
                        new TopicPartition("t", p),
                        Optional.of(new PartitionState(1, 4, List.of(1, 2), PartitionState.RECOVERED, 7)));
            }
        });
        await(house.replica.cluster.when(view -> view.topic("t").isPresent()));
        house.replica.caughtUp();
        for (int i = 0; i < 20; i++) {
            house.replica.partition("t", 0).append(ReplicaHouse.only(batch("x".repeat(1000))));
        }
        limit("t", "0:1", "100");
    }

    @AfterEach
    void close() {
        house.close();
    }

    private void limit(String topic, String replicas, String rate) {
        house.replica.cluster.tamper(edit -> {
            edit.putConfig(new ConfigScope.Topic(topic), Map.of("leader.replication.throttled.replicas", replicas));
            edit.putConfig(
                    new ConfigScope.Broker(1),
                    rate.isEmpty() ? Map.of() : Map.of("leader.replication.throttled.rate", rate));
        });
        await(house.replica.cluster.when(view -> true));
    }

    private FetchRequest asking(int broker, int partition, int waitMs) {
        FetchRequest.Topic.Partition wanted = FetchRequest.Topic.Partition.builder()
                .partition(partition)
                .currentLeaderEpoch(4)
                .fetchOffset(0)
                .lastFetchedEpoch(-1)
                .partitionMaxBytes(1 << 20)
                .build();
        return FetchRequest.builder()
                .replicaState(new FetchRequest.ReplicaState(broker, -1))
                .minBytes(1)
                .maxBytes(1 << 20)
                .maxWaitMs(waitMs)
                .sessionEpoch(-1)
                .topics(List.of(new FetchRequest.Topic("", topicId, List.of(wanted))))
                .rackId("")
                .build();
    }

    /** How many bytes a broker is given at once. */
    private int given(int broker) {
        return bytes(house.ask(ApiKey.FETCH, FetchResponse::read, VERSION, asking(broker, 0, 0)));
    }

    private static int bytes(FetchResponse response) {
        FetchResponse.Response.Partition answer =
                response.responses().get(0).partitions().get(0);
        assertEquals(0, answer.errorCode());
        return answer.records().sizeInBytes();
    }

    @Test
    void whoIsNotInSyncGetsWhatTheQuotaAllowsAndGoesOnAtItsRate() {
        int one = batch("x".repeat(1000)).remaining();
        assertEquals(one, given(OUT_OF_SYNC), "a batch that is larger than all that is allowed");
        assertEquals(0, given(OUT_OF_SYNC));
        house.nanoTime.addAndGet(11 * SECOND);
        assertEquals(one, given(OUT_OF_SYNC));
        assertEquals(0, given(OUT_OF_SYNC));
    }

    @Test
    void whoIsInSyncIsNeitherHeldBackNorCounted() {
        int all = given(IN_SYNC);
        assertEquals(20 * batch("x".repeat(1000)).remaining(), all);
        assertEquals(all, given(IN_SYNC));
        assertEquals(batch("x".repeat(1000)).remaining(), given(OUT_OF_SYNC));
        assertEquals(all, given(IN_SYNC));
    }

    @Test
    void replicasThatAreNotNamedAreNotHeldBack() {
        limit("t", "0:2,1:1", "1");
        assertEquals(given(IN_SYNC), given(OUT_OF_SYNC));
        limit("t", "*", "0");
        assertEquals(0, given(OUT_OF_SYNC));
        limit("t", "", "0");
        assertEquals(given(IN_SYNC), given(OUT_OF_SYNC));
        limit("t", "*", "");
        assertEquals(given(IN_SYNC), given(OUT_OF_SYNC));
    }

    @Test
    void aFetchThatIsHeldBackWaitsAndIsAnsweredWithNothing() {
        limit("t", "*", "0");
        Answer<FetchResponse> answer =
                house.later(ApiKey.FETCH, FetchResponse::read, VERSION, asking(OUT_OF_SYNC, 0, 500));
        assertFalse(answer.isGiven());
        house.replica.partition("t", 0).append(ReplicaHouse.only(batch("more")));
        house.workers.runAll();
        assertFalse(answer.isGiven(), "there is more, but not for this one");
        house.timer.advance(500);
        house.workers.runAll();
        assertEquals(0, bytes(answer.value()));
    }
}
