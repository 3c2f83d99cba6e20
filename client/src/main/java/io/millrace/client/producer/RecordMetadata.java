package io.millrace.client.producer;

/**
 * Where a record has ended up.
 *
 * @param offset -1 if the broker did not say: with acks=0, and where it had the record already and has forgotten where
 * @param timestamp the record's own, or when it was appended if the topic keeps that; milliseconds since 1970
 */
public record RecordMetadata(String topic, int partition, long offset, long timestamp) {
    /** Stands for an offset that is not known. */
    public static final long UNKNOWN_OFFSET = -1;

    public boolean hasOffset() {
        return offset != UNKNOWN_OFFSET;
    }
}
