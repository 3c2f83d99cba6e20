package io.millrace.client.net;

/**
 * Whom a request is for.
 *
 * @param nodeId a broker's id, or {@link #ANY_NODE}
 */
public record Target(int nodeId, Lane lane) {
    /** Stands for whichever broker can be reached. */
    public static final int ANY_NODE = Integer.MIN_VALUE;

    private static final Target ANY = new Target(ANY_NODE, Lane.MAIN);

    /** Whichever broker can be reached: one that is connected, if there is one. */
    public static Target any() {
        return ANY;
    }

    public static Target broker(int nodeId) {
        return new Target(nodeId, Lane.MAIN);
    }

    public static Target coordinator(int nodeId) {
        return new Target(nodeId, Lane.COORDINATOR);
    }

    public static Target fetch(int nodeId) {
        return new Target(nodeId, Lane.FETCH);
    }
}
