package io.millrace.tools.terminal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Instant;
import java.time.ZonedDateTime;
import java.util.List;
import org.junit.jupiter.api.Test;

class MomentTest {
    private static final ZonedDateTime NOW = ZonedDateTime.parse("2026-11-26T15:00:00+01:00[Europe/Amsterdam]");

    private static Moment parsed(String text) {
        return Moment.parse(text, NOW);
    }

    private static void assertTime(String expected, String text) {
        assertEquals(new Moment.At(Instant.parse(expected)), parsed(text), text);
    }

    @Test
    void endsAndOffsets() {
        assertEquals(new Moment.Earliest(), parsed("earliest"));
        assertEquals(new Moment.Earliest(), parsed("Beginning"));
        assertEquals(new Moment.Latest(), parsed("latest"));
        assertEquals(new Moment.Offset(0), parsed("0"));
        assertEquals(new Moment.Offset(12_345_678_901L), parsed("12345678901"));
        assertEquals(new Moment.Last(5), parsed("-5"));
    }

    @Test
    void timesAgo() {
        assertTime("2026-11-26T12:00:00Z", "2h ago");
        assertTime("2026-11-26T12:30:00Z", "1h30m ago");
        assertTime("2026-11-26T12:29:30Z", "1 hour 30 minutes 30 seconds ago");
        assertTime("2026-11-25T14:00:00Z", "1d");
        assertTime("2026-11-26T14:00:00Z", "now");
        assertTime("2026-11-25T23:00:00Z", "today");
        assertTime("2026-11-24T23:00:00Z", "yesterday");
    }

    @Test
    void timesOfTheCalendar() {
        assertTime("2026-11-26T13:30:00Z", "14:30");
        assertTime("2026-11-26T08:05:07Z", "9:05:07");
        assertTime("2026-11-19T23:00:00Z", "2026-11-20");
        assertTime("2026-11-20T13:30:00Z", "2026-11-20T14:30");
        assertTime("2026-11-20T13:30:15.500Z", "2026-11-20 14:30:15.5");
        assertTime("2026-11-20T14:30:00Z", "2026-11-20T14:30:00Z");
        assertTime("2026-11-20T12:30:00Z", "2026-11-20T14:30+02:00");
        assertTime("2023-11-14T22:13:20Z", "@1700000000");
        assertTime("2023-11-14T22:13:20.123Z", "@1700000000123");
    }

    @Test
    void whatIsNoPlaceIsRefusedWithWhatWouldBe() {
        for (String wrong : List.of(
                "",
                "soon",
                "2026-13-01",
                "25:00",
                "--5",
                "5 parsecs ago",
                "99999999999999999999",
                "+999999999-12-31T00:00:00Z")) {
            IllegalArgumentException told = assertThrows(IllegalArgumentException.class, () -> parsed(wrong), wrong);
            assertEquals(true, told.getMessage().contains(Moment.FORMS), told.getMessage());
        }
    }
}
