package io.millrace.broker.api.data;

import static io.millrace.broker.replica.MovedClock.START_MS;
import static io.millrace.broker.replica.ReplicaHouse.batch;
import static io.millrace.broker.replica.ReplicaHouse.building;
import static io.millrace.broker.replica.ReplicaHouse.only;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.millrace.broker.BrokerHouse;
import io.millrace.broker.cluster.ConfigScope;
import io.millrace.broker.cluster.PartitionState;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.message.ApiKey;
import io.millrace.protocol.message.DeleteRecordsRequest;
import io.millrace.protocol.message.DeleteRecordsResponse;
import io.millrace.protocol.message.DescribeProducersRequest;
import io.millrace.protocol.message.DescribeProducersResponse;
import io.millrace.protocol.message.InitProducerIdRequest;
import io.millrace.protocol.message.InitProducerIdResponse;
import io.millrace.protocol.message.ListOffsetsRequest;
import io.millrace.protocol.message.ListOffsetsResponse;
import io.millrace.protocol.message.OffsetForLeaderEpochRequest;
import io.millrace.protocol.message.OffsetForLeaderEpochResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** ListOffsets, OffsetForLeaderEpoch, DeleteRecords, DescribeProducers and InitProducerId, over the wire. */
class OffsetHandlersTest {
    @TempDir
    private Path directory;

    private BrokerHouse house;

    /** Two records at epoch 0, one at epoch 5; the second is the newest. */
    @BeforeEach
    void open() {
        house = new BrokerHouse(directory);
        house.replica.topic("t", 1);
        house.replica.partition("t", 0).append(only(batch("a", "b")));
        lead(5);
        house.replica
                .partition("t", 0)
                .append(only(building(START_MS + 500, "c").build()));
    }

    private void lead(int epoch) {
        house.replica.cluster.tamper(edit -> edit.putState(
                new TopicPartition("t", 0), Optional.of(new PartitionState(1, epoch, List.of(1), 0, epoch))));
        house.replica.caughtUp();
    }

    @AfterEach
    void close() {
        house.close();
    }

    // ---- ListOffsets

    private static ListOffsetsRequest.Topic.Partition at(int partition, long timestamp) {
        return ListOffsetsRequest.Topic.Partition.builder()
                .partitionIndex(partition)
                .timestamp(timestamp)
                .build();
    }

    private List<ListOffsetsResponse.Topic> list(int version, ListOffsetsRequest.Topic... topics) {
        ListOffsetsRequest request = ListOffsetsRequest.builder()
                .replicaId(-1)
                .topics(List.of(topics))
                .build();
        return house.ask(ApiKey.LIST_OFFSETS, ListOffsetsResponse::read, version, request)
                .topics();
    }

    private ListOffsetsResponse.Topic.Partition list(int version, ListOffsetsRequest.Topic.Partition asked) {
        List<ListOffsetsResponse.Topic> topics = list(version, new ListOffsetsRequest.Topic("t", List.of(asked)));
        assertEquals(1, topics.size());
        assertEquals(1, topics.get(0).partitions().size());
        return topics.get(0).partitions().get(0);
    }

    private void assertFound(long offset, long timestamp, int epoch, int version, long asked) {
        ListOffsetsResponse.Topic.Partition found = list(version, at(0, asked));
        assertEquals(0, found.errorCode());
        assertEquals(offset, found.offset(), "version " + version);
        assertEquals(timestamp, found.timestamp());
        assertEquals(version < 4 ? -1 : epoch, found.leaderEpoch());
    }

    @Test
    void startEndAndTimesAreFoundAtEveryVersion() {
        for (int version = 1; version <= 11; version++) {
            assertFound(3, -1, 5, version, -1);
            assertFound(0, -1, 0, version, -2);
            assertFound(0, START_MS, 0, version, 0);
            assertFound(1, START_MS + 1000, 0, version, START_MS + 1);
            assertFound(-1, -1, -1, version, START_MS + 1001);
            assertFound(-1, -1, -1, version, Long.MAX_VALUE);
        }
    }

