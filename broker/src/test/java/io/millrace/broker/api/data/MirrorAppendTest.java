package io.millrace.broker.api.data;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.millrace.broker.BrokerHouse;
import io.millrace.broker.log.MirrorSource;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.Uuid;
import io.millrace.protocol.message.ApiKey;
import io.millrace.protocol.message.MirrorAppendRequest;
import io.millrace.protocol.message.MirrorAppendResponse;
import io.millrace.protocol.record.BatchBuilder;
import io.millrace.protocol.record.BufferSlice;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** MirrorAppend as a whole: what the source's leader epoch does to the target's. */
class MirrorAppendTest {
    private static final Uuid SOURCE_ID = new Uuid(1, 2);
    private static final MirrorSource SOURCE = new MirrorSource("far", "there", SOURCE_ID);

    @TempDir
    private Path directory;

    private BrokerHouse house;

    @BeforeEach
    void make() {
        house = new BrokerHouse(directory);
        house.replica.topic("mirror", 1, Map.of("mirror.source", SOURCE.toString()));
        house.replica.topic("own", 1, Map.of());
    }

    @AfterEach
    void stop() {
        house.close();
    }

    private ErrorCode append(String topic, int sourceEpoch) {
        MirrorAppendRequest.Topic.Partition partition = MirrorAppendRequest.Topic.Partition.builder()
                .index(0)
                .sourceLeaderEpoch(sourceEpoch)
                .records(new BufferSlice(
                        BatchBuilder.create().append(1, null, new byte[10]).build(), () -> {}))
                .build();
        MirrorAppendRequest request = new MirrorAppendRequest(
                "far", 1_000, List.of(new MirrorAppendRequest.Topic(topic, "there", SOURCE_ID, List.of(partition))));
        MirrorAppendResponse answer = house.ask(ApiKey.MIRROR_APPEND, MirrorAppendResponse::read, 0, request);
        return ErrorCode.of(answer.topics().get(0).partitions().get(0).errorCode());
    }

    private int epoch(String topic) {
        return house.replica.partition(topic, 0).leaderEpoch().orElseThrow();
    }

    @Test
    void aMirrorIsLedAtNoLowerEpochThanItsSource() {
        assertEquals(ErrorCode.NONE, append("mirror", 700));
        assertEquals(700, epoch("mirror"));
    }

    @Test
    void whoIsRefusedHasChangedNothing() {
        int before = epoch("own");
        assertEquals(ErrorCode.POLICY_VIOLATION, append("own", 700));
        assertEquals(before, epoch("own"));
    }
}
