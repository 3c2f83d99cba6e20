package io.millrace.broker.log;

import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.record.RecordBatch;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What one partition knows of the idempotent producers that write to it: enough to tell a batch that comes next from one
 * that was sent twice, too early or by a producer whose epoch is over.
 *
 * <p>Threading: any; {@link #check} and the append after it belong under the partition's lock.
 */
public final class ProducerStates {
    private static final SequenceCheck FRESH = new SequenceCheck.Fresh();

    /**
     * A producer that is known, as DescribeProducers shows it.
     *
     * @param lastSequence -1 if it wrote nothing in this epoch
     * @param lastTimestamp of its newest batch in ms, or -1
     * @param coordinatorEpoch -1 before any transaction marker
     * @param currentTransactionStart -1 if no transaction is open
     */
    public record ActiveProducer(
            long producerId,
            short epoch,
            int lastSequence,
            long lastTimestamp,
            int coordinatorEpoch,
            long currentTransactionStart) {}

    private final TopicPartition partition;
    private final Map<Long, Producer> producers = new HashMap<>();

    ProducerStates(TopicPartition partition) {
        this.partition = partition;
    }

    /**
     * Whether a batch may be appended.
     *
     * @throws ApiException OUT_OF_ORDER_SEQUENCE_NUMBER if it does not follow the last one, INVALID_PRODUCER_EPOCH if
     *     its producer has been replaced
     */
    public SequenceCheck check(RecordBatch batch) {
        return check(StoredBatch.read(batch.buffer(), batch.position()));
    }

    synchronized SequenceCheck check(StoredBatch batch) {
        Producer known = producers.get(batch.producerId());
        if (known == null || !batch.hasProducerId()) {
            return FRESH;
        }
        if (batch.producerEpoch() < known.epoch()) {
            throw new ApiException(
                    ErrorCode.INVALID_PRODUCER_EPOCH,
                    "Producer " + batch.producerId() + " wrote to " + partition + " with epoch " + batch.producerEpoch()
                            + ", its epoch is " + known.epoch());
        }
        if (batch.isControl()) {
            return FRESH;
        }
        Optional<Producer.Batch> repeated = known.find(batch);
        if (repeated.isPresent()) {
            Producer.Batch old = repeated.get();
            return new SequenceCheck.Duplicate(old.baseOffset(), old.lastOffset(), old.timestamp());
        }
        return requireNext(batch, known);
    }

    private SequenceCheck requireNext(StoredBatch batch, Producer known) {
        int expected = batch.producerEpoch() == known.epoch() ? known.nextSequence() : 0;
        if (batch.baseSequence() != expected) {
            throw new ApiException(
                    ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
                    "Producer " + batch.producerId() + " wrote sequence " + batch.baseSequence() + " to " + partition
                            + ", expected " + expected);
        }
        return FRESH;
    }

    /** Whether it has written here, and is not forgotten. */
    public synchronized boolean knows(long producerId) {
        return producers.containsKey(producerId);
    }

    /** All producers that are known, in no order. */
    public synchronized List<ActiveProducer> active() {
        return producers.values().stream()
                .map(known -> new ActiveProducer(
                        known.producerId(),
                        known.epoch(),
                        known.lastSequence(),
                        known.lastTimestamp(),
                        known.coordinatorEpoch(),
                        known.transactionStart()))
                .toList();
    }

    /** Notes a batch that was appended, or that recovery found. */
    synchronized void update(StoredBatch batch, long nowMs) {
        if (batch.hasProducerId()) {
            producers.compute(
                    batch.producerId(),
                    (id, known) -> known == null ? Producer.first(batch, nowMs) : known.with(batch, nowMs));
        }
    }

    /** Forgets producers that wrote nothing since a moment, unless their transaction is open. */
    synchronized void expire(long lastWriteBeforeMs) {
        producers.values().removeIf(known -> known.lastWriteMs() < lastWriteBeforeMs && known.transactionStart() < 0);
    }

    /** Knows what a snapshot held, and nothing else. */
    synchronized void restore(Collection<Producer> snapshot) {
        producers.clear();
        snapshot.forEach(known -> producers.put(known.producerId(), known));
    }

    /** Those of whom one batch is known, which is not older than this. */
    synchronized List<Long> writtenSince(long timestamp) {
        return producers.values().stream()
                .filter(known -> known.batches().size() == 1 && known.lastTimestamp() >= timestamp)
                .map(Producer::producerId)
                .toList();
    }

    /** Adds the batches that a producer wrote in front of the one that is known, which is the last of these. */
    synchronized void remember(long producerId, List<Producer.Batch> upToNewest) {
        producers.computeIfPresent(producerId, (id, known) -> {
            boolean fits = !upToNewest.isEmpty()
                    && known.batches().equals(upToNewest.subList(upToNewest.size() - 1, upToNewest.size()));
            return fits ? known.remembering(upToNewest) : known;
        });
    }

    /** What a snapshot has to hold. */
    synchronized List<Producer> snapshot() {
        return List.copyOf(producers.values());
    }
}
