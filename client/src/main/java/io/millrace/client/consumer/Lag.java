package io.millrace.client.consumer;

import java.time.Duration;

/**
 * How far a consumer is behind.
 *
 * @param records between its position and the end that it may see, as far as the last answer of the leader told
 * @param time the age of the last record that was handed out, while there are more behind it; zero if there are none
 */
public record Lag(long records, Duration time) {
    static final Lag NOTHING = new Lag(0, Duration.ZERO);

    /** Records add up; of times the longer one counts. */
    Lag and(Lag other) {
        return new Lag(records + other.records, time.compareTo(other.time) >= 0 ? time : other.time);
    }
}
