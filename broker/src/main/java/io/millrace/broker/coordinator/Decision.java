package io.millrace.broker.coordinator;

import java.util.List;

/**
 * What a command comes to: records to append, and what to do once they are appended and applied, still in its turn.
 *
 * @param records one batch, all or nothing; none for a command that only reads
 * @param mayBeRefused whether {@code then} happens even where the log refuses the records, as it must when memory has
 *     moved on already (a member has left) and the record is a note of that
 * @param then answers, mostly
 * @param <T> the shard's records
 */
public record Decision<T>(List<T> records, boolean mayBeRefused, Runnable then) {
    public Decision {
        records = List.copyOf(records);
    }

    /** Nothing to write. */
    public static <T> Decision<T> nothing() {
        return new Decision<>(List.of(), true, () -> {});
    }

    /** These records, or none of it: where the log refuses them the command is answered with its reason. */
    public static <T> Decision<T> write(List<T> records, Runnable then) {
        return new Decision<>(records, false, then);
    }

    /** These records if the log takes them; memory has moved on in any case. */
    public static <T> Decision<T> note(List<T> records) {
        return new Decision<>(records, true, () -> {});
    }
}
