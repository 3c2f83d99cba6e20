package io.millrace.client.producer;

import io.millrace.client.MillraceException;
import io.millrace.protocol.TopicPartition;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One partition's batches on their way: those under way, and those that failed and go out again before any new one.
 *
 * <p>Order: batches leave in the order in which they were filled. After a failure nothing new leaves before all answers are
 * there; then what failed goes out again, one by one. So order holds whatever fails, with five under way.
 *
 * <p>Threading: the I/O thread, but for {@link #open}, {@link #isAvailable}, {@link #load} and {@link #announce}.
 */
final class PartitionSends {
    private final TopicPartition partition;
    private final OpenBatches open;
    /** Few; and no room for any at first, since there may be very many partitions that nothing is sent to. */
    private final List<PartitionBatch> underWay = new ArrayList<>(0);

    /** In the order in which they left first; few, since so few are under way at a time. */
    private final List<PartitionBatch> again = new ArrayList<>(0);

    private final Sequences sequences = new Sequences();
    private final AtomicBoolean announced = new AtomicBoolean();
    private long againAtNs;

    /** Counts batches in the order in which they leave. */
    private long lastPlace;

    /** Whether its leader is known and not away: who may choose leans away from others. */
    private volatile boolean available = true;

    /** Batches under way; written by the I/O thread. */
    private volatile int underWayCount;

    PartitionSends(TopicPartition partition, OpenBatches open) {
        this.partition = partition;
        this.open = open;
    }

    // ---- any thread

    TopicPartition partition() {
        return partition;
    }

    OpenBatches open() {
        return open;
    }

    boolean isAvailable() {
        return available;
    }

    /** How many batches are before the next record. */
    int load() {
        return open.waiting() + underWayCount;
    }

    /** Whether this call is the one that has to tell the sender that there is something to do. */
    boolean announce() {
        return !announced.get() && announced.compareAndSet(false, true);
    }

    // ---- the I/O thread

    void setAvailable(boolean isAvailable) {
        if (available != isAvailable) {
            available = isAvailable;
        }
    }

    /** Whether nothing waits and nothing is under way; the next record announces itself then. */
    boolean restIfIdle() {
        if (!underWay.isEmpty() || !again.isEmpty() || !open.isEmpty()) {
            return false;
        }
        announced.set(false);
        return open.isEmpty() || !announce(); // a record may have come in between, and have found it announced
    }

    /** Takes no more records, if nothing waits or is under way; whether that is so. */
    boolean retireIfAtRest() {
        return underWay.isEmpty() && again.isEmpty() && !announced.get() && open.retireIfEmpty();
    }

    Sequences sequences() {
        return sequences;
    }

    boolean nothingUnderWay() {
        return underWay.isEmpty();
    }

    /** When something can leave, in {@link System#nanoTime}; {@link OpenBatches#NEVER} if an answer must come first. */
    long dueNs(long lingerNs, int mostUnderWay) {
        if (!again.isEmpty()) {
            return underWay.isEmpty() ? againAtNs : OpenBatches.NEVER;
        }
        boolean mustWait = underWay.size() >= mostUnderWay || (sequences.mustTravelAlone() && !underWay.isEmpty());
        return mustWait ? OpenBatches.NEVER : open.dueNs(lingerNs);
    }

    /** Bytes that the next batch to leave will take, compression left out. */
    int sizeOfNext() {
        return again.isEmpty() ? open.sizeOfNext() : again.get(0).sizeInBytes();
    }

    /** The next batch to leave, which is due; it counts as under way. */
    Optional<PartitionBatch> takeNext(long begunBeforeNs) {
        Optional<PartitionBatch> next = again.isEmpty() ? open.take(begunBeforeNs) : Optional.of(again.remove(0));
        next.ifPresent(this::isUnderWay);
        return next;
    }

    private void isUnderWay(PartitionBatch batch) {
        if (batch.place() == 0) {
            batch.placedAt(++lastPlace);
        }
        underWay.add(batch);
        underWayCount = underWay.size();
    }

    /** An answer, or none, has come: the batch is not under way any more. */
    void hasReturned(PartitionBatch batch) {
        underWay.remove(batch);
        underWayCount = underWay.size();
    }

    /** Whether a batch that was sent before this one has failed: then this one's sequence could not fit. */
    boolean isBehindFailed(PartitionBatch batch) {
        return !again.isEmpty() && again.get(0).place() < batch.place();
    }

    /** Has a batch, or its parts, leave again, not before a time, at the place that it had. */
    void sendAgain(List<PartitionBatch> batches, long notBeforeNs) {
        int at = 0;
        while (at < again.size() && again.get(at).place() < batches.get(0).place()) {
            at++;
        }
        if (at == 0) {
            againAtNs = notBeforeNs; // the first to leave has to wait the longest, having failed the most often
        }
        again.addAll(at, batches);
    }

    /** What was known of its leader was wrong, and is known better now: no more waiting. */
    void sendAgainNow(long nowNs) {
        againAtNs = nowNs;
    }

    /**
     * Takes out what was not answered by a time; batches under way are told so now, and stay until they return.
     *
     * @param bornBeforeNs what came before is too old
     */
    List<PartitionBatch> takeOverdue(long bornBeforeNs) {
        List<PartitionBatch> overdue = new ArrayList<>();
        for (PartitionBatch batch : underWay) {
            if (batch.createdNs() - bornBeforeNs <= 0 && !batch.hasEnded()) {
                overdue.add(batch);
            }
        }
        while (!again.isEmpty() && again.get(0).createdNs() - bornBeforeNs <= 0) {
            overdue.add(again.remove(0));
            sequences.breakOff(); // the broker may have it
        }
        while (open.hasOlderThan(bornBeforeNs)) {
            open.take(bornBeforeNs).ifPresent(overdue::add);
        }
        return overdue;
    }

    /** Takes out everything, for a producer that ends. */
    List<PartitionBatch> takeAll() {
        List<PartitionBatch> all = sent();
        again.clear();
        all.addAll(open.retire());
        return all;
    }

    /** All that has not ended, oldest first. */
    List<PartitionBatch> incomplete() {
        List<PartitionBatch> all = sent();
        all.addAll(open.all());
        return all;
    }

    private List<PartitionBatch> sent() {
        List<PartitionBatch> all = new ArrayList<>();
        for (PartitionBatch batch : underWay) {
            if (!batch.hasEnded()) {
                all.add(batch);
            }
        }
        all.addAll(again);
        return all;
    }

    /** Ends a batch with a failure. */
    void fail(PartitionBatch batch, MillraceException why) {
        batch.end(SendOutcome.failure(partition.topic(), partition.partition(), why));
    }
}
