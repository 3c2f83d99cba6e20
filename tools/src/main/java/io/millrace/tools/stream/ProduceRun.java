package io.millrace.tools.stream;

import io.millrace.client.MillraceException;
import io.millrace.client.producer.Producer;
import io.millrace.tools.connect.Cluster;
import io.millrace.tools.terminal.Failure;
import io.millrace.tools.terminal.Interruption;
import io.millrace.tools.terminal.Progress;
import io.millrace.tools.terminal.Terminal;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Function;

/**
 * One {@code produce} under way: sends all inputs, and says what was acknowledged, however it ends.
 *
 * <p>Threading: one thread's, but for the reading, which a thread of the JVM's may stop.
 */
final class ProduceRun {
    private static final Duration TO_FLUSH = Duration.ofMinutes(3);

    private final Terminal terminal;
    private final Plan plan;
    private final Acknowledged acknowledged = new Acknowledged();
    private final Sending sending;
    private final long startNs = System.nanoTime();
    private volatile ReadableByteChannel open;

    /**
     * What is to be sent.
     *
     * @param input makes records of what is read
     * @param most records
     * @param quiet whether nothing is said if all is well
     */
    record Plan(
            String topic,
            InputFiles files,
            Function<ReadableByteChannel, RecordInput> input,
            long most,
            boolean quiet) {}

    ProduceRun(Terminal terminal, Producer producer, Sending.Common common, Plan plan) {
        this.terminal = terminal;
        this.plan = plan;
        this.sending = new Sending(plan.topic(), producer, acknowledged, common);
    }

    /** Gives the exit code. */
    int run() throws IOException {
        try (Interruption interruption = Interruption.watch(this::stopReading, TO_FLUSH)) {
            String wrong = read(interruption);
            try {
                sending.flush(TO_FLUSH);
            } catch (MillraceException e) {
                wrong = wrong.isEmpty() ? Cluster.explanation(e) : wrong;
            }
            tell(interruption, !wrong.isEmpty());
            if (!wrong.isEmpty()) {
                throw Failure.of(wrong);
            }
            acknowledged.firstFailure().ifPresent(why -> {
                throw Cluster.explained(why);
            });
            return 0;
        }
    }

    private void tell(Interruption interruption, boolean isWrong) {
        SendReport report = new SendReport(
                plan.topic(), acknowledged, sending.sent(), sending.bytes(), System.nanoTime() - startNs);
        if (!plan.quiet() || interruption.isRequested() || isWrong || report.failed()) {
            terminal.err().println(report.line(interruption.isRequested()));
        }
    }

    /** Reads and sends until something ends it; says what was wrong, if anything. */
    private String read(Interruption interruption) throws IOException {
        try (Progress progress = Progress.ofBytes(terminal, "Sent", plan.files().bytes())) {
            if (plan.files().paths().isEmpty()) {
                read(Stdio.in(terminal), 0, interruption, progress);
            }
            long before = 0;
            for (Path file : plan.files().paths()) {
                try (FileChannel in = FileChannel.open(file)) {
                    before += read(in, before, interruption, progress);
                }
            }
            return "";
        } catch (BadInputException e) {
            return "The input is wrong: " + e.getMessage();
        } catch (ClosedChannelException e) {
            return ""; // interrupted
        } catch (MillraceException e) {
            return Cluster.explanation(e);
        } catch (IOException e) {
            return "The input cannot be read: " + e.getMessage();
        }
    }

    /**
     * One of the inputs.
     *
     * @param before bytes of those before it
     * @return its own bytes
     */
    private long read(ReadableByteChannel in, long before, Interruption interruption, Progress progress)
            throws IOException {
        open = in;
        boolean shows = !terminal.ends().in() || !plan.files().paths().isEmpty();
        RecordInput input = plan.input().apply(in);
        sending.run(input, plan.most(), interruption::isRequested, read -> {
            if (shows) {
                progress.to(before + read);
            }
        });
        return input.position();
    }

    /** By another thread: the reader may be waiting for a byte. */
    private void stopReading() {
        try {
            if (open != null) {
                open.close();
            }
        } catch (IOException e) {
            terminal.err().println("millrace: " + e.getMessage());
        }
    }
}
