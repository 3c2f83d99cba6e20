package io.millrace.broker.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 6, unit = TimeUnit.MINUTES)
final class MainJobIT {
    @TempDir
    private Path directory;

    @Test
    void everyLineArrivesInOrderAndNothingAcknowledgedIsLostWhenProcessesAreKilled() throws IOException {
        int lines = Integer.getInteger("main.job.lines", 1_000_000);
        long seed = Seed.forTest("MainJobIT");

        MainJob.Outcome outcome = MainJob.run(directory, lines, seed, System.out);

        assertTrue(outcome.group().isFlawless(), outcome::toString);
        assertEquals(lines, outcome.group().distinct());
        assertTrue(outcome.crashes().isFlawless(), outcome::toString);
        assertTrue(outcome.crashes().acked() >= 8_000, outcome::toString);
    }
}
