package io.millrace.broker.api.data;

import static io.millrace.broker.replica.MovedClock.START_MS;
import static io.millrace.broker.replica.OldMessages.messages;
import static io.millrace.broker.replica.ReplicaHouse.batch;
import static io.millrace.broker.replica.ReplicaHouse.building;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.broker.BrokerHouse;
import io.millrace.broker.api.CloseConnection;
import io.millrace.broker.api.NoAnswer;
import io.millrace.broker.api.RequestHandler;
import io.millrace.broker.replica.ReplicaHouse;
import io.millrace.protocol.ApiMessage;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.Uuid;
import io.millrace.protocol.compress.Compression;
import io.millrace.protocol.message.ApiKey;
import io.millrace.protocol.message.ProduceRequest;
import io.millrace.protocol.message.ProduceRequest.TopicData;
import io.millrace.protocol.message.ProduceRequest.TopicData.PartitionData;
import io.millrace.protocol.message.ProduceResponse;
import io.millrace.protocol.message.ProduceResponse.Response;
import io.millrace.protocol.message.ProduceResponse.Response.PartitionResponse;
import io.millrace.protocol.record.BufferSlice;
import io.millrace.protocol.record.RecordBatch;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProduceTest {
    private static final int NAMED = 12;
    private static final int BY_ID = 13;

    @TempDir
    private Path directory;

    private BrokerHouse house;

    @BeforeEach
    void open() {
        house = new BrokerHouse(directory);
        house.replica.topic("t", 2);
    }

    @AfterEach
    void close() {
        house.close();
    }

    private static PartitionData data(int index, ByteBuffer records) {
        return new PartitionData(index, BufferSlice.ofNullable(records));
    }

    private static TopicData named(String topic, PartitionData... data) {
        return TopicData.builder().name(topic).partitionData(List.of(data)).build();
    }

    private static TopicData byId(Uuid topic, PartitionData... data) {
        return TopicData.builder().topicId(topic).partitionData(List.of(data)).build();
    }

    private static ProduceRequest request(int acks, TopicData... topics) {
        return ProduceRequest.builder()
                .acks((short) acks)
                .timeoutMs(1000)
                .topicData(List.of(topics))
                .build();
    }

    private List<Response> produce(int version, ProduceRequest request) {
        return house.ask(ApiKey.PRODUCE, ProduceResponse::read, version, request)
                .responses();
    }

    private PartitionResponse produceOne(int version, int acks, TopicData topic) {
        List<Response> responses = produce(version, request(acks, topic));
        assertEquals(1, responses.size());
        assertEquals(1, responses.get(0).partitionResponses().size());
        return responses.get(0).partitionResponses().get(0);
    }

    private static void assertError(ErrorCode error, PartitionResponse answer) {
        assertEquals(error.code(), answer.errorCode());
        assertEquals(error == ErrorCode.NONE, answer.baseOffset() >= 0);
    }

    private long end(int partition) {
        return house.replica.partition("t", partition).end(true).offset();
    }

    @Test
    void atEveryVersionAppendsAreAnsweredWithTheirOffset() {
        long expected = 0;
        for (int version = 3; version <= 13; version++) {
            TopicData topic = version < BY_ID
                    ? named("t", data(0, batch("a", "b")))
                    : byId(house.id("t"), data(0, batch("a", "b")));
            PartitionResponse answer = produceOne(version, 1, topic);
            assertEquals(0, answer.errorCode());
            assertEquals(expected, answer.baseOffset());
            assertEquals(-1, answer.logAppendTimeMs());
            assertEquals(version < 5 ? -1 : 0, answer.logStartOffset());
            expected += 2;
        }
    }

    @Test
    void atEveryVersionAFailureIsTold() {
        for (int version = 3; version <= 13; version++) {
            TopicData topic =
                    version < BY_ID ? named("absent", data(7, batch("a"))) : byId(Uuid.random(), data(7, batch("a")));
            PartitionResponse answer = produceOne(version, -1, topic);
            assertError(version < BY_ID ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION : ErrorCode.UNKNOWN_TOPIC_ID, answer);
            assertEquals(7, answer.index());
            assertEquals(-1, answer.logStartOffset());
            if (version < 8) {
                assertNull(answer.errorMessage());
            } else {
                assertNotNull(answer.errorMessage());
            }
        }
    }

    @Test
    void oldVersionsAppendMessagesOfTheOldFormats() {
        long expected = 0;
        for (int version = 0; version <= 2; version++) {
            for (int magic = 0; magic <= 1; magic++) {
                PartitionResponse answer =
                        produceOne(version, 1, named("t", data(0, messages(magic, 1, START_MS, "a", "b"))));
                assertError(ErrorCode.NONE, answer);
                assertEquals(expected, answer.baseOffset());
                assertEquals(-1, answer.logAppendTimeMs());
                expected += 2;
            }
        }
        assertEquals(expected, end(0));
        assertError(ErrorCode.INVALID_RECORD, produceOne(3, 1, named("t", data(0, messages(1, 0, START_MS, "a")))));
    }

    @Test
    void aLargeOldMessageSetIsAppendedAsOne() {
        house.replica.topic("narrow", 1, Map.of("max.message.bytes", "200"));
        house.replica.topic(
                "stamped", 1, Map.of("max.message.bytes", "200", "message.timestamp.type", "LogAppendTime"));
        String[] many = new String[40];
        Arrays.setAll(many, i -> "number " + i);
        for (long round = 0; round < 2; round++) {
            PartitionResponse answer = produceOne(2, 1, named("narrow", data(0, messages(0, 0, -1, many))));
            assertError(ErrorCode.NONE, answer);
            assertEquals(40L * round, answer.baseOffset());
        }
        assertEquals(80, house.replica.partition("narrow", 0).end(true).offset());
        assertEquals(
                START_MS,
                produceOne(2, 1, named("stamped", data(0, messages(0, 0, -1, many))))
                        .logAppendTimeMs());
    }

    @Test
    void aTopicsCodecIsWhatIsStored() {
        house.replica.topic("packed", 1, Map.of("compression.type", "gzip"));
        ByteBuffer sent = building(START_MS, "a", "b").producer(4, (short) 0, 0).build();
        assertError(ErrorCode.NONE, produceOne(NAMED, 1, named("packed", data(0, sent.duplicate()))));
        assertEquals(
                0,
                produceOne(NAMED, 1, named("packed", data(0, sent.duplicate()))).baseOffset(),
                "a repetition");
        RecordBatch stored = ReplicaHouse.batches(
                        house.replica.partition("packed", 0).readToLogEnd(0, 10_000))
                .get(0);
        assertEquals(Compression.GZIP.id(), stored.codec());
        assertEquals(4, stored.producerId());
        assertEquals(2, house.replica.partition("packed", 0).end(true).offset());
    }

    @Test
    void allAndOneAcksAreAnsweredAndOthersRefused() {
        assertError(ErrorCode.NONE, produceOne(NAMED, -1, named("t", data(0, batch("a")))));
        assertError(ErrorCode.NONE, produceOne(NAMED, 1, named("t", data(0, batch("a")))));
        for (int acks : new int[] {2, -2, Short.MAX_VALUE, Short.MIN_VALUE}) {
            assertError(ErrorCode.INVALID_REQUIRED_ACKS, produceOne(NAMED, acks, named("t", data(0, batch("a")))));
        }
        assertEquals(2, end(0));
    }

    @Test
    void withoutAcksNothingIsAnsweredAndAFailureClosesTheConnection() {
        ApiMessage answer = ReplicaHouse.await(house.handlers
                .find(ApiKey.PRODUCE)
                .orElseThrow()
                .handle(house.context(NAMED), request(0, named("t", data(0, batch("a"))))));
        assertInstanceOf(NoAnswer.class, answer);
        CompletionException failure = assertThrows(
                CompletionException.class,
                () -> ReplicaHouse.await(house.handlers
                        .find(ApiKey.PRODUCE)
                        .orElseThrow()
                        .handle(
                                house.context(NAMED),
                                request(0, named("t", data(9, batch("a")), data(1, batch("b")))))));
        assertInstanceOf(CloseConnection.class, failure.getCause());
        assertEquals(1, end(0));
        assertEquals(1, end(1), "the others are appended all the same");
    }

    @Test
    void aPartitionNamedTwiceCountsAsNamedLast() {
        PartitionResponse answer = produceOne(NAMED, 1, named("t", data(0, batch("a", "b", "c")), data(0, batch("d"))));
        assertError(ErrorCode.NONE, answer);
        assertEquals(1, end(0));
    }

    @Test
    void soDoesOneThatIsNamedUnderItsTopicTwice() {
        List<Response> answers = produce(
                NAMED,
                request(
                        1,
                        named("t", data(0, batch("a", "b", "c")), data(1, batch("x"))),
                        named("t", data(0, batch("d")))));
        assertEquals(1, answers.size());
        assertEquals(2, answers.get(0).partitionResponses().size());
        assertEquals(1, end(0));
        assertEquals(1, end(1));
    }

    @Test
    void soDoesOneThatIsNamedAmongMany() {
        PartitionData[] many = new PartitionData[40];
        for (int i = 0; i < many.length; i++) {
            many[i] = data(i % 20, batch("a", "b", "c"));
        }
        many[39] = data(0, batch("d"));
        List<Response> answers = produce(NAMED, request(1, named("t", many)));
        assertEquals(20, answers.get(0).partitionResponses().size());
        assertEquals(1, end(0));
        assertEquals(3, end(1));
    }

    @Test
    void unknownTopicsPartitionsAndIdsAreTold() {
        assertError(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, produceOne(NAMED, 1, named("absent", data(0, batch("a")))));
        assertError(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, produceOne(NAMED, 1, named("t", data(2, batch("a")))));
        assertError(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, produceOne(NAMED, 1, named("t", data(-1, batch("a")))));
        assertError(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, produceOne(NAMED, 1, named("", data(0, batch("a")))));
        assertError(ErrorCode.UNKNOWN_TOPIC_ID, produceOne(BY_ID, 1, byId(Uuid.random(), data(0, batch("a")))));
        assertError(ErrorCode.UNKNOWN_TOPIC_ID, produceOne(BY_ID, 1, byId(Uuid.ZERO, data(0, batch("a")))));
        assertError(
                ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, produceOne(BY_ID, 1, byId(house.id("t"), data(2, batch("a")))));
    }

    @Test
    void theBrokersOwnTopicsTakeNothingFromClients() {
        house.replica.topic("__consumer_offsets", 1);
        assertError(
                ErrorCode.INVALID_TOPIC_EXCEPTION,
                produceOne(NAMED, 1, named("__consumer_offsets", data(0, batch("a")))));
        assertError(
                ErrorCode.INVALID_TOPIC_EXCEPTION,
                produceOne(BY_ID, 1, byId(house.id("__consumer_offsets"), data(0, batch("a")))));
    }

    @Test
    void noRecordsAreAnInvalidRecord() {
        assertError(ErrorCode.INVALID_RECORD, produceOne(NAMED, 1, named("t", data(0, null))));
        assertError(ErrorCode.INVALID_RECORD, produceOne(NAMED, 1, named("t", data(0, ByteBuffer.allocate(0)))));
    }

    @Test
    void onePartitionsFailureIsNotTheOthers() {
        List<PartitionResponse> answers = produce(
                        NAMED, request(-1, named("t", data(0, batch("a")), data(5, batch("b")), data(1, batch("c")))))
                .get(0)
                .partitionResponses();
        assertEquals(
                List.of(0, 3, 0), answers.stream().map(a -> (int) a.errorCode()).toList());
        assertEquals(
                List.of(0, 5, 1), answers.stream().map(PartitionResponse::index).toList());
    }

    @Test
    void aRepeatedBatchIsAnsweredAsTheFirstTime() {
        ByteBuffer sent = building(START_MS, "a", "b").producer(4, (short) 0, 0).build();
        assertEquals(
                0, produceOne(NAMED, -1, named("t", data(0, sent.duplicate()))).baseOffset());
        PartitionResponse again = produceOne(
                NAMED,
                -1,
                named(
                        "t",
                        data(
                                0,
                                building(START_MS, "a", "b")
                                        .producer(4, (short) 0, 0)
                                        .build())));
        assertError(ErrorCode.NONE, again);
        assertEquals(0, again.baseOffset());
        assertEquals(2, end(0));
    }

    @Test
    void whereTheBrokerStampsTheTimeIsTold() {
        house.replica.topic("stamped", 1, Map.of("message.timestamp.type", "LogAppendTime"));
        assertEquals(
                START_MS,
                produceOne(NAMED, 1, named("stamped", data(0, batch("a")))).logAppendTimeMs());
    }

    @Test
    void aRequestWithoutTopicsIsAnsweredSo() {
        assertEquals(List.of(), produce(NAMED, request(1)));
    }

    @Test
    void whereRecordsAreFlushedFirstTheyAreOnDiskWhenTheAnswerComes() {
        house.replica.topic("durable", 1, Map.of("flush.messages", "1"));
        for (int acks : new int[] {-1, 1}) {
            long before = house.replica.partition("durable", 0).log().endOffset();
            PartitionResponse answer = produceOne(NAMED, acks, named("durable", data(0, batch("a", "b"))));
            assertError(ErrorCode.NONE, answer);
            assertEquals(before, answer.baseOffset());
            assertEquals(before + 2, house.replica.partition("durable", 0).log().recoveryPoint());
            assertEquals(
                    before + 2, house.replica.partition("durable", 0).end(false).offset());
        }
    }

    @Test
    void aRequestOfManyPartitionsIsLeftToAWorker() {
        PartitionData[] many = new PartitionData[101];
        for (int i = 0; i < many.length; i++) {
            many[i] = data(i + 10, batch("a")); // unknown partitions, which are soon answered
        }
        RequestHandler<ApiMessage, ApiMessage> produce =
                house.handlers.find(ApiKey.PRODUCE).orElseThrow();
        ProduceRequest tooMany = request(1, named("t", many));
        assertTrue(produce.tryHandle(house.context(NAMED), tooMany).isEmpty());
        ProduceRequest fewer = request(1, named("t", Arrays.copyOf(many, 100)));
        assertTrue(produce.tryHandle(house.context(NAMED), fewer).isPresent());
    }
}
