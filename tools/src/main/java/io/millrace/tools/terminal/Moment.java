package io.millrace.tools.terminal;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A place in a partition, as people say it: at an end, an offset, so many records in front of the end, or a time. */
public sealed interface Moment {
    /** How it may be said, for a message. */
    String FORMS = "earliest, latest, an offset, -N (the last N of each partition), a time such as"
            + " 2026-11-26T14:30, 14:30, '2h ago' or yesterday, or @ and seconds since 1970";

    /** The first record there is. */
    record Earliest() implements Moment {}

    /** Behind the last record. */
    record Latest() implements Moment {}

    /** An offset. */
    record Offset(long offset) implements Moment {}

    /** So many records in front of the end of each partition. */
    record Last(long records) implements Moment {}

    /** The first record from this time on. */
    record At(Instant time) implements Moment {}

    /**
     * Reads one.
     *
     * @param now with the zone of times that name none
     * @throws IllegalArgumentException whose message says what would do
     */
    static Moment parse(String text, ZonedDateTime now) {
        String said = text.trim().toLowerCase(Locale.ROOT);
        try {
            Moment moment = Forms.parse(said, now);
            if (moment instanceof At at && !Forms.hasMillis(at.time())) {
                throw new DateTimeException(said);
            }
            return moment;
        } catch (DateTimeException | ArithmeticException | NumberFormatException e) {
            throw new IllegalArgumentException("'" + text + "' is no place in a topic; say " + FORMS);
        }
    }

    /** The forms, one by one. */
    final class Forms {
        private static final Pattern AGO = Pattern.compile("((?:\\d+\\s*[a-z]+\\s*)+?)(?:\\s*\\bago)?");
        private static final Pattern PART = Pattern.compile("(\\d+)\\s*([a-z]+)\\s*");
        private static final Pattern CLOCK = Pattern.compile("\\d{1,2}:\\d\\d(:\\d\\d(\\.\\d{1,9})?)?");
        private static final Pattern DATE = Pattern.compile("\\d{4}-\\d\\d-\\d\\d");

        /** More digits than seconds since 1970 have for the next three thousand years. */
        private static final long SURELY_MILLIS = 100_000_000_000L;

        private Forms() {}

        /** As the protocol needs it. */
        private static boolean hasMillis(Instant time) {
            return Math.abs(time.getEpochSecond()) < Long.MAX_VALUE / 1000;
        }

        private static Moment parse(String said, ZonedDateTime now) {
            switch (said) {
                case "earliest", "beginning", "oldest", "start" -> {
                    return new Earliest();
                }
                case "latest", "end", "newest" -> {
                    return new Latest();
                }
                case "now" -> {
                    return new At(now.toInstant());
                }
                case "today" -> {
                    return new At(now.toLocalDate().atStartOfDay(now.getZone()).toInstant());
                }
                case "yesterday" -> {
                    return new At(now.toLocalDate()
                            .minusDays(1)
                            .atStartOfDay(now.getZone())
                            .toInstant());
                }
                default -> {
                    return said.matches("\\d+") ? new Offset(Long.parseLong(said)) : other(said, now);
                }
            }
        }

        private static Moment other(String said, ZonedDateTime now) {
            if (said.matches("-\\d+")) {
                return new Last(Long.parseLong(said.substring(1)));
            }
            if (said.matches("@\\d+")) {
                long number = Long.parseLong(said.substring(1));
                return new At(
                        Instant.ofEpochMilli(number >= SURELY_MILLIS ? number : Math.multiplyExact(number, 1000L)));
            }
            Matcher ago = AGO.matcher(said);
            return new At(ago.matches() ? now.toInstant().minus(duration(ago.group(1))) : time(said, now));
        }

        private static Duration duration(String text) {
            Duration all = Duration.ZERO;
            Matcher part = PART.matcher(text);
            while (part.find()) {
                all = all.plus(unit(part.group(2)).multipliedBy(Long.parseLong(part.group(1))));
            }
            return all;
        }

        private static Duration unit(String name) {
            return switch (name) {
                case "ms", "millis", "milliseconds" -> Duration.ofMillis(1);
                case "s", "sec", "secs", "second", "seconds" -> Duration.ofSeconds(1);
                case "m", "min", "mins", "minute", "minutes" -> Duration.ofMinutes(1);
                case "h", "hour", "hours" -> Duration.ofHours(1);
                case "d", "day", "days" -> Duration.ofDays(1);
                case "w", "week", "weeks" -> Duration.ofDays(7);
                default -> throw new DateTimeException(name);
            };
        }

        private static Instant time(String said, ZonedDateTime now) {
            if (CLOCK.matcher(said).matches()) {
                String full = said.indexOf(':') == 1 ? "0" + said : said;
                return LocalTime.parse(full)
                        .atDate(now.toLocalDate())
                        .atZone(now.getZone())
                        .toInstant();
            }
            if (DATE.matcher(said).matches()) {
                return LocalDate.parse(said).atStartOfDay(now.getZone()).toInstant();
            }
            String iso = said.toUpperCase(Locale.ROOT).replaceFirst("^(\\d{4}-\\d\\d-\\d\\d) +", "$1T");
            boolean hasZone = iso.matches(".*(Z|[+-]\\d\\d(:?\\d\\d)?)$") && iso.contains("T");
            if (hasZone) {
                return OffsetDateTime.parse(iso).toInstant();
            }
            return LocalDateTime.parse(iso).atZone(now.getZone()).toInstant();
        }
    }
}
