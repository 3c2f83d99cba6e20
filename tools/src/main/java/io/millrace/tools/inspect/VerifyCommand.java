package io.millrace.tools.inspect;

import io.millrace.broker.log.SegmentCheck.Flaw;
import io.millrace.tools.terminal.Failure;
import io.millrace.tools.terminal.Output;
import io.millrace.tools.terminal.Progress;
import io.millrace.tools.terminal.Sheet;
import io.millrace.tools.terminal.Style;
import io.millrace.tools.terminal.Table;
import io.millrace.tools.terminal.Terminal;
import io.millrace.tools.terminal.Units;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace log verify}: reads every batch of a directory and says which are not as they were written. */
@Command(
        name = "verify",
        description =
                "Checks every batch and index of a data directory, a partition's directory or a segment, and says which"
                        + " batch at which position is wrong. Exit code 1 if one is. Changes nothing; a running broker's files may be"
                        + " checked, too.",
        footer = {
            "",
            "Examples:",
            "  millrace log verify data                                           all partitions",
            "  millrace log verify data/access-0                                  one",
            "  millrace log verify data/access-0/00000000000000000000.log -o json"
        })
final class VerifyCommand implements Callable<Integer> {
    private static final Table<Flaw> FLAWS = Table.<Flaw>of()
            .text("file", flaw -> flaw.file())
            .number("position", Flaw::position)
            .number("end", Flaw::end)
            .number("firstOffset", Flaw::firstOffset)
            .number("nextOffset", Flaw::nextOffset)
            .text("unfinished", Flaw::unfinished)
            .text("why", Flaw::why);

    private final Terminal terminal;

    @Parameters(paramLabel = "PATH", description = "directories or segments", arity = "1..*")
    private List<Path> paths = new ArrayList<>();

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "how many segments are read at once; default one per core")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Mixin
    private Output output;

    VerifyCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException {
        if (threads < 1) {
            throw Failure.usage("--threads is " + threads + "; it must be 1 at least");
        }
        List<LogFiles> partitions = new ArrayList<>();
        for (Path path : paths) {
            partitions.addAll(LogFiles.under(path));
        }
        Verification verification = new Verification(partitions, threads);
        long startNs = System.nanoTime();
        Verification.Verdict verdict;
        try (Progress progress = Progress.ofBytes(terminal, "Verifying", verification.bytes())) {
            verdict = verification.run(progress::to);
        }
        double seconds = Math.max(1, System.nanoTime() - startNs) / 1e9;
        if (output.isForPeople()) {
            tell(verdict, seconds, partitions.size());
        } else {
            output.sheet(new Sheet()
                    .field("partitions", partitions.size())
                    .field("segments", verdict.segments())
                    .field("bytes", verdict.bytes())
                    .field("batches", verdict.batches())
                    .field("wrong", verdict.wrong().size())
                    .field("seconds", seconds)
                    .table("flaws", FLAWS, verdict.flaws()));
        }
        return verdict.wrong().isEmpty() ? 0 : 1;
    }

    private void tell(Verification.Verdict verdict, double seconds, int partitions) {
        Style style = terminal.outStyle();
        for (Flaw flaw : verdict.flaws()) {
            String word = flaw.unfinished() ? style.warning("unfinished") : style.bad("wrong");
            terminal.out().println(word + "  " + style.bold(flaw.file().toString()) + " " + place(flaw));
            terminal.out().println("       " + flaw.why());
        }
        String read = "Read " + verdict.segments() + (verdict.segments() == 1 ? " segment" : " segments") + " of "
                + partitions + (partitions == 1 ? " partition" : " partitions") + ", " + Units.bytes(verdict.bytes())
                + " in " + Units.duration(Duration.ofMillis(Math.round(seconds * 1000))) + " ("
                + Units.bytes(verdict.bytes() / seconds) + "/s): ";
        int wrong = verdict.wrong().size();
        terminal.out()
                .println(read + Units.count(verdict.batches()) + " batches are right, "
                        + (wrong == 0
                                ? style.good("nothing is wrong")
                                : style.bad(wrong + (wrong == 1 ? " thing is wrong" : " things are wrong"))));
        terminal.out().flush();
    }

    static String place(Flaw flaw) {
        String bytes = "position " + flaw.position() + (flaw.end() > flaw.position() ? " to " + (flaw.end() - 1) : "");
        if (!flaw.file().toString().endsWith(".log")) {
            return bytes;
        }
        return bytes
                + (flaw.nextOffset() < 0
                        ? ", offset " + flaw.firstOffset() + " on"
                        : flaw.nextOffset() <= flaw.firstOffset() + 1
                                ? ", offset " + flaw.firstOffset()
                                : ", offsets " + flaw.firstOffset() + " to " + (flaw.nextOffset() - 1));
    }
}
