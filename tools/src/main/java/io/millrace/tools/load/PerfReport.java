package io.millrace.tools.load;

import io.millrace.tools.terminal.Failure;
import io.millrace.tools.terminal.Output;
import io.millrace.tools.terminal.Sheet;
import io.millrace.tools.terminal.Terminal;
import io.millrace.tools.terminal.Units;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What a measurement says in the end, and where. A mixin of its verbs. */
final class PerfReport {
    private final Terminal terminal;

    @Option(names = "--svg", paramLabel = "FILE", description = "draws the distribution of latencies into a file")
    private String svg = "";

    @Option(names = "--hgrm", paramLabel = "FILE", description = "writes percentiles as HdrHistogram's tools read them")
    private String hgrm = "";

    @Option(names = "--as", hidden = true, description = "for Kafka's names: prints the line that these print")
    private KafkaLines.As as = KafkaLines.As.OURS;

    @Mixin
    private Output output;

    PerfReport(Terminal terminal) {
        this.terminal = terminal;
    }

    /**
     * @param what was measured, for the heading of a picture
     * @param latency what the latencies are of
     * @param more fields in front of the others
     */
    void tell(String what, String latency, Map<String, Object> more, Meter meter, double seconds) throws IOException {
        Distribution distribution = meter.latencies();
        if (as != KafkaLines.As.OURS) {
            KafkaLines.of(as, meter, distribution, seconds).forEach(terminal.out()::println);
            terminal.out().flush();
            return;
        }
        Sheet sheet = new Sheet();
        more.forEach(sheet::field);
        sheet.field("records", meter.records(), Units.count(meter.records()))
                .bytes("bytes", meter.bytes())
                .field("seconds", rounded(seconds), String.format(Locale.ROOT, "%.2f", seconds))
                .field(
                        "recordsPerSecond",
                        rounded(meter.records() / seconds),
                        Units.count(Math.round(meter.records() / seconds)))
                .field("bytesPerSecond", rounded(meter.bytes() / seconds), Units.bytes(meter.bytes() / seconds) + "/s");
        if (meter.failures() > 0) {
            sheet.field("failures", meter.failures(), Units.count(meter.failures()));
        }
        if (distribution.count() > 0) {
            Map<String, Object> fields = new LinkedHashMap<>(distribution.fields());
            sheet.field(
                    "latencyMs",
                    fields,
                    fields.keySet().stream()
                                    .map(name -> name + " " + Distribution.shown((Double) fields.get(name)))
                                    .collect(Collectors.joining("  "))
                            + "  (" + latency + ")");
            if (output.isForPeople()) {
                sheet.note(String.join(System.lineSeparator(), TextPicture.of(distribution)));
            }
        }
        output.sheet(sheet);
        write(what, distribution);
    }

    private static double rounded(double value) {
        return Math.round(value * 1000) / 1000.0;
    }

    private void write(String what, Distribution distribution) throws IOException {
        try {
            if (!svg.isEmpty()) {
                Files.writeString(Path.of(svg), SvgPicture.of(distribution, what));
                terminal.err().println("The picture is in " + svg);
            }
            if (!hgrm.isEmpty()) {
                try (PrintStream out = new PrintStream(hgrm, StandardCharsets.UTF_8)) {
                    distribution.histogram().outputPercentileDistribution(out, 1e6);
                }
                terminal.err().println("The percentiles are in " + hgrm);
            }
        } catch (IOException e) {
            throw Failure.of("Cannot write " + e.getMessage());
        }
    }
}
