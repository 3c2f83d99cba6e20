package io.millrace.broker.api.data;

import static io.millrace.broker.replica.MovedClock.START_MS;
import static io.millrace.broker.replica.ReplicaHouse.batch;
import static io.millrace.broker.replica.ReplicaHouse.building;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.broker.BrokerHouse;
import io.millrace.broker.coordinator.Answer;
import io.millrace.broker.replica.ReplicaHouse;
import io.millrace.protocol.ApiMessage;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.compress.Compression;
import io.millrace.protocol.message.ApiKey;
import io.millrace.protocol.message.FetchRequest;
import io.millrace.protocol.message.FetchResponse;
import io.millrace.protocol.message.FetchResponse.Response;
import io.millrace.protocol.record.BatchBuilder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LegacyFetchTest {
    private static final int PLENTY = 1 << 20;

    @TempDir
    private Path directory;

    private BrokerHouse house;

    @BeforeEach
    void open() {
        house = new BrokerHouse(directory);
        house.replica.topic("t", 3);
    }

    @AfterEach
    void close() {
        house.close();
    }

    private void append(int partition, ByteBuffer batch) {
        house.replica.partition("t", partition).append(ReplicaHouse.only(batch));
    }

    private static FetchRequest.Topic.Partition wanted(int partition, long offset, int maxBytes) {
        return FetchRequest.Topic.Partition.builder()
                .partition(partition)
                .fetchOffset(offset)
                .partitionMaxBytes(maxBytes)
                .build();
    }

    private static FetchRequest.Builder fetch(FetchRequest.Topic.Partition... partitions) {
        return FetchRequest.builder()
                .minBytes(1)
                .topics(List.of(FetchRequest.Topic.builder()
                        .topic("t")
                        .partitions(List.of(partitions))
                        .build()));
    }

    private Answer<FetchResponse> later(int version, FetchRequest.Builder request) {
        Answer<FetchResponse> answer = house.later(ApiKey.FETCH, FetchResponse::read, version, request.build());
        house.workers.runAll();
        return answer;
    }

    private List<Response.Partition> ask(int version, FetchRequest.Builder request) {
        return partitions(later(version, request));
    }

    private static List<Response.Partition> partitions(Answer<FetchResponse> answer) {
        return answer.value().responses().stream()
                .flatMap(topic -> topic.partitions().stream())
                .toList();
    }

    private static List<String> read(int magic, Response.Partition partition) {
        List<String> read = new ArrayList<>();
        MemoryRecords records = MemoryRecords.readableRecords(ReplicaHouse.bytes(partition.records()));
        for (MutableRecordBatch batch : records.batches()) {
            batch.ensureValid();
            assertEquals(magic, batch.magic());
            for (Record record : batch) {
                read.add(record.offset() + "=" + StandardCharsets.UTF_8.decode(record.value()));
            }
        }
        return read;
    }

    @Test
    void everyOldVersionGetsItsFormat() {
        append(0, batch("a", "b"));
        append(0, building(START_MS, "c", "d").compression(Compression.ZSTD).build());
        append(0, building(START_MS, "e", "f").compression(Compression.LZ4).build());
        for (int version = 0; version <= 3; version++) {
            Response.Partition answer =
                    ask(version, fetch(wanted(0, 1, PLENTY))).get(0);
            assertEquals(0, answer.errorCode());
            assertEquals(6, answer.highWatermark());
            assertEquals(List.of("1=b", "2=c", "3=d", "4=e", "5=f"), read(version <= 1 ? 0 : 1, answer));
        }
    }

    @Test
    void upToVersion2AFirstMessageAboveTheLimitIsCutAndThenWhole() {
        append(0, batch("a".repeat(500), "b"));
        for (int version = 0; version <= 3; version++) {
            Response.Partition answer = ask(version, fetch(wanted(0, 0, 100))).get(0);
            if (version <= 2) {
                assertEquals(100, answer.records().sizeInBytes());
                assertEquals(List.of(), read(version <= 1 ? 0 : 1, answer));
            } else {
                assertEquals(List.of("0=" + "a".repeat(500)), read(1, answer));
            }
            assertEquals(
                    List.of("1=b"),
                    read(
                            version <= 1 ? 0 : 1,
                            ask(version, fetch(wanted(0, 1, 100))).get(0)),
                    "behind it the small one fits, though they lie in one batch");
        }
    }

    @Test
    void eachPartitionHasItsOwnHardLimitUpToVersion2AndTheAnswerItsOwnFrom3On() {
        for (int partition = 0; partition < 3; partition++) {
            append(partition, batch("x".repeat(300)));
        }
        List<Response.Partition> cut = ask(2, fetch(wanted(0, 0, 50), wanted(1, 0, 50), wanted(2, 0, PLENTY)));
        assertEquals(
                List.of(50, 50, 334),
                cut.stream().map(p -> p.records().sizeInBytes()).toList());
        List<Response.Partition> whole = ask(
                3,
                fetch(wanted(0, 0, 50), wanted(1, 0, 50), wanted(2, 0, PLENTY)).maxBytes(700));
        assertEquals(
                List.of(334, 0, 334),
                whole.stream().map(p -> p.records().sizeInBytes()).toList());
        assertEquals(
                List.of(334, 0, 0),
                ask(
                                3,
                                fetch(wanted(0, 0, PLENTY), wanted(1, 0, PLENTY), wanted(2, 0, PLENTY))
                                        .maxBytes(10))
                        .stream()
                        .map(p -> p.records().sizeInBytes())
                        .toList());
    }

    @Test
    void errorsAreToldAtOnce() {
        List<Response.Partition> answers =
                ask(1, fetch(wanted(0, 5, PLENTY), wanted(9, 0, PLENTY)).maxWaitMs(100_000));
        assertEquals(
                List.of(ErrorCode.OFFSET_OUT_OF_RANGE.code(), ErrorCode.UNKNOWN_TOPIC_OR_PARTITION.code()),
                answers.stream().map(Response.Partition::errorCode).toList());
        answers.forEach(answer -> assertEquals(-1, answer.highWatermark()));
    }

    @Test
    void itWaitsForRecordsAndForItsTime() {
        Answer<FetchResponse> comes = later(2, fetch(wanted(0, 0, PLENTY)).maxWaitMs(100_000));
        assertFalse(comes.isGiven());
        append(0, batch("a"));
        house.workers.runAll();
        assertEquals(List.of("0=a"), read(1, partitions(comes).get(0)));
    }

    @Test
    void behindWhatIsNothingForConsumersItWaitsOn() {
        append(0, batch("a"));
        append(0, marker());
        Answer<FetchResponse> waits = later(0, fetch(wanted(0, 1, PLENTY)).maxWaitMs(100_000));
        assertFalse(waits.isGiven(), "there is nothing but a marker");
        append(0, marker());
        house.workers.runAll();
        assertFalse(waits.isGiven());
        append(0, batch("b"));
        house.workers.runAll();
        assertEquals(List.of("3=b"), read(0, partitions(waits).get(0)));
    }

    @Test
    void withoutTimeWhatIsNothingForConsumersIsAnsweredSo() {
        append(0, marker());
        Response.Partition answer = ask(3, fetch(wanted(0, 0, PLENTY))).get(0);
        assertEquals(0, answer.errorCode());
        assertEquals(0, answer.records().sizeInBytes());
        assertEquals(1, answer.highWatermark());
    }

    @Test
    void aPayloadThatIsNoneIsToldButNotWhatLiesInFront() {
        append(0, batch("a"));
        ByteBuffer damaged =
                building(START_MS, "b").compression(Compression.GZIP).build();
        damaged.put(61, (byte) 0);
        io.millrace.protocol.record.BatchHeader.stampTime(damaged, 0, damaged.limit(), true, 7);
        append(0, damaged);
        append(0, batch("c"));
        assertEquals(List.of("0=a"), read(1, ask(2, fetch(wanted(0, 0, PLENTY))).get(0)));
        assertEquals(
                ErrorCode.CORRUPT_MESSAGE.code(),
                ask(2, fetch(wanted(0, 1, PLENTY))).get(0).errorCode());
        assertEquals(List.of("2=c"), read(1, ask(2, fetch(wanted(0, 2, PLENTY))).get(0)));
    }

    @Test
    void manyBatchesFillTheLimitFromManyReads() {
        for (int i = 0; i < 60; i++) {
            append(0, batch(Integer.toString(i).repeat(10_000)));
        }
        int seen = 0;
        while (seen < 60) {
            List<String> read = read(1, ask(3, fetch(wanted(0, seen, 500_000))).get(0));
            assertTrue(!read.isEmpty());
            for (String record : read) {
                assertEquals(seen + "=" + Integer.toString(seen).repeat(10_000), record);
                seen++;
            }
        }
    }

    private static ByteBuffer marker() {
        return BatchBuilder.create()
                .control()
                .append(START_MS, new byte[4], new byte[6])
                .build();
    }

    @Test
    void whenItsClientGoesNothingWaitsAnyMore() {
        CompletionStage<ApiMessage> waiting = house.handlers
                .find(ApiKey.FETCH)
                .orElseThrow()
                .handle(
                        house.context(2),
                        fetch(wanted(0, 0, PLENTY)).maxWaitMs(60_000).build());
        house.workers.runAll();
        assertEquals(1, house.timer.outstanding());
        waiting.toCompletableFuture().cancel(false);
        house.workers.runAll();
        assertEquals(0, house.timer.outstanding());
    }
}
