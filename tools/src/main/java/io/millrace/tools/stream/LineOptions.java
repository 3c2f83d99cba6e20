package io.millrace.tools.stream;

import io.millrace.tools.terminal.Failure;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import picocli.CommandLine.Option;

/** How records stand in lines that {@code produce} reads. A mixin. */
final class LineOptions {
    @Option(
            names = {"-K", "--key-delimiter"},
            paramLabel = "TEXT",
            description = "what stands in front of it in each record is the key")
    private String keyDelimiter = "";

    @Option(
            names = {"-D", "--delimiter"},
            paramLabel = "TEXT",
            description = "between records; default \\n")
    private String delimiter = "\\n";

    @Option(
            names = {"-Z", "--empty-is-null"},
            description = "an empty value is none, which deletes its key from a compacted topic")
    private boolean emptyIsNull;

    @Option(names = "--null", paramLabel = "TEXT", description = "a key or value that is this text is none")
    private String nothing = "";

    @Option(
            names = "--headers-delimiter",
            hidden = true,
            description = "for kafka-console-producer: behind the headers in front of each record; default no headers")
    private String headersDelimiter = "";

    @Option(names = "--headers-separator", hidden = true)
    private String headersSeparator = ",";

    @Option(names = "--headers-key-separator", hidden = true)
    private String headersKeySeparator = ":";

    @Option(names = "--lenient", hidden = true, description = "a record without its delimiters is a value")
    private boolean lenient;

    /** Whether lines are to be taken apart, which nothing else is. */
    boolean areGiven() {
        return !keyDelimiter.isEmpty() || !nothing.isEmpty() || !headersDelimiter.isEmpty();
    }

    /** @throws Failure for what cannot be */
    LineForm form() {
        try {
            return new LineForm(
                    Escapes.bytes(delimiter),
                    Escapes.bytes(keyDelimiter),
                    emptyIsNull,
                    nothing.isEmpty() ? Optional.empty() : Optional.of(nothing.getBytes(StandardCharsets.UTF_8)),
                    headersDelimiter.isEmpty()
                            ? Optional.empty()
                            : Optional.of(new LineForm.Headers(
                                    Escapes.bytes(headersDelimiter),
                                    Escapes.bytes(headersSeparator),
                                    Escapes.bytes(headersKeySeparator))),
                    lenient);
        } catch (IllegalArgumentException e) {
            throw Failure.usage(e.getMessage());
        }
    }
}