    @Test
    void everySpecialTimeBeginsAtItsVersion() {
        Map<Long, Integer> first = Map.of(-3L, 7, -4L, 8, -5L, 9, -6L, 11);
        Map<Long, Long> offset = Map.of(-3L, 1L, -4L, 0L, -5L, -1L, -6L, -1L);
        for (int version = 1; version <= 11; version++) {
            for (long time : first.keySet()) {
                ListOffsetsResponse.Topic.Partition found = list(version, at(0, time));
                boolean known = version >= first.get(time);
                assertEquals(known ? 0 : 35, found.errorCode(), time + " at version " + version);
                assertEquals(known ? offset.get(time) : -1, found.offset());
            }
            assertEquals(35, list(version, at(0, -7)).errorCode());
            assertEquals(35, list(version, at(0, Long.MIN_VALUE)).errorCode());
        }
        assertFound(1, START_MS + 1000, 0, 7, -3);
    }

    private ListOffsetsResponse.Topic.Partition listOldStyle(long timestamp, int count) {
        return list(
                0,
                ListOffsetsRequest.Topic.Partition.builder()
                        .timestamp(timestamp)
                        .maxNumOffsets(count)
                        .build());
    }

    private void assertStarts(List<Long> expected, long timestamp, int count) {
        ListOffsetsResponse.Topic.Partition found = listOldStyle(timestamp, count);
        assertEquals(0, found.errorCode());
        assertEquals(expected, found.oldStyleOffsets());
    }

    /** Segments begin at 0, 3 and 4; their newest records are of {@code START_MS} + 1000, 2000 and 3000. */
    @Test
    void version0TellsWhereSegmentsBeginAndTheEndNewestFirst() {
        house.replica.cluster.tamper(edit -> edit.putConfig(new ConfigScope.Topic("t"), Map.of("segment.bytes", "14")));
        house.replica.caughtUp();
        for (int i = 2; i <= 3; i++) {
            house.replica
                    .partition("t", 0)
                    .append(only(building(START_MS + i * 1000L, "d").build()));
        }
        assertStarts(List.of(5L, 4L, 3L, 0L), -1, 10);
        assertStarts(List.of(5L, 4L), -1, 2);
        assertStarts(List.of(5L), -1, 1);
        assertStarts(List.of(), -1, 0);
        assertStarts(List.of(0L), -2, 10);
        assertStarts(List.of(3L, 0L), START_MS + 2999, 10);
        assertStarts(List.of(3L), START_MS + 2000, 1);
        assertStarts(List.of(), START_MS, 1);
        house.replica.partition("t", 0).deleteRecordsBefore(1, false);
        assertStarts(List.of(1L), -2, 1);
        assertStarts(List.of(5L, 4L, 3L, 1L), -1, 10);
        assertEquals(42, listOldStyle(-1, -1).errorCode());
        assertEquals(35, listOldStyle(-3, 1).errorCode());
    }

    @Test
    void anEmptyLogBeginsWhereItEndsAtVersion0() {
        house.replica.topic("empty", 1);
        for (long time : new long[] {-1, -2}) {
            List<ListOffsetsResponse.Topic> found =
                    list(0, new ListOffsetsRequest.Topic("empty", List.of(at(0, time))));
            assertEquals(List.of(0L), found.get(0).partitions().get(0).oldStyleOffsets());
        }
    }

    @Test
    void anEmptyLogHasNoNewestRecord() {
        house.replica.topic("empty", 1);
        List<ListOffsetsResponse.Topic> found = list(11, new ListOffsetsRequest.Topic("empty", List.of(at(0, -3))));
        assertEquals(-1, found.get(0).partitions().get(0).offset());
        assertEquals(0, found.get(0).partitions().get(0).errorCode());
    }

