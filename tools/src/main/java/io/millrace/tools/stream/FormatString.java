package io.millrace.tools.stream;

import io.millrace.client.consumer.ConsumerRecord;
import io.millrace.protocol.record.RecordHeader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/**
 * A format of text with places in it, as kcat has them:
 *
 * <pre>
 * %s value      %S its length, -1 for none   %R its length in four bytes
 * %k key        %K its length, -1 for none   %h headers: name=value, with commas between
 * %t topic      %p partition                 %o offset
 * %T time in ms since 1970                   %I time as 2026-11-26T14:30:00.123+01:00
 * %% a percent sign                          \n \r \t \0 \xHH \\ as in C
 * </pre>
 *
 * <p>Compiled once; a record costs its bytes. Threading: one thread's.
 */
final class FormatString implements RecordFormat {
    private static final DateTimeFormatter ISO = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSXXX");

    private static final byte[] NOTHING = {};

    /** One stretch of the output. */
    private interface Part {
        void write(ConsumerRecord record, ByteSink out) throws IOException;
    }

    private final Part[] parts;

    private FormatString(List<Part> parts) {
        this.parts = parts.toArray(new Part[0]);
    }

    /**
     * @param nothing is printed for a missing key or value
     * @throws IllegalArgumentException whose message says what is wrong
     */
    static FormatString compile(String format, String nothing, ZoneId zone) {
        List<Part> parts = new ArrayList<>();
        ByteArrayOutputStream literal = new ByteArrayOutputStream();
        byte[] none = nothing.getBytes(StandardCharsets.UTF_8);
        int at = 0;
        while (at < format.length()) {
            char c = format.charAt(at);
            if (c == '\\') {
                at = Escapes.escape(format, at + 1, literal);
            } else if (c == '%') {
                char what = at + 1 < format.length() ? format.charAt(at + 1) : ' ';
                if (what == '%') {
                    literal.write('%');
                } else {
                    end(literal, parts);
                    parts.add(part(what, none, zone, format));
                }
                at += 2;
            } else {
                int codePoint = format.codePointAt(at);
                literal.writeBytes(Character.toString(codePoint).getBytes(StandardCharsets.UTF_8));
                at += Character.charCount(codePoint);
            }
        }
        end(literal, parts);
        return new FormatString(parts);
    }

    private static void end(ByteArrayOutputStream literal, List<Part> parts) {
        if (literal.size() > 0) {
            byte[] bytes = literal.toByteArray();
            parts.add((record, out) -> out.put(bytes));
            literal.reset();
        }
    }

    private static Part part(char what, byte[] none, ZoneId zone, String format) {
        return switch (what) {
            case 's' ->
                (record, out) -> {
                    if (record.hasValue()) {
                        out.value(record);
                    } else {
                        out.put(none);
                    }
                };
            case 'k' ->
                (record, out) -> {
                    if (record.hasKey()) {
                        out.key(record);
                    } else {
                        out.put(none);
                    }
                };
            case 'S' -> (record, out) -> out.decimal(record.hasValue() ? record.valueSize() : -1);
            case 'K' -> (record, out) -> out.decimal(record.hasKey() ? record.keySize() : -1);
            case 'R' -> (record, out) -> out.number32(record.hasValue() ? record.valueSize() : -1);
            case 't' -> (record, out) -> out.put(record.topic());
            case 'p' -> (record, out) -> out.decimal(record.partition());
            case 'o' -> (record, out) -> out.decimal(record.offset());
            case 'T' -> (record, out) -> out.decimal(record.timestamp());
            case 'I' -> (record, out) -> out.put(iso(record.timestamp(), zone));
            case 'h' -> FormatString::headers;
            case 'H' -> (record, out) -> kafkaHeaders(record, none, out);
            default ->
                throw new IllegalArgumentException("'" + format + "': %" + what
                        + " is no place; there are %s %k %t %p %o %h %T %I %S %K %R and %%");
        };
    }

    private static String iso(long timestamp, ZoneId zone) {
        return timestamp < 0
                ? "-"
                : ISO.format(Instant.ofEpochMilli(timestamp)
                        .truncatedTo(ChronoUnit.MILLIS)
                        .atZone(zone));
    }

    private static void headers(ConsumerRecord record, ByteSink out) throws IOException {
        headers(record.headers(), '=', NOTHING, out);
    }

    /** As Kafka's console consumer prints them, for its wrapper. */
    private static void kafkaHeaders(ConsumerRecord record, byte[] none, ByteSink out) throws IOException {
        List<RecordHeader> headers = record.headers();
        if (headers.isEmpty()) {
            out.put("NO_HEADERS");
        }
        headers(headers, ':', none, out);
    }

    private static void headers(List<RecordHeader> headers, char between, byte[] none, ByteSink out)
            throws IOException {
        boolean first = true;
        for (RecordHeader header : headers) {
            if (!first) {
                out.put((byte) ',');
            }
            first = false;
            out.put(header.key());
            out.put((byte) between);
            out.put(header.value().isPresent() ? header.value().get().toArray() : none);
        }
    }

    @Override
    public void write(ConsumerRecord record, ByteSink out) throws IOException {
        for (Part part : parts) {
            part.write(record, out);
        }
    }
}
