package io.millrace.tools.mirror;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.client.admin.ConfigChange;
import io.millrace.protocol.Uuid;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LagTest {
    private static final CopiedTopic TOPIC = new CopiedTopic("t", new Uuid(1, 2), "t", 1, "", true);

    @Test
    void nothingIsSaidOfWhatIsNotKnown() {
        assertEquals(new Lag(-1, -1, -1), Lag.of(new PartitionCopy(TOPIC, 0, Clock.systemUTC()), 0));
    }

    @Test
    void lagIsToldInRecordsBytesAndSeconds() {
        PartitionCopy copy = new PartitionCopy(TOPIC, 0, Clock.systemUTC());
        copy.sourceIs(0, 1000);
        copy.targetIs(0, 400);
        copy.stored(0, 400, 50_000, 400, 4000);
        assertEquals(new Lag(600, 6000, 20), Lag.of(copy, 70_000));
        copy.targetIs(0, 1000);
        assertEquals(new Lag(0, 0, 0), Lag.of(copy, 70_000));
    }

    @Test
    void whatTheSourceHasDeletedIsNotMissing() {
        PartitionCopy copy = new PartitionCopy(TOPIC, 0, Clock.systemUTC());
        copy.sourceIs(900, 1000);
        copy.targetIs(0, 400);
        assertEquals(100, Lag.of(copy, 0).records());
    }

    @Test
    void whatWentWrongBeginsAnewAndForgetsWhatIsUnderWay() {
        PartitionCopy copy = new PartitionCopy(TOPIC, 0, Clock.systemUTC());
        copy.goOnAt(7);
        int generation = copy.generation();
        copy.fetched(9, 3, 0, 100);
        copy.interrupt("away");
        assertEquals(PartitionCopy.State.ASKING, copy.state());
        assertTrue(copy.generation() != generation);
        assertEquals(100, copy.inFlight(), "until it has landed");
        copy.stop("for good");
        copy.interrupt("again");
        assertEquals(PartitionCopy.State.STOPPED, copy.state());
    }

    @Test
    void aTopicThatCameFromTheTargetIsNotCopiedBack() {
        LoopGuard guard = new LoopGuard("src", "dst");
        assertTrue(guard.refusal("t", "dst:t:AAAA", List.of()).isPresent());
        assertTrue(guard.refusal("t", "", List.of("third:t:AAAA", "dst:u:AAAA")).isPresent());
        assertEquals(Optional.empty(), guard.refusal("t", "third:t:AAAA", List.of()));
        assertTrue(guard.refusal("t", "third:t:AAAA:fourth+dst", List.of()).isPresent(), "a ring");
        assertEquals(Optional.empty(), guard.refusal("t", "", List.of("third:t:AAAA")));
        assertEquals("src:t:" + TOPIC.sourceId(), guard.settingOf(TOPIC));
    }

    @Test
    void settingsFollowTheSourceAndNothingElseChanges() {
        assertEquals(
                List.of(ConfigChange.set("retention.ms", "5"), ConfigChange.delete("segment.ms")),
                TopicSettings.changes(
                        Map.of("retention.ms", "5", "cleanup.policy", "compact"),
                        Map.of("retention.ms", "6", "cleanup.policy", "compact", "segment.ms", "7")));
    }
}
