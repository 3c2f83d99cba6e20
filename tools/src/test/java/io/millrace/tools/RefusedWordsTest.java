package io.millrace.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What cannot be is said before any cluster is asked: none answers here. */
final class RefusedWordsTest {
    @TempDir
    private Path home;

    private void assertRefused(String line, String part) {
        Prompt.Result result =
                Prompt.in(home).with("MILLRACE_BOOTSTRAP", "127.0.0.1:1").run(line);
        assertEquals(2, result.code(), () -> line + ": " + result.err());
        assertTrue(result.err().contains(part), () -> line + ": " + result.err());
        assertEquals(1, result.err().lines().count(), result::err);
    }

    @Test
    void produceRefusesWhatWouldDoNothing() throws IOException {
        Path there = Files.writeString(home.resolve("there"), "a\n");
        assertRefused("produce access -n -1", "--count is -1; it must be 0 at least");
        assertRefused("produce access --keep-partitions", "--keep-partitions needs --json or --frames");
        assertRefused("produce access --json --null x", "are for lines");
        assertRefused("produce access " + there + " " + home.resolve("missing"), "There is no file");
        assertRefused("produce access " + there + " " + home, "is a directory");
    }

    @Test
    void kafkasConsoleToolsRefuseWhatWouldDoNothing() {
        assertRefused("kafka-console-producer --topic t --property null.maker=X", "did you mean 'null.marker'?");
        assertRefused("kafka-console-producer --topic t --line-reader com.example.AvroReader", "cannot be loaded here");
        assertRefused("kafka-console-consumer --topic t --property print.keys=true", "did you mean 'print.key'?");
        assertRefused("kafka-console-consumer --topic t --formatter com.example.Protobuf", "cannot be loaded here");
        assertRefused(
                "kafka-console-consumer --topic t --value-deserializer"
                        + " org.apache.kafka.common.serialization.LongDeserializer",
                "cannot be loaded here");
        assertRefused("kafka-console-consumer --topic t --property headers.separator=;", "headers.separator is ','");
    }

    @Test
    void timesPastAllClocksAreNoBugs() {
        assertRefused("consume access --idle 999999999999w", "is no time span");
        assertRefused("group seek g --to-time=-100000000000d", "is no time");
        assertRefused("log dump " + home + " -n 0", "--count is 0; it must be 1 at least");
    }
}
