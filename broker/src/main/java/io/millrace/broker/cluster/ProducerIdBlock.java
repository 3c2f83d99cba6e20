package io.millrace.broker.cluster;

import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/** Producer ids that this broker, and no other, may give out: {@code first} to {@code first + size - 1}. */
public record ProducerIdBlock(long first, int size) {
    /** How many ids a broker takes at a time. */
    public static final int SIZE = 1000;

    private static final int REGION_BITS = 32;

    /**
     * Where the ids of a cluster begin: a region of its own, four thousand million wide, so that those in records that a
     * mirror has brought are never those of a producer here, whose first records would pass for sent twice.
     */
    public static long regionOf(String clusterId) {
        CRC32 hash = new CRC32();
        hash.update(clusterId.getBytes(StandardCharsets.UTF_8));
        return (hash.getValue() >>> 1) << REGION_BITS;
    }

    /** The same block, or the first one of a region if it lies before that. */
    public ProducerIdBlock atLeastAt(long region) {
        return first >= region ? this : new ProducerIdBlock(region, size);
    }
}
