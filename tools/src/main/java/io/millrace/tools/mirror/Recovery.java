package io.millrace.tools.mirror;

import io.millrace.client.IsolationLevel;
import io.millrace.client.MillraceException;
import io.millrace.client.admin.Admin;
import io.millrace.client.admin.OffsetAt;
import io.millrace.client.net.ClusterClient;
import io.millrace.client.net.Target;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.message.InitProducerIdRequest;
import io.millrace.protocol.message.InitProducerIdResponse;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out where a copy with offsets of its own goes on, whoever has copied so far: after the last pair that was written
 * down it looks at what the target has stored since then under the copy's producer id, and which batches of the source these
 * are.
 *
 * <p>So nothing is sent twice. Two things can stand against that, and then as little as possible is sent again: the source
 * was compacted in between, or the target has lost what it had acknowledged.
 *
 * <p>Threading: one thread's, which waits.
 */
final class Recovery {
    private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);

    /** A leader that has just begun may not yet know how far its log is committed. */
    private static final long LOST_AFTER_NS = Duration.ofSeconds(20).toNanos();

    private final ClusterClient target;
    private final Admin sourceAdmin;
    private final Admin targetAdmin;
    private final BatchWalk sourceBatches;
    private final BatchWalk targetBatches;
    private final PairsTopic written;
    private final PairsWriter writer;

    /** Since when the target is known to lack something. */
    private final Map<TopicPartition, Long> lacksSince = new HashMap<>();

    Recovery(
            ClusterClient source,
            ClusterClient target,
            Admin sourceAdmin,
            Admin targetAdmin,
            PairsTopic written,
            PairsWriter writer) {
        this.target = target;
        this.sourceAdmin = sourceAdmin;
        this.targetAdmin = targetAdmin;
        this.sourceBatches = new BatchWalk(source, IsolationLevel.READ_COMMITTED);
        this.targetBatches = new BatchWalk(target, IsolationLevel.READ_UNCOMMITTED);
        this.written = written;
        this.writer = writer;
    }

    /**
     * Where a partition goes on.
     *
     * @param known what this process knows of it; empty if it has not copied it, or others have since then
     * @param renamed whether the target does not take batches under the present producer id any more
     * @throws MillraceException if one of the clusters does not answer
     */
    OffsetPairs resume(PartitionCopy copy, Optional<OffsetPairs> known, boolean renamed) throws InterruptedException {
        long end = offset(targetAdmin, copy.target(), OffsetAt.latest());
        long start = offset(sourceAdmin, copy.source(), OffsetAt.earliest());
        Optional<OffsetPairs> found = known;
        if (found.isEmpty()) {
            written.refresh();
            found = written.pairs(copy.topic(), copy.source().partition());
        }
        if (found.isEmpty()) {
            return written(copy, new OffsetPairs(start, end, newProducer()));
        }
        OffsetPairs pairs = found.get();
        boolean isChanged = renamed;
        if (lacks(copy, pairs.place().targetNext(), end)) {
            pairs.cutAt(end, start);
            isChanged = true;
        } else {
            isChanged |= !takeTail(copy, pairs, end);
        }
        pairs.sourceStartsAt(start);
        if (isChanged || pairs.place().sourceNext() < start) {
            long next = Math.max(start, pairs.place().sourceNext());
            pairs.goOnAt(next, isChanged ? newProducer() : pairs.place().producer());
            return written(copy, pairs);
        }
        return pairs;
    }

    private boolean lacks(PartitionCopy copy, long expected, long end) {
        if (end >= expected) {
            lacksSince.remove(copy.target());
            return false;
        }
        long since = lacksSince.computeIfAbsent(copy.target(), partition -> System.nanoTime());
        if (System.nanoTime() - since < LOST_AFTER_NS) {
            throw MillraceException.unreachable(copy.target() + " ends at " + end + ", and had records up to "
                    + expected + " before; waits whether its leader finds them");
        }
        LOG.warn("{} has lost its records from {} to {}; they are copied again", copy.target(), end, expected);
        lacksSince.remove(copy.target());
        return true;
    }

    /** Takes in what was stored since it was written down last; false if it is not the source's present batches. */
    private boolean takeTail(PartitionCopy copy, OffsetPairs pairs, long end) throws InterruptedException {
        OffsetPairs.Place place = pairs.place();
        Deque<BatchWalk.Seen> stored = tail(copy, place, end);
        if (stored.isEmpty()) {
            return true;
        }
        long next = place.sourceNext();
        int matched = 0;
        while (!stored.isEmpty()) {
            List<BatchWalk.Seen> some = sourceBatches(copy, next);
            if (some.isEmpty()) {
                break;
            }
            for (BatchWalk.Seen batch : some) {
                if (stored.isEmpty()) {
                    break;
                }
                if (batch.isVisible()) {
                    BatchWalk.Seen its = stored.peekFirst();
                    if (its.count() != batch.count()) {
                        return unmatched(copy, next);
                    }
                    pairs.add(shifted(batch.runs(), stored.removeFirst().baseOffset()), batch.nextOffset());
                    matched++;
                }
                next = batch.nextOffset();
            }
        }
        LOG.info("{}: {} batches were stored since it was written down", copy.target(), matched);
        return stored.isEmpty() || unmatched(copy, next);
    }

    private static boolean unmatched(PartitionCopy copy, long next) {
        LOG.warn(
                "{} was compacted or cut while it was copied: from offset {} on some records may come to {} once more",
                copy.source(),
                next,
                copy.target());
        return false;
    }

    /** From an offset on, unless the source begins later by now. */
    private List<BatchWalk.Seen> sourceBatches(PartitionCopy copy, long next) throws InterruptedException {
        try {
            return sourceBatches.from(copy.source(), next);
        } catch (MillraceException e) {
            if (e.error() == ErrorCode.OFFSET_OUT_OF_RANGE) {
                return List.of();
            }
            throw e;
        }
    }

    static List<OffsetPairs.Run> shifted(List<OffsetPairs.Run> runs, long base) {
        List<OffsetPairs.Run> shifted = new ArrayList<>(runs.size());
        for (OffsetPairs.Run run : runs) {
            shifted.add(new OffsetPairs.Run(run.source(), base + run.target(), run.length()));
        }
        return shifted;
    }

    /** The copy's own batches in the target behind a place. */
    private Deque<BatchWalk.Seen> tail(PartitionCopy copy, OffsetPairs.Place place, long end)
            throws InterruptedException {
        Deque<BatchWalk.Seen> own = new ArrayDeque<>();
        if (place.targetNext() >= end) {
            return own;
        }
        long at = Math.max(place.targetNext(), offset(targetAdmin, copy.target(), OffsetAt.earliest()));
        while (at < end) {
            List<BatchWalk.Seen> some = targetBatches.from(copy.target(), at);
            if (some.isEmpty()) {
                break;
            }
            for (BatchWalk.Seen batch : some) {
                at = batch.nextOffset();
                if (batch.producerId() == place.producer().producerId()
                        && batch.producerEpoch() == place.producer().epoch()
                        && batch.baseOffset() >= place.targetNext()) {
                    own.add(batch);
                }
            }
        }
        return own;
    }

    private ProducerPlace newProducer() throws InterruptedException {
        InitProducerIdResponse answer = Calls.await(target.call(
                Target.any(),
                InitProducerIdRequest.builder()
                        .transactionalId(null)
                        .transactionTimeoutMs(Integer.MAX_VALUE)
                        .build()));
        ErrorCode error = ErrorCode.of(answer.errorCode());
        if (error != ErrorCode.NONE) {
            throw MillraceException.refused(error, "the target gives no producer id: " + error);
        }
        return new ProducerPlace(answer.producerId(), answer.producerEpoch(), 0);
    }

    private OffsetPairs written(PartitionCopy copy, OffsetPairs pairs) throws InterruptedException {
        Calls.await(writer.write(copy, pairs));
        return pairs;
    }

    private static long offset(Admin admin, TopicPartition partition, OffsetAt which) throws InterruptedException {
        return Calls.await(admin.listOffsets(Map.of(partition, which)))
                .get(partition)
                .get()
                .offset()
                .orElse(0);
    }
}
