package io.millrace.broker.it.age;

/**
 * A record as any release of kafka-clients can tell it.
 *
 * @param timestamp in ms; -1 from releases that know of none
 */
public record Message(int partition, long offset, long timestamp, String value) {}
