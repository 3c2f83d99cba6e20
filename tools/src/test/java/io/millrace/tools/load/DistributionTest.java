package io.millrace.tools.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.StringReader;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;
import org.xml.sax.InputSource;

class DistributionTest {
    private static Distribution of(long... micros) {
        Histogram histogram = new Histogram(3);
        for (long one : micros) {
            histogram.recordValue(one * 1000);
        }
        return new Distribution(histogram);
    }

    private static Distribution many() {
        Histogram histogram = new Histogram(3);
        for (int i = 1; i <= 10_000; i++) {
            histogram.recordValue(100_000L + i * 100L);
        }
        histogram.recordValue(50_000_000);
        return new Distribution(histogram);
    }

    @Test
    void sharesHoldEverythingOnce() {
        for (Distribution distribution : List.of(of(5), of(1, 1, 1), of(1, 1_000_000), many())) {
            List<Distribution.Share> shares = distribution.shares(20);
            assertEquals(
                    distribution.count(),
                    shares.stream().mapToLong(Distribution.Share::count).sum());
            assertTrue(shares.size() <= 20);
        }
        assertEquals(List.of(), of().shares(20));
    }

    @Test
    void aPictureHasARowForEachPercentile() {
        String picture = String.join("\n", TextPicture.of(many()));
        for (String name : List.of("p50", "p90", "p99", "p99.9", "p99.99", "max")) {
            assertTrue(picture.contains(name), picture);
        }
        assertTrue(picture.contains("█"), picture);
        assertEquals(List.of(), TextPicture.of(of()));
    }

    @Test
    void anSvgIsWellFormed() throws Exception {
        for (Distribution distribution : List.of(of(), of(7), many())) {
            String svg = SvgPicture.of(distribution, "perf <load> & more");
            DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new InputSource(new StringReader(svg)));
        }
    }

    @Test
    void latenciesAreNamedAsPeopleReadThem() {
        assertEquals("0.123 ms", Distribution.shown(0.1234));
        assertEquals("1.23 ms", Distribution.shown(1.234));
        assertEquals("12.3 ms", Distribution.shown(12.34));
        assertEquals("1.23 s", Distribution.shown(1234));
        assertEquals("p99.99", Distribution.name(99.99));
        assertEquals("p50", Distribution.name(50));
    }

    @Test
    void aRecordIsDueWhateverHappenedBefore() {
        Pace pace = new Pace(1_000, 2_000_000);
        assertEquals(1_000, pace.dueNs(0));
        assertEquals(1_500, pace.dueNs(1));
        assertEquals(1_000 + 500_000_000L, pace.dueNs(1_000_000));
    }
}
