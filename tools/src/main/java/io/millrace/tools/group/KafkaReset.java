package io.millrace.tools.group;

import io.millrace.tools.terminal.Failure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import picocli.CommandLine.Option;

/** Where {@code --reset-offsets} of Kafka's script goes to. A mixin. */
final class KafkaReset {
    @Option(names = "--to-earliest")
    private boolean earliest;

    @Option(names = "--to-latest")
    private boolean latest;

    @Option(names = "--to-current")
    private boolean current;

    @Option(names = "--to-datetime")
    private String dateTime = "";

    @Option(names = "--by-duration")
    private String duration = "";

    @Option(names = "--to-offset")
    private String offset = "";

    @Option(names = "--shift-by")
    private String shift = "";

    @Option(names = "--from-file")
    private Path file;

    boolean hasFile() {
        return file != null;
    }

    List<SeekTarget.Move> moves(SeekPlan plan) {
        if (file == null) {
            SeekTarget target = target(Instant.now());
            List<SeekTarget.Move> moves = plan.moves(target);
            if (target instanceof SeekTarget.Shift) {
                moves.forEach(KafkaReset::refuseWithoutPosition);
            }
            return moves;
        }
        try {
            return plan.moves(SeekFile.parse(file.toString(), Files.readAllLines(file)));
        } catch (IOException e) {
            throw Failure.usage("Cannot read positions from " + file + ": " + e.getMessage());
        }
    }

    private static void refuseWithoutPosition(SeekTarget.Move move) {
        if (move.from().isEmpty()) {
            throw Failure.of("Cannot shift the position of " + move.partition()
                    + ", since the group has none there; choose topics with --topic NAME:PARTITION,...");
        }
    }

    private SeekTarget target(Instant now) {
        try {
            if (earliest) {
                return new SeekTarget.Earliest();
            }
            if (latest) {
                return new SeekTarget.Latest();
            }
            if (current) {
                return new SeekTarget.Current();
            }
            if (!dateTime.isEmpty()) { // without a zone it is UTC there
                return new SeekTarget.Time(
                        Times.parse(dateTime, now, ZoneOffset.UTC).toEpochMilli());
            }
            if (!duration.isEmpty()) {
                return new SeekTarget.Time(now.minus(Duration.parse(duration)).toEpochMilli());
            }
            if (!offset.isEmpty()) {
                return new SeekTarget.Offset(number("--to-offset", offset));
            }
            if (!shift.isEmpty()) {
                return new SeekTarget.Shift(number("--shift-by", shift));
            }
        } catch (DateTimeException | ArithmeticException e) {
            throw Failure.usage("--by-duration '" + duration + "' is no duration; write such as PT1H30M");
        } catch (IllegalArgumentException e) {
            throw Failure.usage(e.getMessage());
        }
        throw Failure.usage("Where to? Say --to-earliest, --to-latest, --to-current, --to-datetime, --by-duration,"
                + " --to-offset, --shift-by or --from-file");
    }

    private static long number(String option, String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw Failure.usage(option + " '" + text + "' is no whole number");
        }
    }
}