    @Test
    void aPartitionNamedTwiceIsRefusedOnceWhereverItStands() {
        ListOffsetsRequest.Topic once = new ListOffsetsRequest.Topic("t", List.of(at(0, -1)));
        ListOffsetsRequest.Topic twice = new ListOffsetsRequest.Topic("t", List.of(at(0, -1), at(0, -2)));
        assertEquals(42, list(5, twice).get(0).partitions().get(0).errorCode());
        assertEquals(1, list(5, twice).get(0).partitions().size());
        List<ListOffsetsResponse.Topic> apart = list(5, once, once);
        assertEquals(42, apart.get(0).partitions().get(0).errorCode());
        assertEquals(
                1, apart.stream().mapToInt(topic -> topic.partitions().size()).sum());
    }

    @Test
    void whatIsNotThereAndOtherEpochsAreTold() {
        assertEquals(3, list(11, at(1, -1)).errorCode());
        assertEquals(3, list(1, at(-1, -1)).errorCode());
        for (int epoch : new int[] {4, 5, 6}) {
            ListOffsetsRequest.Topic.Partition asked = ListOffsetsRequest.Topic.Partition.builder()
                    .timestamp(-1)
                    .currentLeaderEpoch(epoch)
                    .build();
            assertEquals(epoch < 5 ? 74 : epoch == 5 ? 0 : 75, list(4, asked).errorCode());
        }
    }

    // ---- OffsetForLeaderEpoch

    private OffsetForLeaderEpochResponse.Topic.Partition endOf(int version, int partition, int epoch, int current) {
        OffsetForLeaderEpochRequest.Topic.Partition asked = OffsetForLeaderEpochRequest.Topic.Partition.builder()
                .partition(partition)
                .leaderEpoch(epoch)
                .currentLeaderEpoch(current)
                .build();
        OffsetForLeaderEpochRequest request = OffsetForLeaderEpochRequest.builder()
                .topics(List.of(new OffsetForLeaderEpochRequest.Topic("t", List.of(asked))))
                .build();
        return house.ask(ApiKey.OFFSET_FOR_LEADER_EPOCH, OffsetForLeaderEpochResponse::read, version, request)
                .topics()
                .get(0)
                .partitions()
                .get(0);
    }

    @Test
    void epochsEndWhereTheNextBegins() {
        int[][] expected = {{0, 0, 2}, {3, 0, 2}, {5, 5, 3}, {6, -1, -1}, {-1, -1, -1}};
        for (int version = 0; version <= 4; version++) {
            for (int[] row : expected) {
                OffsetForLeaderEpochResponse.Topic.Partition end = endOf(version, 0, row[0], -1);
                assertEquals(0, end.errorCode());
                assertEquals(version < 1 ? -1 : row[1], end.leaderEpoch());
                assertEquals(row[2], end.endOffset());
            }
            assertEquals(version < 2 ? 0 : 74, endOf(version, 0, 0, 4).errorCode());
            assertEquals(version < 2 ? 0 : 75, endOf(version, 0, 0, 6).errorCode());
            OffsetForLeaderEpochResponse.Topic.Partition unknown = endOf(version, 1, 0, -1);
            assertEquals(3, unknown.errorCode());
            assertEquals(-1, unknown.endOffset());
            assertEquals(-1, unknown.leaderEpoch());
        }
    }

    @Test
    void whatListOffsetsTellsIsKnownAfterTheNextChangeOfLeader() {
        lead(7);
        ListOffsetsResponse.Topic.Partition end = list(11, at(0, -1));
        assertEquals(7, end.leaderEpoch());
        assertEquals(3, endOf(4, 0, 7, 7).endOffset());
        lead(8);
        assertEquals(3, endOf(4, 0, 7, 8).endOffset());
        assertNotEquals(-1, endOf(4, 0, 7, 8).leaderEpoch());
    }

    // ---- DeleteRecords

