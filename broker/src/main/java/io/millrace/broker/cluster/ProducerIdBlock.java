package io.millrace.broker.cluster;

/** Producer ids that this broker, and no other, may give out: {@code first} to {@code first + size - 1}. */
public record ProducerIdBlock(long first, int size) {
    /** How many ids a broker takes at a time. */
    public static final int SIZE = 1000;
}
