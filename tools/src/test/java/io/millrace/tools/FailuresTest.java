package io.millrace.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.millrace.tools.terminal.Terminal;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** A disk that is full is no bug: one line, and no stack trace. */
class FailuresTest {
    @Command(name = "any")
    private static final class Any {}

    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final Failures failures = new Failures(new Terminal(
            new ByteArrayInputStream(new byte[0]),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            Terminal.Ends.NONE,
            100,
            Map.of(),
            Path.of("")));

    private int handle(Exception failure) throws Exception {
        CommandLine command = new CommandLine(new Any());
        return failures.handleExecutionException(failure, command, command.parseArgs());
    }

    private void assertTells(String line, Exception failure) throws Exception {
        err.reset();
        assertEquals(1, handle(failure));
        assertEquals("millrace: " + line + "\n", err.toString(StandardCharsets.UTF_8));
    }

    @Test
    void filesAndPipesThatFailAreToldInOneLine() throws Exception {
        IOException full = new IOException("No space left on device");
        assertTells("Reading or writing failed: No space left on device", full);
        assertTells("Reading or writing failed: No space left on device", new UncheckedIOException(full));
        assertTells("No permission for data/access-0", new AccessDeniedException("data/access-0"));
        assertTells("There is no data/access-0 (any more)", new NoSuchFileException("data/access-0"));
        assertTells("Reading or writing failed: a\\u001bb", new IOException("a\u001bb"));
    }

    @Test
    void aBugKeepsItsTrace() {
        assertThrows(IllegalStateException.class, () -> handle(new IllegalStateException("a bug")));
    }
}
