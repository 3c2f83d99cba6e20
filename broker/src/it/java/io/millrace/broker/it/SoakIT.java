package io.millrace.broker.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 6, unit = TimeUnit.MINUTES)
final class SoakIT {
    @TempDir
    private Path directory;

    @Test
    void aMinuteOfEverythingAtOnceLosesNothingAndLetsNothingGrow() throws IOException, InterruptedException {
        int seconds = Integer.getInteger("soak.seconds", 60);
        SoakFindings findings = Soak.run(directory, seconds, Seed.forTest("SoakIT"), System.out);
        assertEquals(List.of(), findings.sentences());
    }
}
