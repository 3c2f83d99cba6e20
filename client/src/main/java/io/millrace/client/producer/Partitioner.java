package io.millrace.client.producer;

/**
 * Chooses a record's partition, where the record does not name one itself. Without one it is chosen as Kafka's clients do:
 * murmur2 of the key; no key, any partition.
 *
 * <p>Threading: called by whichever thread sends, by many at a time; it must not wait.
 */
@FunctionalInterface
public interface Partitioner {
    /** Leaves the choice to the producer: records stick to a partition for a batch, and lean away from slow brokers. */
    int ANY = -1;

    /**
     * A partition from 0 to {@code partitions - 1}, or {@link #ANY}. What it throws fails the send.
     *
     * @param key empty if there is none; not to be changed
     * @param value empty if there is none; not to be changed
     */
    int partition(String topic, byte[] key, byte[] value, int partitions);
}
