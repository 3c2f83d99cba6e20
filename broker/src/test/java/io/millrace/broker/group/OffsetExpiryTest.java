package io.millrace.broker.group;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.Uuid;
import io.millrace.protocol.message.GroupMetadataValue;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OffsetExpiryTest {
    private static final TopicPartition AT = new TopicPartition("t", 0);

    private final ClassicGroup group = new ClassicGroup("g", new GroupMemory(Long.MAX_VALUE).share());

    private boolean expires(long committedMs, long expireMs, long now) {
        CommittedOffset offset = new CommittedOffset(1, -1, "", committedMs, expireMs, Uuid.ZERO);
        List<TopicPartition> expired = OffsetExpiry.expired(group, Map.of(AT, offset), now, 100);
        assertEquals(expired.isEmpty() ? List.of() : List.of(AT), expired);
        return !expired.isEmpty();
    }

    private void emptySince(long ms) {
        group.restore(new GroupMetadataValue("consumer", 3, null, null, ms, List.of()));
    }

    @Test
    void theTimeOfAGroupThatOnlyStoresOffsetsRunsFromTheCommit() {
        assertEquals(false, expires(1_000, -1, 1_099));
        assertEquals(true, expires(1_000, -1, 1_100));
    }

    @Test
    void theTimeOfAGroupThatHadMembersRunsFromTheLast() {
        emptySince(5_000);
        assertEquals(false, expires(1_000, -1, 5_099));
        assertEquals(true, expires(1_000, -1, 5_100));
    }

    @Test
    void aCommitAfterTheLastMemberCounts() {
        emptySince(5_000);
        assertEquals(false, expires(6_000, -1, 6_099));
        assertEquals(true, expires(6_000, -1, 6_100));
    }

    @Test
    void anExpiryOfItsOwnDecides() {
        assertEquals(false, expires(1_000, 9_000, 8_999));
        assertEquals(true, expires(1_000, 9_000, 9_000));
        assertEquals(true, expires(1_000, 1_001, 1_001));
    }
}
