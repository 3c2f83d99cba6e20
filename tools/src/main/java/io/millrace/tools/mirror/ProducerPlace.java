package io.millrace.tools.mirror;

/**
 * Under whose name a partition's batches are sent to the target, and which sequence comes next. It outlives the process: who
 * goes on sends the same batches by the same numbers, and so the target stores none of them twice.
 */
record ProducerPlace(long producerId, short epoch, int sequence) {

    /** After so many records more; sequences wrap from 2^31-1 to 0. */
    ProducerPlace after(int records) {
        return new ProducerPlace(producerId, epoch, (sequence + records) & Integer.MAX_VALUE);
    }

    /** How many records lie between this place and a later one. */
    int recordsUntil(int laterSequence) {
        return (laterSequence - sequence) & Integer.MAX_VALUE;
    }
}
