package io.millrace.client.net;

/** Which of a client's connections to one broker: answers come in order, so what waits there holds up what is behind it. */
public enum Lane {
    /** Requests that a broker answers at once, and Produce. */
    MAIN,
    /** Requests of a group to its coordinator: a join waits for the other members. */
    COORDINATOR,
    /** Fetches, which wait for records. */
    FETCH
}
