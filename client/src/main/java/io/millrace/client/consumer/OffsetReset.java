package io.millrace.client.consumer;

import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.Optional;

/**
 * {@code auto.offset.reset}: where to read on when there is no position, or the one there is points at nothing.
 *
 * @param kind what to do
 * @param age with {@link Kind#BY_DURATION}: how far back from now (KIP-1106)
 */
public record OffsetReset(Kind kind, Duration age) {
    private static final String BY_DURATION = "by_duration:";

    /** At the first record that is still there. */
    public static final OffsetReset EARLIEST = new OffsetReset(Kind.EARLIEST, Duration.ZERO);

    /** Behind the last record. */
    public static final OffsetReset LATEST = new OffsetReset(Kind.LATEST, Duration.ZERO);

    /** Nowhere: {@code poll} throws. */
    public static final OffsetReset NONE = new OffsetReset(Kind.NONE, Duration.ZERO);

    /** What to do. */
    public enum Kind {
        EARLIEST,
        LATEST,
        BY_DURATION,
        NONE
    }

    /** At the first record that is no older than this. */
    public static OffsetReset byDuration(Duration age) {
        return new OffsetReset(Kind.BY_DURATION, age);
    }

    static OffsetReset parse(String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        if (lower.startsWith(BY_DURATION)) {
            try {
                return byDuration(Duration.parse(text.substring(BY_DURATION.length())));
            } catch (DateTimeParseException e) {
                throw new IllegalArgumentException(text, e);
            }
        }
        return switch (lower) {
            case "earliest" -> EARLIEST;
            case "latest" -> LATEST;
            case "none" -> NONE;
            default -> throw new IllegalArgumentException(text);
        };
    }

    /** The position that it means now; empty for none. */
    Optional<Position> position() {
        return switch (kind) {
            case EARLIEST -> Optional.of(Position.earliest());
            case LATEST -> Optional.of(Position.latest());
            case BY_DURATION -> Optional.of(Position.atTime(Instant.now().minus(age)));
            case NONE -> Optional.empty();
        };
    }
}
