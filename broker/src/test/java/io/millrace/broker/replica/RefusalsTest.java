package io.millrace.broker.replica;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.millrace.protocol.Uuid;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class RefusalsTest {
    private final Refusals refusals = new Refusals(50);
    private final Followed one = new Followed(null, Uuid.random(), 3);
    private final Followed other = new Followed(null, Uuid.random(), 3);

    private long[] refused(Followed followed, int times) {
        return IntStream.range(0, times)
                .mapToLong(n -> refusals.refused(followed))
                .toArray();
    }

    @Test
    void waitsAMomentAtFirstAndAtMostWhatIsConfigured() {
        assertEquals("4 8 16 16", text(refused(one, 4)));
        assertEquals(28 * 16, LongStream.of(refused(one, 28)).sum(), "half a second");
        assertEquals("32 50 50", text(refused(one, 3)));
        assertEquals(50, LongStream.of(refused(one, 200)).max().orElseThrow());
    }

    @Test
    void anAnswerEndsARowAndEachPartitionHasItsOwn() {
        refused(one, 3);
        assertEquals("4 8", text(refused(other, 2)));
        refusals.forget(one);
        assertEquals("4", text(refused(one, 1)));
        assertEquals("16", text(refused(other, 1)));
    }

    private static String text(long[] waits) {
        return String.join(" ", LongStream.of(waits).mapToObj(Long::toString).toList());
    }
}
