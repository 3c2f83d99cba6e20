package io.millrace.tools.terminal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

final class OutputTest {
    private record City(String name, long people, OptionalInt height, List<Integer> codes) {}

    private static final Table<City> TABLE = Table.<City>of()
            .text("cityName", City::name)
            .number("people", City::people)
            .number("height", City::height)
            .text("codes", City::codes)
            .data("hidden", city -> true);

    private static final List<City> CITIES = List.of(
            new City("Ulm", 128_000, OptionalInt.of(478), List.of(89_073, 89_075)),
            new City("Oz: a \"city\"", 7, OptionalInt.empty(), List.of()));

    @Test
    void peopleGetColumns() {
        assertEquals(
                List.of(
                        "CITY-NAME     PEOPLE  HEIGHT  CODES",
                        "Ulm           128000     478  89073,89075",
                        "Oz: a \"city\"       7       -  -"),
                TABLE.lines(CITIES, Style.PLAIN));
    }

    @Test
    void programsGetJsonThatReadsBackAsItWas() {
        Object read = Json.read(Json.write(TABLE.data(CITIES)));
        Map<String, Object> ulm = new LinkedHashMap<>();
        ulm.put("cityName", "Ulm");
        ulm.put("people", 128_000L);
        ulm.put("height", 478L);
        ulm.put("codes", List.of(89_073L, 89_075L));
        ulm.put("hidden", true);
        assertEquals(ulm, ((List<?>) read).get(0));
        assertEquals(2, ((List<?>) read).size());
    }

    @Test
    void yamlQuotesWhatCouldBeTakenForElse() {
        assertEquals("""
                - cityName: Ulm
                  people: 128000
                  height: 478
                  codes: [89073, 89075]
                  hidden: true
                - cityName: "Oz: a \\"city\\""
                  people: 7
                  height: null
                  codes: []
                  hidden: true
                """, Yaml.write(TABLE.data(CITIES)));
        Map<String, Object> odd = new LinkedHashMap<>();
        odd.put("a", "no");
        odd.put("b", "12");
        odd.put("c", "127.0.0.1:9092");
        odd.put("d", Map.of());
        odd.put("e", "kafka1:9092");
        odd.put("f", List.of("x", "y z"));
        assertEquals(
                "a: \"no\"\nb: \"12\"\nc: \"127.0.0.1:9092\"\nd: {}\ne: kafka1:9092\nf:\n  - x\n  - \"y z\"\n",
                Yaml.write(odd));
    }

    @Test
    void namesGiveATerminalNoOrders() {
        City odd = new City("a\u001b[2Jb\u009bc\n", 1, OptionalInt.empty(), List.of());
        assertEquals(
                "a\\u001b[2Jb\\u009bc\\n       1       -  -",
                TABLE.lines(List.of(odd), Style.PLAIN).get(1));
        assertEquals("caf\u00e9 \uD83D\uDE00", Printable.of("caf\u00e9 \uD83D\uDE00"));
        assertEquals(
                "Name  x\\u0007",
                new Sheet().field("name", "x\u0007").lines(Style.PLAIN).get(0));
    }

    @Test
    void whatIsNoJsonIsSaidWithItsLine() {
        assertEquals(
                "line 2",
                assertThrows(IllegalArgumentException.class, () -> Json.read("{\n x }"))
                        .getMessage()
                        .substring(0, 6));
    }

    @Test
    void progressShowsRateAndTimeLeft() {
        ProgressText text = new ProgressText("Verifying", 4L << 30, (double bytes) -> Units.bytes(bytes));
        assertEquals("Verifying: 25 % of 4.0 GiB, 512 MiB/s, 6 s left", text.line(1L << 30, 2_000_000_000L));
        assertEquals(
                "Verifying [==>     ", text.bar(1L << 30, 2_000_000_000L, 54).substring(0, 19));
        assertEquals(
                "Reading: 5 B, 5 B/s",
                new ProgressText("Reading", 0, (double bytes) -> Units.bytes(bytes)).bar(5, 1_000_000_000L, 80));
    }

    @Test
    void theNearestNameIsFoundIfItIsNear() {
        assertEquals(
                "orders", Nearest.to("ordres", List.of("payments", "orders")).orElseThrow());
        assertEquals(
                "orders", Nearest.to("ORDERS", List.of("payments", "orders")).orElseThrow());
        assertEquals(1, Nearest.edits("ordres", "orders"));
        assertEquals(true, Nearest.to("zebra", List.of("payments", "orders")).isEmpty());
    }
}
