package io.millrace.broker.api.data;

import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.record.BatchHeader;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.LongPredicate;
import java.util.function.LongSupplier;

/**
 * Remembers batches of idempotent producers that were refused for a moment, by a leader that did not lead yet or had too few
 * in sync, and has those that follow them refused as well until they have come again.
 *
 * <p>A producer has up to five batches under way. Where the log does not know it, its second batch would be taken as the
 * first one, if the leader is ready by then; and the first one, sent again, never any more, since it seems to be old. Apache
 * Kafka has that gap; a client that falls into it waits until its records time out.
 *
 * <p>Costs nothing but one look while nobody was refused within that time.
 *
 * <p>Threading: any. Holds {@value #MOST} of them, the oldest go first, and each for {@value #KEPT_MS} ms of the wall clock.
 */
final class RefusedBatches {
    private static final int MOST = 10_000;
    private static final long KEPT_MS = 30_000;
    private static final Set<ErrorCode> FOR_A_MOMENT = Set.of(
            ErrorCode.NOT_LEADER_OR_FOLLOWER,
            ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
            ErrorCode.UNKNOWN_TOPIC_ID,
            ErrorCode.NOT_ENOUGH_REPLICAS,
            ErrorCode.KAFKA_STORAGE_ERROR);

    /** @param topic name or id, as the client gives it */
    private record Sender(Object topic, int partition, long producerId, short epoch) {}

    private record Refused(int sequence, long atMs) {}

    private final LongSupplier timeMs;
    private final Map<Sender, Refused> refused = new LinkedHashMap<>(); // under its own lock
    private volatile boolean isEmpty = true;
    private volatile long lastNotedMs;

    RefusedBatches(LongSupplier timeMs) {
        this.timeMs = timeMs;
    }

    /** A batch was refused. */
    void note(Object topic, int partition, ByteBuffer records, ErrorCode error) {
        if (!FOR_A_MOMENT.contains(error) || !isNumbered(records)) {
            return;
        }
        Sender sender = sender(topic, partition, records);
        int sequence = BatchHeader.baseSequence(records, records.position());
        synchronized (refused) {
            Refused before = refused.remove(sender);
            int first = before == null ? sequence : Math.min(before.sequence(), sequence);
            lastNotedMs = timeMs.getAsLong();
            refused.put(sender, new Refused(first, lastNotedMs));
            if (refused.size() > MOST) {
                refused.remove(refused.keySet().iterator().next());
            }
            isEmpty = false;
        }
    }

    /**
     * Has a batch wait for the one before it.
     *
     * @param isKnown whether the log knows a producer id: then it sees by itself what comes too early
     * @throws ApiException OUT_OF_ORDER_SEQUENCE_NUMBER, upon which clients send all again, in order
     */
    void requireInOrder(Object topic, int partition, ByteBuffer records, LongPredicate isKnown) {
        if (isEmpty || !isNumbered(records) || areAllOver()) {
            return;
        }
        Sender sender = sender(topic, partition, records);
        int sequence = BatchHeader.baseSequence(records, records.position());
        synchronized (refused) {
            Refused first = refused.get(sender);
            if (first == null) {
                return;
            }
            if (isOver(first.atMs()) || sequence <= first.sequence() || isKnown.test(sender.producerId())) {
                refused.remove(sender);
                isEmpty = refused.isEmpty();
                return;
            }
            throw new ApiException(
                    ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
                    "sequence " + sequence + " of producer " + sender.producerId() + " came before " + first.sequence()
                            + ", which was refused a moment ago");
        }
    }

    /** Most of those who were refused go to another broker, and never come again. */
    private boolean areAllOver() {
        if (!isOver(lastNotedMs)) {
            return false;
        }
        synchronized (refused) {
            if (isOver(lastNotedMs)) {
                refused.clear();
                isEmpty = true;
            }
            return isEmpty;
        }
    }

    private boolean isOver(long sinceMs) {
        return timeMs.getAsLong() - sinceMs > KEPT_MS;
    }

    /** How many are remembered. */
    int size() {
        synchronized (refused) {
            return refused.size();
        }
    }

    private static boolean isNumbered(ByteBuffer records) {
        return records.remaining() >= BatchHeader.SIZE
                && BatchHeader.magic(records, records.position()) == BatchHeader.MAGIC
                && BatchHeader.producerId(records, records.position()) >= 0;
    }

    private static Sender sender(Object topic, int partition, ByteBuffer records) {
        int at = records.position();
        return new Sender(
                topic, partition, BatchHeader.producerId(records, at), BatchHeader.producerEpoch(records, at));
    }
}