    private DeleteRecordsResponse.Topic.Partition delete(int version, String topic, int partition, long offset) {
        DeleteRecordsRequest request = DeleteRecordsRequest.builder()
                .topics(List.of(new DeleteRecordsRequest.Topic(
                        topic, List.of(new DeleteRecordsRequest.Topic.Partition(partition, offset)))))
                .timeoutMs(1000)
                .build();
        return house.ask(ApiKey.DELETE_RECORDS, DeleteRecordsResponse::read, version, request)
                .topics()
                .get(0)
                .partitions()
                .get(0);
    }

    @Test
    void theStartMovesForwardOnly() {
        assertEquals(1, delete(0, "t", 0, 1).lowWatermark());
        assertEquals(1, delete(1, "t", 0, 0).lowWatermark());
        assertEquals(1, delete(2, "t", 0, 4).errorCode());
        assertEquals(-1, delete(2, "t", 0, 4).lowWatermark());
        assertEquals(1, delete(2, "t", 0, -2).errorCode());
        assertEquals(3, delete(2, "t", 0, -1).lowWatermark());
        assertFound(3, -1, 5, 11, -2);
        assertEquals(3, delete(2, "t", 1, 0).errorCode());
        assertEquals(3, delete(2, "absent", 0, 0).errorCode());
    }

    @Test
    void committedOffsetsAreNotDeletedByOffset() {
        house.replica.topic("__consumer_offsets", 1, Map.of("cleanup.policy", "compact"));
        assertEquals(44, delete(2, "__consumer_offsets", 0, -1).errorCode());
    }

    // ---- producers

    @Test
    void producersArePartOfTheDescriptionOnceTheyHaveWritten() {
        house.replica
                .partition("t", 0)
                .append(only(
                        building(START_MS, "d", "e").producer(44, (short) 2, 0).build()));
        DescribeProducersRequest request = DescribeProducersRequest.builder()
                .topics(List.of(new DescribeProducersRequest.Topic("t", List.of(0, 1))))
                .build();
        List<DescribeProducersResponse.Topic.Partition> partitions = house.ask(
                        ApiKey.DESCRIBE_PRODUCERS, DescribeProducersResponse::read, 0, request)
                .topics()
                .get(0)
                .partitions();
        DescribeProducersResponse.Topic.Partition.ActiveProducer known =
                partitions.get(0).activeProducers().get(0);
        assertEquals(44, known.producerId());
        assertEquals(2, known.producerEpoch());
        assertEquals(1, known.lastSequence());
        assertEquals(START_MS + 1000, known.lastTimestamp());
        assertEquals(-1, known.coordinatorEpoch());
        assertEquals(-1, known.currentTxnStartOffset());
        assertEquals(3, partitions.get(1).errorCode());
        assertNotNull(partitions.get(1).errorMessage());
    }

    @Test
    void everyProducerGetsAnIdOfItsOwn() {
        Set<Long> ids = new HashSet<>();
        int count = 0;
        for (int version = 0; version <= 5; version++) {
            for (int i = 0; i < 300; i++) {
                InitProducerIdResponse answer = house.ask(
                        ApiKey.INIT_PRODUCER_ID,
                        InitProducerIdResponse::read,
                        version,
                        InitProducerIdRequest.builder().transactionalId(null).build());
                assertEquals(0, answer.errorCode());
                assertEquals(0, answer.producerEpoch());
                ids.add(answer.producerId());
                count++;
            }
        }
        assertEquals(count, ids.size());
    }

    @Test
    void transactionsAreRefused() {
        List<Integer> errors = new ArrayList<>();
        for (String id : new String[] {"", "tx"}) {
            for (int version = 0; version <= 5; version++) {
                InitProducerIdResponse answer = house.ask(
                        ApiKey.INIT_PRODUCER_ID,
                        InitProducerIdResponse::read,
                        version,
                        InitProducerIdRequest.builder()
                                .transactionalId(id)
                                .transactionTimeoutMs(1000)
                                .build());
                errors.add((int) answer.errorCode());
                assertEquals(-1, answer.producerId());
                assertEquals(-1, answer.producerEpoch());
            }
        }
        assertEquals(Set.of(42), Set.copyOf(errors));
    }
}
