package io.millrace.broker.api.data;

import static io.millrace.broker.replica.ReplicaHouse.batch;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.broker.BrokerHouse;
import io.millrace.broker.cluster.PartitionState;
import io.millrace.broker.coordinator.Answer;
import io.millrace.broker.replica.ReplicaHouse;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.Uuid;
import io.millrace.protocol.message.ApiKey;
import io.millrace.protocol.message.FetchRequest;
import io.millrace.protocol.message.FetchResponse;
import io.millrace.protocol.message.FetchResponse.Response;
import io.millrace.protocol.record.RecordBatch;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FetchTest {
    private static final int NAMED = 12;
    private static final int BY_ID = 18;
    private static final int PLENTY = 1 << 20;

    @TempDir
    private Path directory;

    private BrokerHouse house;

    @BeforeEach
    void open() {
        house = new BrokerHouse(directory, Map.of("fetch.max.bytes", "2000"));
        house.replica.topic("t", 3);
    }

    @AfterEach
    void close() {
        house.close();
    }

    private void append(int partition, String... texts) {
        house.replica.partition("t", partition).append(ReplicaHouse.only(batch(texts)));
    }

    private static int size(String... texts) {
        return batch(texts).remaining();
    }

    private static FetchRequest.Topic.Partition.Builder wanted(int partition, long offset) {
        return FetchRequest.Topic.Partition.builder()
                .partition(partition)
                .fetchOffset(offset)
                .partitionMaxBytes(PLENTY);
    }

    private static FetchRequest.Topic named(String topic, FetchRequest.Topic.Partition.Builder... partitions) {
        return FetchRequest.Topic.builder()
                .topic(topic)
                .partitions(built(partitions))
                .build();
    }

    private static FetchRequest.Topic byId(Uuid topic, FetchRequest.Topic.Partition.Builder... partitions) {
        return FetchRequest.Topic.builder()
                .topicId(topic)
                .partitions(built(partitions))
                .build();
    }

    private static List<FetchRequest.Topic.Partition> built(FetchRequest.Topic.Partition.Builder... partitions) {
        List<FetchRequest.Topic.Partition> built = new ArrayList<>();
        for (FetchRequest.Topic.Partition.Builder partition : partitions) {
            built.add(partition.build());
        }
        return built;
    }

    private static FetchRequest.Builder fetch(FetchRequest.Topic... topics) {
        return FetchRequest.builder().minBytes(1).topics(List.of(topics));
    }

    private FetchResponse ask(int version, FetchRequest.Builder request) {
        return house.ask(ApiKey.FETCH, FetchResponse::read, version, request.build());
    }

    private Answer<FetchResponse> later(FetchRequest.Builder request) {
        return house.later(ApiKey.FETCH, FetchResponse::read, NAMED, request.build());
    }

    private static List<Response.Partition> partitions(FetchResponse response) {
        return response.responses().stream()
                .flatMap(topic -> topic.partitions().stream())
                .toList();
    }

    private static Response.Partition only(FetchResponse response) {
        List<Response.Partition> all = partitions(response);
        assertEquals(1, all.size());
        return all.get(0);
    }

    private static List<Integer> sizes(FetchResponse response) {
        return partitions(response).stream()
                .map(partition -> partition.records().sizeInBytes())
                .toList();
    }

    private static List<Long> offsets(Response.Partition partition) {
        return ReplicaHouse.batches(partition.records()).stream()
                .map(RecordBatch::baseOffset)
                .toList();
    }

    // ---- at once

    @Test
    void recordsComeAtEveryVersion() {
        append(0, "a", "b");
        for (int version = 4; version <= 18; version++) {
            FetchRequest.Topic topic = version < 13 ? named("t", wanted(0, 0)) : byId(house.id("t"), wanted(0, 0));
            Response.Partition answer = only(ask(version, fetch(topic)));
            assertEquals(0, answer.errorCode());
            assertEquals(List.of(0L), offsets(answer));
            assertEquals(2, answer.highWatermark());
            assertEquals(2, answer.lastStableOffset());
            assertEquals(version < 5 ? -1 : 0, answer.logStartOffset());
            assertNull(answer.abortedTransactions());
        }
    }

    @Test
    void errorsAreToldAtOnceAtEveryVersion() {
        for (int version = 4; version <= 18; version++) {
            FetchRequest.Topic topic = version < 13 ? named("absent", wanted(0, 0)) : byId(Uuid.random(), wanted(0, 0));
            Response.Partition answer = only(ask(version, fetch(topic).maxWaitMs(100_000)));
            assertEquals(version < 13 ? 3 : 100, answer.errorCode());
            assertEquals(-1, answer.highWatermark());
            assertEquals(-1, answer.lastStableOffset());
            assertEquals(-1, answer.logStartOffset());
            assertEquals(0, answer.records().sizeInBytes());
        }
        assertEquals(0, house.timer.outstanding());
    }

    @Test
    void everyKindOfErrorIsToldForItsPartitionAlone() {
        append(0, "a");
        FetchResponse response = ask(
                NAMED,
                fetch(named(
                        "t",
                        wanted(0, 0),
                        wanted(1, 1),
                        wanted(1, -1),
                        wanted(9, 0),
                        wanted(2, 0).currentLeaderEpoch(1))));
        // Partition 1 stands there twice: it counts as named last.
        assertEquals(
                List.of(0, 1, 3, 75),
                partitions(response).stream().map(p -> (int) p.errorCode()).toList());
        assertEquals(100, only(ask(BY_ID, fetch(byId(Uuid.ZERO, wanted(0, 0))))).errorCode());
    }

    @Test
    void aDivergingReaderIsToldAtOnce() {
        append(0, "a");
        house.replica.cluster.tamper(edit ->
                edit.putState(new TopicPartition("t", 0), Optional.of(new PartitionState(1, 3, List.of(1), 0, 1))));
        house.replica.caughtUp();
        append(0, "b");
        Response.Partition answer = only(
                ask(NAMED, fetch(named("t", wanted(0, 2).lastFetchedEpoch(0))).maxWaitMs(100_000)));
        assertEquals(0, answer.errorCode());
        assertEquals(0, answer.divergingEpoch().epoch());
        assertEquals(1, answer.divergingEpoch().endOffset());
        assertEquals(0, answer.records().sizeInBytes());
    }

    @Test
    void whoReadsCommittedIsToldThatNothingWasAborted() {
        append(0, "a");
        Response.Partition answer =
                only(ask(NAMED, fetch(named("t", wanted(0, 0))).isolationLevel((byte) 1)));
        assertEquals(List.of(), answer.abortedTransactions());
    }

    @Test
    void aFollowerIsToldThatThereIsNothingToFollow() {
        assertEquals(
                6,
                only(ask(NAMED, fetch(named("t", wanted(0, 0))).replicaId(2))).errorCode());
        FetchRequest.Builder newer =
                fetch(byId(house.id("t"), wanted(0, 0))).replicaState(new FetchRequest.ReplicaState(2, 1));
        assertEquals(6, only(ask(BY_ID, newer)).errorCode());
    }

    @Test
    void withoutPartitionsTheAnswerIsEmptyAtOnce() {
        assertEquals(List.of(), ask(NAMED, fetch().maxWaitMs(100_000)).responses());
    }

    // ---- limits

    @Test
    void theFirstBatchComesWholeWhateverTheLimits() {
        append(1, "a long one that is alone");
        append(1, "b");
        int first = size("a long one that is alone");
        FetchResponse response = ask(
                NAMED,
                fetch(named("t", wanted(0, 0), wanted(1, 0).partitionMaxBytes(1)))
                        .maxBytes(1));
        assertEquals(List.of(0, first), sizes(response));
        response =
                ask(NAMED, fetch(named("t", wanted(1, 0).partitionMaxBytes(-5))).maxBytes(-5));
        assertEquals(List.of(first), sizes(response));
    }

    @Test
    void theOthersGetWhatIsLeftAndNoneGetsPartOfABatchOnly() {
        for (int p = 0; p < 3; p++) {
            append(p, "a");
            append(p, "b");
        }
        int one = size("a");
        FetchRequest.Topic all = named("t", wanted(0, 0), wanted(1, 0), wanted(2, 0));
        assertEquals(List.of(2 * one, 0, 0), sizes(ask(NAMED, fetch(all).maxBytes(3 * one - 1))));
        assertEquals(List.of(2 * one, one, 0), sizes(ask(NAMED, fetch(all).maxBytes(3 * one))));
        assertEquals(List.of(2 * one, 2 * one, 0), sizes(ask(NAMED, fetch(all).maxBytes(5 * one - 1))));
        FetchRequest.Topic narrow = named(
                "t",
                wanted(0, 0),
                wanted(1, 0).partitionMaxBytes(one - 1),
                wanted(2, 0).partitionMaxBytes(one));
        assertEquals(List.of(2 * one, 0, one), sizes(ask(NAMED, fetch(narrow))));
    }

    @Test
    void theBrokersOwnLimitHoldsToo() {
        String large = "x".repeat(1500);
        for (int p = 0; p < 3; p++) {
            append(p, large);
        }
        FetchResponse response = ask(NAMED, fetch(named("t", wanted(0, 0), wanted(1, 0), wanted(2, 0))));
        assertEquals(List.of(size(large), 0, 0), sizes(response));
    }

    @Test
    void dataBeginsWithTheBatchThatHoldsTheOffset() {
        append(0, "a", "b", "c");
        append(0, "d");
        assertEquals(List.of(0L, 3L), offsets(only(ask(NAMED, fetch(named("t", wanted(0, 2)))))));
        assertEquals(List.of(3L), offsets(only(ask(NAMED, fetch(named("t", wanted(0, 3)))))));
    }

    // ---- waiting

    @Test
    void aFetchWaitsUntilSomethingComes() {
        Answer<FetchResponse> answer =
                later(fetch(named("t", wanted(0, 0), wanted(1, 0))).maxWaitMs(500));
        assertFalse(answer.isGiven());
        append(1, "a");
        append(1, "b");
        assertFalse(answer.isGiven(), "a worker looks, not who appends");
        house.workers.runAll();
        assertEquals(List.of(0, 2 * size("a")), sizes(answer.value()), "all that came meanwhile");
        assertEquals(0, house.timer.outstanding());
    }

    @Test
    void manyAppendsQueueAWaitingFetchOnce() {
        Answer<FetchResponse> answer = later(fetch(named("t", wanted(0, 0))).maxWaitMs(500));
        int before = house.workers.given();
        append(0, "a");
        append(0, "b");
        append(0, "c");
        assertEquals(1, house.workers.given() - before);
        house.workers.runAll();
        assertTrue(answer.isGiven());
        append(0, "d");
        assertEquals(1, house.workers.given() - before, "nobody waits any more");
    }

    @Test
    void whenItsTimeIsOverAFetchGetsWhatThereIs() {
        append(0, "a");
        Answer<FetchResponse> answer =
                later(fetch(named("t", wanted(0, 0))).minBytes(10_000).maxWaitMs(500));
        assertFalse(answer.isGiven());
        house.timer.advance(499);
        house.workers.runAll();
        assertFalse(answer.isGiven());
        house.timer.advance(1);
        house.workers.runAll();
        assertEquals(List.of(0L), offsets(only(answer.value())));
    }

    @Test
    void itWaitsUntilAsManyBytesAreThereAsItWants() {
        int one = size("a");
        Answer<FetchResponse> answer = later(
                fetch(named("t", wanted(0, 0), wanted(1, 0))).minBytes(2 * one).maxWaitMs(500));
        append(0, "a");
        house.workers.runAll();
        assertFalse(answer.isGiven());
        append(1, "a");
        house.workers.runAll();
        assertEquals(List.of(one, one), sizes(answer.value()));
    }

    @Test
    void whoDoesNotWantToWaitDoesNot() {
        assertEquals(
                List.of(0), sizes(ask(NAMED, fetch(named("t", wanted(0, 0))).maxWaitMs(0))));
        assertEquals(
                List.of(0), sizes(ask(NAMED, fetch(named("t", wanted(0, 0))).maxWaitMs(-1))));
        assertEquals(
                List.of(0),
                sizes(ask(NAMED, fetch(named("t", wanted(0, 0))).maxWaitMs(500).minBytes(0))));
    }

    @Test
    void deletionEndsTheWaitWithUnknownTopic() {
        Answer<FetchResponse> answer = later(fetch(named("t", wanted(0, 0))).maxWaitMs(500));
        house.replica.delete("t");
        house.workers.runAll();
        assertEquals(3, only(answer.value()).errorCode());
        assertEquals(0, house.timer.outstanding());
    }

    @Test
    void aTopicCreatedAnewEndsTheWaitForTheOldOne() {
        Answer<FetchResponse> answer = later(fetch(named("t", wanted(0, 0))).maxWaitMs(500));
        house.replica.delete("t");
        house.replica.topic("t", 1);
        house.workers.runAll();
        assertTrue(answer.isGiven());
    }

    @Test
    void lostLeadershipEndsTheWait() {
        Answer<FetchResponse> answer =
                later(fetch(named("t", wanted(0, 0).currentLeaderEpoch(0))).maxWaitMs(500));
        house.replica.cluster.tamper(edit ->
                edit.putState(new TopicPartition("t", 0), Optional.of(new PartitionState(2, 1, List.of(2), 0, 1))));
        house.replica.caughtUp();
        house.workers.runAll();
        assertEquals(ErrorCode.FENCED_LEADER_EPOCH.code(), only(answer.value()).errorCode());
    }

    @Test
    void aBrokerThatStopsLetsNobodyWait() {
        Answer<FetchResponse> answer = later(fetch(named("t", wanted(0, 0))).maxWaitMs(500));
        house.fetch.stopWaiting();
        house.replica.partitions.wakeAll();
        house.workers.runAll();
        assertEquals(List.of(0), sizes(answer.value()));
        assertEquals(
                List.of(0), sizes(ask(NAMED, fetch(named("t", wanted(0, 0))).maxWaitMs(500))));
    }

    // ---- sessions

    private FetchResponse inSession(int id, int epoch, FetchRequest.Topic... topics) {
        return ask(NAMED, fetch(topics).sessionId(id).sessionEpoch(epoch));
    }

    @Test
    void aSessionAnswersNewsOnlyAndReadsOnFromWhereItIsTold() {
        append(0, "a");
        FetchResponse first = inSession(0, 0, named("t", wanted(0, 0), wanted(1, 0)));
        assertEquals(2, partitions(first).size());
        int id = first.sessionId();
        assertNotEquals(0, id);
        FetchResponse second = inSession(id, 1, named("t", wanted(0, 1)));
        assertEquals(List.of(), second.responses());
        assertEquals(id, second.sessionId());
        append(1, "b");
        FetchResponse third = inSession(id, 2);
        assertEquals(1, only(third).partitionIndex());
        assertEquals(List.of(0L), offsets(only(third)));
        FetchResponse again = inSession(id, 3);
        assertEquals(List.of(0L), offsets(only(again)), "the client has not moved its offset");
    }

    @Test
    void anIncrementalFetchWithoutNewsWaitsToo() {
        int id = inSession(0, 0, named("t", wanted(0, 0))).sessionId();
        Answer<FetchResponse> answer =
                later(fetch().sessionId(id).sessionEpoch(1).maxWaitMs(500));
        assertFalse(answer.isGiven());
        append(0, "a");
        house.workers.runAll();
        assertEquals(List.of(0L), offsets(only(answer.value())));
        assertEquals(id, answer.value().sessionId());
    }

    @Test
    void wrongSessionsAndEpochsAreTheWholeAnswer() {
        int id = inSession(0, 0, named("t", wanted(0, 0))).sessionId();
        FetchResponse unknown = inSession(id + 1, 1);
        assertEquals(70, unknown.errorCode());
        assertEquals(0, unknown.sessionId());
        assertEquals(71, inSession(id, 5).errorCode());
        assertEquals(0, inSession(id, 1).errorCode(), "the session has stayed as it was");
        assertEquals(106, ask(BY_ID, fetch().sessionId(id).sessionEpoch(2)).errorCode());
    }

    @Test
    void aPartitionWithAnErrorIsToldEachTimeAndOnceItIsMended() {
        FetchResponse first = inSession(0, 0, named("later", wanted(0, 0)), named("t", wanted(0, 0)));
        int id = first.sessionId();
        assertEquals(
                List.of(3, 0),
                partitions(first).stream().map(p -> (int) p.errorCode()).toList());
        assertEquals(3, only(inSession(id, 1)).errorCode());
        house.replica.topic("later", 1);
        assertEquals(0, only(inSession(id, 2)).errorCode());
        assertEquals(List.of(), inSession(id, 3).responses());
    }

    @Test
    void forgettingAllEndsTheSession() {
        int id = inSession(0, 0, named("t", wanted(0, 0))).sessionId();
        FetchResponse ended = ask(
                NAMED,
                fetch().sessionId(id)
                        .sessionEpoch(1)
                        .maxWaitMs(500)
                        .forgottenTopicsData(List.of(FetchRequest.ForgottenTopicsData.builder()
                                .topic("t")
                                .partitions(List.of(0))
                                .build())));
        assertEquals(0, ended.sessionId());
        assertEquals(0, ended.errorCode());
        assertEquals(70, inSession(id, 2).errorCode());
    }

    @Test
    void whoGaveDataIsServedLastTheNextTime() {
        append(0, "a");
        append(1, "b");
        int one = size("a");
        FetchResponse first = ask(
                NAMED,
                fetch(named("t", wanted(0, 0), wanted(1, 0))).sessionEpoch(0).maxBytes(one));
        assertEquals(List.of(one, 0), sizes(first));
        FetchResponse second =
                ask(NAMED, fetch().sessionId(first.sessionId()).sessionEpoch(1).maxBytes(one));
        assertEquals(1, only(second).partitionIndex());
    }
}
