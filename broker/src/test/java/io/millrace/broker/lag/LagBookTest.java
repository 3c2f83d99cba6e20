package io.millrace.broker.lag;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.broker.group.CommittedOffset;
import io.millrace.broker.group.GroupPositions;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.Uuid;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class LagBookTest {
    private static final TopicPartition ORDERS = new TopicPartition("orders", 0);
    private static final TopicPartition OTHER = new TopicPartition("other", 3);

    private final LagBook book = new LagBook(1000);

    private static GroupPositions group(TopicPartition id, long committed) {
        CommittedOffset offset = new CommittedOffset(committed, -1, "", 1, CommittedOffset.NO_TIMESTAMP, Uuid.ZERO);
        return new GroupPositions("g", "Stable", 1, Map.of(id, offset));
    }

    private LagReport.OfPartition enter(long nowMs, long committed, Map<TopicPartition, Long> ends) {
        return book.enter(nowMs, List.of(group(ORDERS, committed)), ends)
                .partitions()
                .get(0);
    }

    @Test
    void aLeaderThatIsAwayMakesNobodyCaughtUp() {
        enter(0, 10, Map.of(ORDERS, 10L));
        enter(1_000, 10, Map.of(ORDERS, 110L));
        LagReport.OfPartition away = enter(61_000, 10, Map.of());
        assertEquals(110, away.end());
        assertEquals(100, away.records());
        assertEquals(61_000, away.ageMs());
        LagReport.OfPartition back = enter(62_000, 10, Map.of(ORDERS, 120L));
        assertEquals(110, back.records());
        assertEquals(62_000, back.ageMs());
    }

    @Test
    void ofAnEndThatNobodyEverToldNothingIsSaid() {
        LagReport.OfPartition unknown = enter(0, 10, Map.of());
        assertEquals(-1, unknown.end());
        assertEquals(0, unknown.records());
        assertEquals(Verdict.OK, unknown.verdict());
    }

    @Test
    void whatNoGroupConsumesAnyMoreIsForgotten() {
        enter(0, 10, Map.of(ORDERS, 110L));
        book.enter(1_000, List.of(group(OTHER, 0)), Map.of(OTHER, 5L));
        LagReport.OfPartition again = enter(2_000, 10, Map.of());
        assertEquals(-1, again.end());
    }

    @Test
    void aGroupThatIsSetBackIsJudgedFromThere() {
        for (int i = 0; i < 30; i++) {
            enter(i * 100L, 1_000 + i, Map.of(ORDERS, 2_000L + i));
        }
        Verdict verdict = Verdict.OK;
        for (int i = 30; i < 60; i++) { // reads fast, from the beginning
            verdict = verdict.orWorse(
                    enter(i * 100L, (i - 30) * 20L, Map.of(ORDERS, 2_000L + i)).verdict());
        }
        assertEquals(Verdict.OK, verdict);
        assertTrue(book.enter(6_000, List.of(), Map.of()).groups().isEmpty());
    }
}
