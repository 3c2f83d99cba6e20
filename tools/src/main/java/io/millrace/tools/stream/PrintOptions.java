package io.millrace.tools.stream;

import io.millrace.tools.terminal.Failure;
import io.millrace.tools.terminal.Terminal;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import picocli.CommandLine.Option;

/** How records are printed. A mixin of the verbs that do. */
final class PrintOptions {
    private final Terminal terminal;

    @Option(
            names = {"-f", "--format"},
            paramLabel = "FORMAT",
            description =
                    "%%s value, %%k key, %%t topic, %%p partition, %%o offset, %%h headers, %%T time in ms, %%I time"
                            + " in ISO, %%S %%K lengths, %%R length in four bytes, \\n \\t \\0 \\xHH")
    private String format = "";

    @Option(
            names = {"-K", "--key-delimiter"},
            paramLabel = "TEXT",
            description = "prints keys, and this between key and value")
    private String keyDelimiter = "";

    @Option(
            names = {"-D", "--delimiter"},
            paramLabel = "TEXT",
            defaultValue = "\\n",
            description = "behind each record; default \\n")
    private String delimiter = "";

    @Option(names = "--null", paramLabel = "TEXT", description = "for a missing key or value; default nothing")
    private String nothing = "";

    @Option(
            names = {"-J", "--json"},
            description = "a line of JSON per record, which produce --json reads back byte for byte")
    private boolean json;

    @Option(names = "--frames", description = "lengths in front of all parts: produce --frames reads any bytes back")
    private boolean frames;

    @Option(names = "--raw", description = "values as they are, and nothing between them")
    private boolean raw;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "text|json|frames|raw",
            hidden = true)
    private String output = "text";

    @Option(names = "--utc", description = "%%I in UTC instead of local time")
    private boolean utc;

    @Option(names = "--binary", description = "prints bytes that are no text even on a terminal")
    private boolean binary;

    PrintOptions(Terminal terminal) {
        this.terminal = terminal;
    }

    /** For wrappers whose options have other names. */
    void set(String ownFormat, String ownNothing) {
        format = ownFormat;
        nothing = ownNothing;
    }

    /** @throws Failure for options that exclude each other, or a format that is none */
    RecordFormat recordFormat() {
        RecordFormat chosen = unguarded();
        return isGuarded() ? new TerminalFormat(chosen) : chosen;
    }

    /** For those who print later. */
    RecordFormat unguarded() {
        switch (output) {
            case "json" -> json = true;
            case "frames" -> frames = true;
            case "raw" -> raw = true;
            case "text", "table" -> {}
            default -> throw Failure.usage("'" + output + "' is no form of records; it is text, json, frames or raw");
        }
        List<Boolean> chosen = List.of(!format.isEmpty(), json, frames, raw, !keyDelimiter.isEmpty());
        if (chosen.stream().filter(is -> is).count() > 1) {
            throw Failure.usage("--format, --json, --frames, --raw and --key-delimiter exclude each other");
        }
        return json ? new JsonLines() : frames ? new Frames() : raw ? RecordFormat.raw() : text();
    }

    private RecordFormat text() {
        String whole = format;
        if (whole.isEmpty()) {
            String key = keyDelimiter.isEmpty() ? "" : "%k" + keyDelimiter.replace("%", "%%");
            whole = key + "%s" + delimiter.replace("%", "%%");
        }
        try {
            return FormatString.compile(whole, nothing, utc ? ZoneOffset.UTC : ZoneId.systemDefault());
        } catch (IllegalArgumentException e) {
            throw Failure.usage(e.getMessage());
        }
    }

    /** Whether a person looks on. */
    private boolean isGuarded() {
        return terminal.ends().out();
    }

    ByteSink sink() {
        return isGuarded() && !binary
                ? new ByteSink(Stdio.out(terminal), new BinaryGuard())
                : new ByteSink(Stdio.out(terminal));
    }
}
