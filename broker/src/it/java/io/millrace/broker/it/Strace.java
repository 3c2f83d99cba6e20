package io.millrace.broker.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assumptions;

/**
 * Has system calls of a running process fail, wait, or be its last, by strace. Calls are counted for each thread by itself.
 * Where strace is not there or not allowed a test is skipped, and says why.
 *
 * <p>Threading: one thread uses it.
 */
final class Strace implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** In which strace lets go by itself; one whose process is dying may not. */
    private static final long TO_LET_GO_S = 3;

    private final Process strace;
    private final Path calls;
    private final Path messages;

    private Strace(Process strace, Path calls, Path messages) {
        this.strace = strace;
        this.calls = calls;
        this.messages = messages;
    }

    /** Skips the test where this cannot be used. */
    static void assumeUsable() {
        String reason;
        try {
            Process tried = new ProcessBuilder("strace", "-o", "/dev/null", "true")
                    .redirectErrorStream(true)
                    .start();
            String output = new String(tried.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
            reason = tried.waitFor() == 0 ? "" : output.strip();
        } catch (IOException e) {
            reason = e.getMessage();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        if (!reason.isEmpty()) {
            System.out.println("SKIPPED: no strace here: " + reason);
            Assumptions.abort(reason);
        }
    }

    /**
     * Begins; returns once all threads of the process are under it.
     *
     * @param calls names of system calls, with commas between
     * @param fault as after {@code inject=CALLS:}, such as {@code error=EIO:when=1}
     */
    static Strace attach(long pid, String calls, String fault) {
        try {
            Path said = Files.createTempFile("strace", ".out");
            Path messages = Files.createTempFile("strace", ".err");
            List<String> command = new ArrayList<>(List.of("strace", "-f", "-o", said.toString()));
            command.addAll(List.of("-e", "trace=" + calls, "-e", "signal=none"));
            command.addAll(List.of("-e", "inject=" + calls + ":" + fault, "-p", Long.toString(pid)));
            Process process =
                    new ProcessBuilder(command).redirectError(messages.toFile()).start();
            Strace strace = new Strace(process, said, messages);
            strace.awaitAttached();
            return strace;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** As {@link #attach}, for as long as something else is done. */
    static void during(long pid, String calls, String fault, Runnable work) {
        Strace strace = attach(pid, calls, fault);
        try {
            work.run();
        } finally {
            strace.close();
        }
    }

    private void awaitAttached() {
        Awaitility.await("strace attached").atMost(PATIENCE).pollInterval(Duration.ofMillis(5)).until(() -> {
            boolean attached = lines(messages).stream().anyMatch(line -> line.contains(" attached"));
            if (!attached && !strace.isAlive()) {
                throw new IllegalStateException("strace: " + lines(messages));
            }
            return attached;
        });
    }

    /** How many calls have met with the fault so far. */
    long struck() {
        return lines(calls).stream()
                .filter(line -> line.contains("(INJECTED)") || line.contains("(DELAYED)"))
                .count();
    }

    /** Waits until one has. */
    void awaitStruck() {
        Awaitility.await("a call that fails")
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(5))
                .until(() -> struck() > 0);
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Lets the process go on by itself. */
    @Override
    public void close() {
        strace.destroy();
        try {
            if (!strace.waitFor(TO_LET_GO_S, TimeUnit.SECONDS)) {
                strace.destroyForcibly().waitFor();
            }
            for (Path file : (Collection<Path>) List.of(calls, messages)) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
