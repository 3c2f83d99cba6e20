package io.millrace.client.producer;

/**
 * The numbers of one partition's batches. A broker takes a producer's batches of a partition in sequence only, which keeps
 * order and drops what comes twice.
 *
 * <p>A batch that was sent and then given up may leave a gap: whether the broker has it is not known. Then, once nothing is
 * under way, the numbers begin anew in the next epoch, which shuts out what may still come of the old one. Brokers keep
 * epochs for each partition, so other partitions are not concerned (KIP-360 for one partition).
 *
 * <p>A broker that knows nothing of a producer takes any number for its first. So the first batch of an epoch travels alone,
 * until it is acknowledged: else the second could take its place where the first has failed.
 *
 * <p>Threading: the I/O thread.
 */
final class Sequences {
    private ProducerNumber next = ProducerNumber.NONE;
    private boolean broken;

    /** Whether the broker knows the present epoch. */
    private boolean known;

    /** The next number is not what the broker expects, or may not be. */
    void breakOff() {
        broken = next.isGiven();
    }

    boolean isBroken() {
        return broken;
    }

    /** Whether the next batch has to wait for the answers to all before it. */
    boolean mustTravelAlone() {
        return next.isGiven() && (broken || !known);
    }

    /** The broker has a batch. */
    void acknowledged(PartitionBatch batch) {
        known |= isNumbered(batch);
    }

    /** Whether the epochs of the producer id are used up, so that another id is needed. */
    boolean needsNewId(long presentId) {
        return broken && next.producerId() == presentId && next.epoch() == Short.MAX_VALUE;
    }

    /**
     * Numbers a batch that is about to be sent; one that has a number of this epoch keeps it.
     *
     * @param identity the producer's id and epoch now
     * @param nothingUnderWay whether the partition waits for no answer
     */
    void number(PartitionBatch batch, ProducerNumber identity, boolean nothingUnderWay) {
        if (nothingUnderWay && next.producerId() != identity.producerId() && !isNumbered(batch)) {
            beginWith(identity);
        } else if (nothingUnderWay && broken) {
            beginWith(
                    next.producerId() == identity.producerId()
                            ? new ProducerNumber(next.producerId(), (short) (next.epoch() + 1), 0)
                            : identity);
        }
        if (!isNumbered(batch)) {
            batch.numberedAs(next);
            next = next.plus(batch.count());
        }
    }

    private void beginWith(ProducerNumber first) {
        next = first;
        broken = false;
        known = false;
    }

    private boolean isNumbered(PartitionBatch batch) {
        return batch.number().isGiven()
                && batch.number().producerId() == next.producerId()
                && batch.number().epoch() == next.epoch();
    }
}
