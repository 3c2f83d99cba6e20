package io.millrace.client.producer;

import io.millrace.client.MillraceException;

/** Who has to have a record before it counts as sent. */
public enum Acks {
    /** {@code acks=0}: nobody; its outcome is that the socket has taken it. */
    NONE(0),
    /** {@code acks=1}: the partition's leader. */
    LEADER(1),
    /** {@code acks=all}: all replicas that are in sync. */
    ALL(-1);

    private final short wire;

    Acks(int wire) {
        this.wire = (short) wire;
    }

    short wire() {
        return wire;
    }

    /** Reads what Kafka's key {@code acks} may be. */
    static Acks parse(String text) {
        return switch (text) {
            case "0" -> NONE;
            case "1" -> LEADER;
            case "all", "-1" -> ALL;
            default -> throw MillraceException.invalid("acks is '" + text + "'; it must be 0, 1 or all");
        };
    }
}
