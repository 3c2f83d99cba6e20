package io.millrace.tools.group;

import io.millrace.tools.terminal.Units;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Moments as people write them: ISO, without a zone in the local one, milliseconds since 1970, or a span ago: -2h. */
final class Times {
    private Times() {}

    /** @throws IllegalArgumentException if it is none of these */
    static Instant parse(String text, Instant now, ZoneId zone) {
        if (text.startsWith("-")) {
            return ago(text, now);
        }
        if (text.matches("\\d{11,15}")) {
            return Instant.ofEpochMilli(Long.parseLong(text));
        }
        String iso = text.replace(' ', 'T');
        List<Function<String, Instant>> forms = List.of(
                word -> OffsetDateTime.parse(word).toInstant(),
                word -> LocalDateTime.parse(word).atZone(zone).toInstant(),
                word -> LocalDate.parse(word).atStartOfDay(zone).toInstant());
        return forms.stream()
                .flatMap(form -> read(form, iso).stream())
                .filter(Times::hasMillis)
                .findFirst()
                .orElseThrow(() -> noTime(text));
    }

    private static Instant ago(String text, Instant now) {
        try {
            return now.minus(Units.parseDuration(text.substring(1)));
        } catch (DateTimeException | ArithmeticException e) {
            throw noTime(text);
        }
    }

    /** As the protocol needs it. */
    private static boolean hasMillis(Instant time) {
        return Math.abs(time.getEpochSecond()) < Long.MAX_VALUE / 1000;
    }

    private static IllegalArgumentException noTime(String text) {
        return new IllegalArgumentException("'" + text
                + "' is no time; write such as 2026-11-26T15:00:00Z, 2026-11-26, milliseconds since 1970, or -2h");
    }

    private static Optional<Instant> read(Function<String, Instant> form, String text) {
        try {
            return Optional.of(form.apply(text));
        } catch (DateTimeParseException e) {
            return Optional.empty(); // another form, then
        }
    }
}
