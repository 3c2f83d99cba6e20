package io.millrace.tools.group;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.millrace.protocol.TopicPartition;
import io.millrace.tools.terminal.Failure;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

final class SeekTargetTest {
    private static final SeekTarget.Known KNOWN =
            new SeekTarget.Known(OptionalLong.of(50), 10, 100, OptionalLong.of(70));
    private static final SeekTarget.Known NEW =
            new SeekTarget.Known(OptionalLong.empty(), 10, 100, OptionalLong.empty());

    @Test
    void positionsStayWithinWhatThereIs() {
        assertEquals(10, new SeekTarget.Earliest().of(KNOWN));
        assertEquals(100, new SeekTarget.Latest().of(KNOWN));
        assertEquals(70, new SeekTarget.Time(1).of(KNOWN));
        assertEquals(100, new SeekTarget.Time(1).of(NEW));
        assertEquals(45, new SeekTarget.Shift(-5).of(KNOWN));
        assertEquals(10, new SeekTarget.Shift(-500).of(KNOWN));
        assertEquals(100, new SeekTarget.Shift(500).of(KNOWN));
        assertEquals(15, new SeekTarget.Shift(5).of(NEW));
        assertEquals(100, new SeekTarget.Offset(101).of(KNOWN));
        assertEquals(50, new SeekTarget.Current().of(KNOWN));
        assertEquals(100, new SeekTarget.Current().of(NEW));
    }

    @Test
    void filesAreReadAsTheyAreWritten() {
        Map<TopicPartition, Long> positions = Map.of(new TopicPartition("orders", 3), 17L);
        assertEquals(List.of("orders,3,17"), SeekFile.lines(positions));
        assertEquals(positions, SeekFile.parse("file", List.of("# kept", "", " \"orders\", 3 ,17")));
        assertThrows(Failure.class, () -> SeekFile.parse("file", List.of("orders,3")));
        assertThrows(Failure.class, () -> SeekFile.parse("file", List.of("orders,3,x")));
    }

    @Test
    void momentsAreReadInManyForms() {
        Instant now = Instant.parse("2026-11-26T12:00:00Z");
        ZoneId berlin = ZoneId.of("Europe/Berlin");
        assertEquals(Instant.parse("2026-11-26T10:00:00Z"), Times.parse("-2h", now, berlin));
        assertEquals(Instant.parse("2026-11-26T11:00:00Z"), Times.parse("2026-11-26T12:00:00+01:00", now, berlin));
        assertEquals(Instant.parse("2026-11-26T11:00:00Z"), Times.parse("2026-11-26 12:00:00", now, berlin));
        assertEquals(Instant.parse("2026-11-26T00:00:00Z"), Times.parse("2026-11-26", now, ZoneOffset.UTC));
        assertEquals(now, Times.parse(Long.toString(now.toEpochMilli()), now, berlin));
        for (String wrong : List.of(
                "yesterday", "-100000000000d", "-999999999999w", "+999999999-12-31T00:00:00Z", "-106000d -106000d")) {
            assertThrows(IllegalArgumentException.class, () -> Times.parse(wrong, now, berlin), wrong);
        }
    }
}
