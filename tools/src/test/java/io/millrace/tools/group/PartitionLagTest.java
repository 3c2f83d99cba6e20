package io.millrace.tools.group;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.millrace.client.MillraceException;
import io.millrace.client.consumer.ConsumerRecord;
import io.millrace.client.consumer.MadeRecords;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.TopicPartition;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class PartitionLagTest {
    private static final TopicPartition FIRST = new TopicPartition("orders", 0);

    private static PartitionLag lag(long position, OptionalLong ageMs) {
        return new PartitionLag(FIRST, OptionalLong.of(position), OptionalLong.of(100), ageMs, "");
    }

    @Test
    void theLagInTimeIsNotZeroBecauseNobodyKnowsIt() {
        PartitionLag caughtUp = lag(100, OptionalLong.of(0));
        PartitionLag behind = lag(5, OptionalLong.of(7000));
        PartitionLag unknown = lag(5, OptionalLong.empty());
        assertEquals(OptionalLong.empty(), PartitionLag.oldest(List.of()));
        assertEquals(OptionalLong.of(0), PartitionLag.oldest(List.of(caughtUp)));
        assertEquals(OptionalLong.of(7000), PartitionLag.oldest(List.of(caughtUp, behind, unknown)));
        assertEquals(OptionalLong.empty(), PartitionLag.oldest(List.of(caughtUp, unknown)));
        assertEquals(OptionalLong.empty(), PartitionLag.oldest(List.of(unknown)));
    }

    @Test
    void aTopicThatMayNotBeReadHasNoAgeAndTheOthersHave() {
        ConsumerRecord record = MadeRecords.of(FIRST, 5, 1234, null, new byte[0], List.of());
        Deque<Supplier<List<ConsumerRecord>>> polls = new ArrayDeque<>(List.of(
                () -> {
                    throw MillraceException.refused(ErrorCode.TOPIC_AUTHORIZATION_FAILED, "secret-0 cannot be read");
                },
                () -> List.of(record, record)));
        List<TopicPartition> done = new ArrayList<>();
        Map<TopicPartition, Long> found =
                LagTimes.first(Set.of(FIRST), () -> polls.remove().get(), done::add);
        assertEquals(Map.of(FIRST, 1234L), found);
        assertEquals(List.of(FIRST), done);
    }
}
