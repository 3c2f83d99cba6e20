package io.millrace.broker.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The main job's bookkeeping notices what can go wrong. Lines 0 to 3 are sent, to one partition. */
final class DeliveriesTest {
    private static final int LINES = 4;

    @TempDir
    private Path directory;

    /** One delivery to a member. */
    private record Delivery(long offset, int line) {}

    private final SentLines sent = new SentLines(LINES);
    private final AccessLog log = new AccessLog(1);
    private final int[] checksums = new int[LINES];

    DeliveriesTest() {
        for (int i = 0; i < LINES; i++) {
            byte[] line = log.next();
            assertEquals(i, AccessLog.numberOf(line));
            checksums[i] = SentLines.checksum(line);
            sent.add(i, line);
        }
    }

    private Deliveries.Count count(long beforeKill, Delivery... given) throws IOException {
        Path file = directory.resolve("member");
        try (DeliveryFile.Writer writer = new DeliveryFile.Writer(file)) {
            for (Delivery delivery : given) {
                writer.write(0, delivery.offset(), delivery.line(), checksums[delivery.line()]);
            }
        }
        Deliveries deliveries = new Deliveries(sent, LINES, 1);
        deliveries.add(Map.of(file, beforeKill));
        return deliveries.count();
    }

    private static Delivery at(long offset, int line) {
        return new Delivery(offset, line);
    }

    @Test
    void everyLineOnceIsFlawlessAndRepeatsAfterTheKillAreAllowed() throws IOException {
        assertTrue(count(4, at(0, 0), at(1, 1), at(2, 2), at(3, 3)).isFlawless());
        Deliveries.Count repeated = count(2, at(0, 0), at(1, 1), at(1, 1), at(2, 2), at(3, 3));
        assertTrue(repeated.isFlawless());
        assertEquals(1, repeated.repeatsAfter());
    }

    @Test
    void aRepeatBeforeTheKillIsCounted() throws IOException {
        assertEquals(1, count(5, at(0, 0), at(1, 1), at(1, 1), at(2, 2), at(3, 3)).repeatsBefore());
    }

    @Test
    void aMissingLineIsCounted() throws IOException {
        assertEquals(1, count(3, at(0, 0), at(1, 1), at(3, 3)).missing());
    }

    @Test
    void aLineStoredTwiceIsCounted() throws IOException {
        assertEquals(
                1, count(5, at(0, 0), at(1, 1), at(2, 1), at(3, 2), at(4, 3)).storedTwice());
    }

    @Test
    void aChangedOrderIsCounted() throws IOException {
        assertFalse(count(4, at(0, 0), at(1, 2), at(2, 1), at(3, 3)).isFlawless());
        assertFalse(count(4, at(1, 1), at(0, 0), at(2, 2), at(3, 3)).isFlawless());
    }

    @Test
    void aDamagedLineIsCounted() throws IOException {
        checksums[2]++;
        Deliveries.Count count = count(4, at(0, 0), at(1, 1), at(2, 2), at(3, 3));
        assertEquals(List.of(1L, 1L), List.of(count.damaged(), count.missing()));
    }
}
