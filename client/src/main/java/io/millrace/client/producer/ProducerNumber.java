package io.millrace.client.producer;

import io.millrace.protocol.record.BatchHeader;

/**
 * What tells a broker one producer's batches apart: who sent it, in which epoch, and the sequence of its first record.
 *
 * @param baseSequence -1 for a batch that the broker is not to number
 */
record ProducerNumber(long producerId, short epoch, int baseSequence) {
    /** Of batches without idempotence. */
    static final ProducerNumber NONE =
            new ProducerNumber(BatchHeader.NO_PRODUCER_ID, (short) -1, BatchHeader.NO_SEQUENCE);

    boolean isGiven() {
        return producerId != BatchHeader.NO_PRODUCER_ID;
    }

    /** The same producer and epoch, so many records later; sequences wrap from 2^31-1 to 0. */
    ProducerNumber plus(int records) {
        return new ProducerNumber(producerId, epoch, (baseSequence + records) & Integer.MAX_VALUE);
    }
}
