package io.millrace.tools.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.client.MillraceException;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.TopicPartition;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class PrintedPositionsTest {
    private static final TopicPartition FIRST = new TopicPartition("access", 0);
    private static final TopicPartition SECOND = new TopicPartition("access", 1);

    private final Group group = new Group();
    private final List<String> told = new ArrayList<>();
    private final PrintedPositions positions = new PrintedPositions(group, () -> group.happened.add("left"), told::add);

    /** A member in memory, and what its group heard of it. */
    private static final class Group implements PrintedPositions.Member {
        private final Map<TopicPartition, Long> polled = new LinkedHashMap<>();
        private final List<Object> happened = new ArrayList<>();
        private ErrorCode error = ErrorCode.NONE;

        @Override
        public Set<TopicPartition> partitions() {
            return polled.keySet();
        }

        @Override
        public OptionalLong position(TopicPartition partition) {
            return OptionalLong.of(polled.get(partition));
        }

        @Override
        public CompletionStage<Void> commit(Map<TopicPartition, Long> wanted) {
            happened.add(wanted);
            return error == ErrorCode.NONE
                    ? CompletableFuture.completedFuture(null)
                    : CompletableFuture.failedFuture(MillraceException.refused(error, "no"));
        }
    }

    @Test
    void whatWasPrintedLeavesThenItIsCommitted() throws IOException {
        group.polled.put(FIRST, 7L);
        group.polled.put(SECOND, 9L);
        positions.leave(SECOND, 3);
        positions.leave(SECOND, 4);
        assertTrue(positions.commit());
        assertEquals(List.of("left", Map.of(FIRST, 7L, SECOND, 3L)), group.happened);
    }

    @Test
    void partitionsThatGoAreCommittedFirstAndComeBackWhereTheGroupIs() throws IOException {
        group.polled.put(FIRST, 10L);
        positions.leave(FIRST, 5);
        positions.revoked(List.of(FIRST));
        group.polled.put(FIRST, 40L);
        positions.commit();
        assertEquals(List.of("left", Map.of(FIRST, 5L), "left", Map.of(FIRST, 40L)), group.happened);
    }

    @Test
    void partitionsThatAreLostAreNotCommitted() throws IOException {
        group.polled.put(FIRST, 10L);
        positions.leave(FIRST, 5);
        positions.lost(List.of(FIRST));
        assertEquals(List.of(), group.happened);
        positions.commit();
        assertEquals(List.of("left", Map.of(FIRST, 10L)), group.happened);
    }

    @Test
    void aMemberThatIsNoneAnyMoreGoesOn() throws IOException {
        group.polled.put(FIRST, 10L);
        for (ErrorCode error : List.of(
                ErrorCode.UNKNOWN_MEMBER_ID, ErrorCode.ILLEGAL_GENERATION, ErrorCode.COORDINATOR_NOT_AVAILABLE)) {
            group.error = error;
            assertFalse(positions.commit());
            positions.revoked(List.of());
        }
        assertEquals(6, told.size());
        group.error = ErrorCode.REBALANCE_IN_PROGRESS; // its time comes
        assertFalse(positions.commit());
        assertEquals(6, told.size());
        group.error = ErrorCode.NONE;
        assertTrue(positions.commit());
    }

    @Test
    void aCommitThatNeverWorksEndsIt() {
        group.polled.put(FIRST, 10L);
        group.error = ErrorCode.GROUP_AUTHORIZATION_FAILED;
        assertThrows(MillraceException.class, positions::commit);
    }

    @Test
    void whatDidNotLeaveIsNotCommitted() throws IOException {
        group.polled.put(FIRST, 10L);
        PrintedPositions broken = new PrintedPositions(
                group,
                () -> {
                    throw new ClosedPipeException();
                },
                told::add);
        assertThrows(ClosedPipeException.class, broken::commit);
        positions.end();
        positions.revoked(List.of(FIRST));
        assertTrue(positions.commit());
        assertEquals(List.of(), group.happened);
    }
}
