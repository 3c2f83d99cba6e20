package io.millrace.tools.terminal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

final class UnitsTest {
    @Test
    void sizesAreRoundedToThreeDigitsAtMost() {
        assertEquals("0 B", Units.bytes(0));
        assertEquals("1023 B", Units.bytes(1023));
        assertEquals("1.0 KiB", Units.bytes(1024));
        assertEquals("1.5 MiB", Units.bytes(1024L * 1536));
        assertEquals("100 GiB", Units.bytes(100L << 30));
        assertEquals("8.0 EiB", Units.bytes(Long.MAX_VALUE));
    }

    @Test
    void timesHaveTwoUnitsAtMost() {
        assertEquals("850 ms", Units.duration(Duration.ofMillis(850)));
        assertEquals("12 s", Units.duration(Duration.ofMillis(12_400)));
        assertEquals("3 min 20 s", Units.duration(Duration.ofSeconds(200)));
        assertEquals("5 h", Units.duration(Duration.ofHours(5)));
        assertEquals("12 d 4 h", Units.duration(Duration.ofHours(292)));
    }

    @Test
    void whatPeopleWriteIsRead() {
        assertEquals(Duration.ofMillis(500), Units.parseDuration("500ms"));
        assertEquals(Duration.ofMinutes(90), Units.parseDuration("1h30m"));
        assertEquals(Duration.ofDays(7), Units.parseDuration("7 d"));
        assertEquals(Duration.ofSeconds(10), Units.parseDuration("PT10S"));
        assertEquals(1024, Units.parseBytes("1024"));
        assertEquals(64 << 10, Units.parseBytes("64k"));
        assertEquals(16 << 20, Units.parseBytes("16 MiB"));
        assertEquals(1L << 30, Units.parseBytes("1GB"));
        for (String wrong :
                List.of("", "10", "s", "10 parsecs", "-5s", "99999999999999s", "999999999999w", "PT9999999999999H")) {
            assertThrows(IllegalArgumentException.class, () -> Units.parseDuration(wrong), wrong);
        }
        for (String wrong : List.of("", "k", "10x", "-1", "1.5G", "999999999999P")) {
            assertThrows(IllegalArgumentException.class, () -> Units.parseBytes(wrong), wrong);
        }
    }
}
