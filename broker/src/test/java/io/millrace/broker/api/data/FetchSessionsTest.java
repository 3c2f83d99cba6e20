package io.millrace.broker.api.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.message.FetchRequest;
import io.millrace.protocol.message.FetchResponse;
import io.millrace.protocol.record.BufferSlice;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class FetchSessionsTest {
    private final MovedClock clock = new MovedClock();
    private final FetchSessions sessions = new FetchSessions(2, clock);

    @Test
    void aFullFetchWithoutSessionLeavesNothingBehind() {
        FetchSessions.Opened opened = sessions.open(request(0, -1, "a"), false);
        assertEquals(0, opened.sessionId());
        assertEquals(1, opened.partitions().size());
        assertEquals(0, sessions.size());
    }

    @Test
    void aSessionRemembersPartitionsAcrossRequests() {
        int id = open("a", "b");
        FetchSessions.Opened next = sessions.open(request(id, 1), false);
        assertTrue(next.incremental());
        assertEquals(List.of("a", "b"), topics(next));
    }

    @Test
    void changedPartitionsAreReadFromTheirNewOffset() {
        int id = open("a", "b");
        FetchRequest moved = FetchRequest.builder()
                .sessionId(id)
                .sessionEpoch(1)
                .topics(List.of(topic("a", 7)))
                .build();
        FetchSessions.Opened next = sessions.open(moved, false);
        assertEquals(7, next.partitions().get(0).asked().fetchOffset());
        assertEquals(0, next.partitions().get(1).asked().fetchOffset());
    }

    @Test
    void forgottenPartitionsAreReadNoMoreAndTheLastOneEndsTheSession() {
        int id = open("a", "b");
        assertEquals(List.of("b"), topics(sessions.open(forget(id, 1, "a"), false)));
        FetchSessions.Opened ended = sessions.open(forget(id, 2, "b"), false);
        assertEquals(0, ended.sessionId());
        assertEquals(ErrorCode.NONE, ended.error());
        assertEquals(
                ErrorCode.FETCH_SESSION_ID_NOT_FOUND,
                sessions.open(request(id, 3), false).error());
    }

    @Test
    void aWrongEpochIsRefusedAndChangesNothing() {
        int id = open("a");
        assertEquals(
                ErrorCode.INVALID_FETCH_SESSION_EPOCH,
                sessions.open(request(id, 5), false).error());
        assertEquals(ErrorCode.NONE, sessions.open(request(id, 1), false).error());
    }

    @Test
    void idsAndNamesDoNotMix() {
        int id = open("a");
        assertEquals(
                ErrorCode.FETCH_SESSION_TOPIC_ID_ERROR,
                sessions.open(request(id, 1), true).error());
    }

    @Test
    void beginningAnewGivesAnotherSession() {
        int id = open("a");
        FetchSessions.Opened again = sessions.open(request(id, 0, "b"), false);
        assertNotEquals(0, again.sessionId());
        assertEquals(
                ErrorCode.FETCH_SESSION_ID_NOT_FOUND,
                sessions.open(request(id, 1), false).error());
        assertEquals(1, sessions.size());
    }

    @Test
    void whenAllPlacesAreTakenOnlyASilentSessionGivesWay() {
        int first = open("a");
        open("b");
        assertEquals(0, sessions.open(request(0, 0, "c"), false).sessionId());
        clock.moveMs(120_001);
        assertNotEquals(0, sessions.open(request(0, 0, "c"), false).sessionId());
        assertEquals(2, sessions.size());
        assertNotEquals(0, first);
    }

    @Test
    void sessionsThatRememberTooManyPartitionsEnd() {
        FetchSessions small = new FetchSessions(10, 3, clock);
        int id = small.open(request(0, 0, "a", "b"), false).sessionId();
        assertNotEquals(0, id);
        assertEquals(0, small.open(request(0, 0, "c", "d"), false).sessionId(), "four are one too many");
        assertEquals(ErrorCode.NONE, small.open(request(id, 1, "c"), false).error());
        assertEquals(
                ErrorCode.FETCH_SESSION_ID_NOT_FOUND,
                small.open(request(id, 2, "d"), false).error());
        assertEquals(0, small.size());
    }

    @Test
    void onlyNewsIsTold() {
        int id = open("a");
        FetchSession session = sessions.open(request(id, 1), false).session().orElseThrow();
        FetchPartition partition = session.partitions().get(0);
        assertTrue(session.tell(partition, answer(5, 0, 0), false));
        assertFalse(session.tell(partition, answer(5, 0, 0), false));
        assertTrue(session.tell(partition, answer(6, 0, 0), false));
        assertTrue(session.tell(partition, answer(6, 1, 0), false));
        assertTrue(session.tell(partition, answer(6, 1, 10), false));
    }

    @Test
    void anErrorIsToldAndWhatFollowsItToo() {
        int id = open("a");
        FetchSession session = sessions.open(request(id, 1), false).session().orElseThrow();
        FetchPartition partition = session.partitions().get(0);
        session.tell(partition, answer(5, 0, 0), false);
        FetchResponse.Response.Partition failed = FetchResponse.Response.Partition.builder()
                .errorCode(ErrorCode.NOT_LEADER_OR_FOLLOWER)
                .records(BufferSlice.EMPTY)
                .build();
        assertTrue(session.tell(partition, failed, false));
        assertTrue(session.tell(partition, answer(5, 0, 0), false));
    }

    @Test
    void aPartitionThatGaveDataIsServedLastNextTime() {
        int id = open("a", "b");
        FetchSession session = sessions.open(request(id, 1), false).session().orElseThrow();
        session.tell(session.partitions().get(0), answer(5, 0, 10), false);
        assertEquals(List.of("b", "a"), topics(sessions.open(request(id, 2), false)));
    }

    private int open(String... topics) {
        return sessions.open(request(0, 0, topics), false).sessionId();
    }

    private static List<String> topics(FetchSessions.Opened opened) {
        return opened.partitions().stream().map(p -> p.key().topic()).toList();
    }

    private static FetchRequest request(int id, int epoch, String... topics) {
        return FetchRequest.builder()
                .sessionId(id)
                .sessionEpoch(epoch)
                .topics(Stream.of(topics).map(name -> topic(name, 0)).toList())
                .build();
    }

    private static FetchRequest forget(int id, int epoch, String topic) {
        return FetchRequest.builder()
                .sessionId(id)
                .sessionEpoch(epoch)
                .forgottenTopicsData(List.of(FetchRequest.ForgottenTopicsData.builder()
                        .topic(topic)
                        .partitions(List.of(0))
                        .build()))
                .build();
    }

    private static FetchRequest.Topic topic(String name, long offset) {
        return FetchRequest.Topic.builder()
                .topic(name)
                .partitions(List.of(FetchRequest.Topic.Partition.builder()
                        .fetchOffset(offset)
                        .partitionMaxBytes(1000)
                        .build()))
                .build();
    }

    private static FetchResponse.Response.Partition answer(long highWatermark, long logStart, int bytes) {
        return FetchResponse.Response.Partition.builder()
                .highWatermark(highWatermark)
                .logStartOffset(logStart)
                .records(new BufferSlice(ByteBuffer.allocate(bytes)))
                .build();
    }

    private static final class MovedClock extends Clock {
        private long nowMs;

        void moveMs(long ms) {
            nowMs += ms;
        }

        @Override
        public long millis() {
            return nowMs;
        }

        @Override
        public Instant instant() {
            return Instant.ofEpochMilli(nowMs);
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }
}
