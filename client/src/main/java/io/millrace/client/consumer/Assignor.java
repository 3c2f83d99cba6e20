package io.millrace.client.consumer;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * {@code partition.assignment.strategy}: how the group's leader divides partitions, under the names by which kafka-clients
 * know these.
 */
public enum Assignor {
    /** Of each topic neighbouring partitions to each member. */
    RANGE("range", "RangeAssignor"),
    /** One partition after the other to one member after the other. */
    ROUND_ROBIN("roundrobin", "RoundRobinAssignor"),
    /** Evenly, with as few moves as possible (KIP-54). */
    STICKY("sticky", "StickyAssignor"),
    /** As sticky, and members go on reading what they keep (KIP-429). */
    COOPERATIVE_STICKY("cooperative-sticky", "CooperativeStickyAssignor");

    private static final String PACKAGE = "org.apache.kafka.clients.consumer.";

    private final String wireName;
    private final String className;

    Assignor(String wireName, String className) {
        this.wireName = wireName;
        this.className = className;
    }

    /** As members tell it to the group. */
    String wireName() {
        return wireName;
    }

    boolean isCooperative() {
        return this == COOPERATIVE_STICKY;
    }

    /** Names with commas between them: those of the protocol, or the classes of kafka-clients. */
    static List<Assignor> parseList(String text) {
        return Arrays.stream(text.split(",")).map(Assignor::parse).toList();
    }

    private static Assignor parse(String text) {
        String name = text.trim();
        return Arrays.stream(values())
                .filter(known -> name.equals(PACKAGE + known.className)
                        || name.toLowerCase(Locale.ROOT).equals(known.wireName))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(text));
    }

    /** The one that the group has agreed on. */
    static Assignor named(String wireName) {
        return Arrays.stream(values())
                .filter(known -> known.wireName.equals(wireName))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("the group chose " + wireName + ", which nobody offered"));
    }
}
