package io.millrace.broker.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.broker.log.LeaderEpochs.EpochEnd;
import io.millrace.broker.log.LeaderEpochs.EpochStart;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LeaderEpochsTest {
    @TempDir
    Path directory;

    private LeaderEpochs epochs;

    @BeforeEach
    void assign() throws Exception {
        epochs = LeaderEpochs.empty(directory);
        epochs.assign(2, 10);
        epochs.assign(5, 20);
        epochs.assign(7, 35);
    }

    @Test
    void theFileIsAsKafkaWritesIt() throws Exception {
        assertEquals("0\n3\n2 10\n5 20\n7 35\n", Files.readString(directory.resolve("leader-epoch-checkpoint")));
        assertEquals(epochs.all(), LeaderEpochs.load(directory).all());
    }

    @Test
    void anEpochEndsWhereTheNextKnownOneBegins() {
        assertEquals(Optional.of(new EpochEnd(2, 20)), epochs.endOffsetFor(2, 50));
        assertEquals(Optional.of(new EpochEnd(2, 20)), epochs.endOffsetFor(4, 50));
        assertEquals(Optional.of(new EpochEnd(5, 35)), epochs.endOffsetFor(6, 50));
        assertEquals(Optional.of(new EpochEnd(7, 50)), epochs.endOffsetFor(7, 50));
    }

    @Test
    void anEpochOlderThanAllEndsWhereTheFirstKnownOneBegins() {
        assertEquals(Optional.of(new EpochEnd(1, 10)), epochs.endOffsetFor(1, 50));
    }

    @Test
    void anEpochNewerThanAllIsNotKnown() {
        assertEquals(Optional.empty(), epochs.endOffsetFor(8, 50));
        assertEquals(Optional.empty(), LeaderEpochs.empty(directory).endOffsetFor(0, 0));
    }

    @Test
    void everyOffsetHasTheEpochItWasWrittenIn() {
        assertEquals(OptionalInt.empty(), epochs.epochOf(9));
        assertEquals(OptionalInt.of(2), epochs.epochOf(19));
        assertEquals(OptionalInt.of(5), epochs.epochOf(20));
        assertEquals(OptionalInt.of(7), epochs.epochOf(1000));
    }

    @Test
    void olderEpochsAndNoneAreNotAssigned() throws Exception {
        epochs.assign(7, 40);
        epochs.assign(6, 40);
        epochs.assign(-1, 40);

        assertEquals(3, epochs.all().size());
    }

    @Test
    void anEpochInWhichNothingWasWrittenGivesWayToTheNext() throws Exception {
        epochs.assign(9, 35);

        assertEquals(List.of(new EpochStart(2, 10), new EpochStart(5, 20), new EpochStart(9, 35)), epochs.all());
    }

    @Test
    void cuttingTheEndForgetsEpochsThatBeganThere() throws Exception {
        epochs.truncateFromEnd(35);
        assertEquals(OptionalInt.of(5), epochs.latest());
        epochs.truncateFromEnd(21);
        assertEquals(OptionalInt.of(5), epochs.latest());
        epochs.truncateFromEnd(20);
        assertEquals(OptionalInt.of(2), epochs.latest());
        assertEquals(epochs.all(), LeaderEpochs.load(directory).all());
    }

    @Test
    void raisingTheStartKeepsTheEpochThatGoesOn() throws Exception {
        epochs.truncateFromStart(25);
        assertEquals(List.of(new EpochStart(5, 25), new EpochStart(7, 35)), epochs.all());
        epochs.truncateFromStart(35);
        assertEquals(List.of(new EpochStart(7, 35)), epochs.all());
        epochs.truncateFromStart(90);
        assertEquals(List.of(new EpochStart(7, 90)), epochs.all());
        assertEquals(epochs.all(), LeaderEpochs.load(directory).all());
    }

    @Test
    void aDamagedFileIsNoticed() throws Exception {
        Path file = directory.resolve("leader-epoch-checkpoint");
        byte[] whole = Files.readAllBytes(file);
        for (String wrong : List.of(
                "",
                "0\n",
                "1\n0\n",
                "0\n2\n1 1\n",
                "0\n1\nx 1\n",
                "0\n1\n1\n",
                "0\n2\n5 10\n4 20\n",
                "0\n2\n4 10\n5 9\n")) {
            Files.writeString(file, wrong);
            assertThrows(MalformedCheckpointException.class, () -> LeaderEpochs.load(directory), wrong);
        }
        for (int cut = 0; cut < whole.length - 2; cut++) {
            Files.write(file, Arrays.copyOf(whole, cut));
            assertThrows(MalformedCheckpointException.class, () -> LeaderEpochs.load(directory), "cut at " + cut);
        }
        Files.delete(file);
        assertTrue(LeaderEpochs.load(directory).all().isEmpty());
    }
}
