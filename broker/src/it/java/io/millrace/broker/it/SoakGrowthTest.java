package io.millrace.broker.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class SoakGrowthTest {
    private static final SoakFootprint FIRST = footprint(10_000_000, 16_000, 4, 30, 50);

    private final SoakFindings findings = new SoakFindings();

    private static SoakFootprint footprint(long heap, long nativeKib, int sockets, int threads, int files) {
        return new SoakFootprint(
                Map.of("a.Class", heap), nativeKib, sockets, 0, files, Map.of("worker-N", threads), 100_000);
    }

    private List<String> found(SoakFootprint last, long peakKib) {
        SoakGrowth growth = new SoakGrowth(findings);
        growth.shift(FIRST, 150_000);
        growth.shift(last, peakKib);
        growth.judge();
        return findings.sentences();
    }

    @Test
    void aBrokerThatStaysAsItIsIsSound() {
        assertEquals(List.of(), found(footprint(10_400_000, 17_000, 4, 31, 52), 160_000));
    }

    @Test
    void anyFigureThatGrowsIsAFinding() {
        assertTrue(found(footprint(20_000_000, 60_000, 9, 40, 90), 300_000).size() >= 6, findings::toString);
        assertTrue(findings.sentences().toString().contains("a.Class +10000000"));
    }

    @Test
    void oneShiftShowsNothing() {
        new SoakGrowth(findings).judge();
        assertEquals(1, findings.sentences().size());
    }

    @Test
    void errorsAndStackTracesInTheLogAreFindingsAndWarningsAreNot() {
        PrintStream nowhere = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
        String time = "2026-11-22 06:00:00.000 ";
        SoakLog.judge(
                List.of(time + "WARN  [x] A - closed 1", time + "INFO  [x] B - started"), findings, nowhere);
        assertTrue(findings.isEmpty());
        SoakLog.judge(
                List.of(time + "ERROR [x] C - broke", "java.lang.IllegalStateException: y", "\tat Some.where(1)"),
                findings,
                nowhere);
        assertTrue(findings.sentences().toString().contains("C - broke"));
        assertTrue(findings.sentences().toString().contains("IllegalStateException: y at Some.where(1)"));
    }
}
