package io.millrace.client.producer;

import io.millrace.client.MillraceException;
import io.millrace.client.net.Topology;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.record.RecordHeader;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;

/**
 * A topic as senders see it: its partitions once they are known, and before that the records that wait for them, in order.
 *
 * <p>Threading: any thread reads the partitions, which are replaced whole; what waits is under the topic's lock, under which
 * records may be added to partitions. The I/O thread alone tells what is known.
 */
final class TopicSends {
    private static final PartitionSends[] UNKNOWN = {};

    /** Records that are released, or given up, under the lock at a time; and how often before all are released. */
    private static final int FEW = 100;

    private static final int MOST_TURNS = 10_000;

    private final String name;
    private final SendBuffer buffer;
    private final Deque<WaitingRecord> waiting = new ArrayDeque<>();

    /** Those who wait until nothing waits here; the I/O thread's. */
    private final List<Flush> flushes = new ArrayList<>();

    private volatile PartitionSends[] partitions = UNKNOWN;
    private volatile Optional<MillraceException> refusal = Optional.empty();
    private volatile boolean retired;

    /** Where records without a key and a partition go now. */
    private volatile int sticky;

    /** Whether a batch was begun there since. */
    private volatile boolean batchBegun;

    /** When somebody sent last, in {@link System#nanoTime}; by whichever thread, and no more exact than that. */
    private volatile long lastUsedNs = System.nanoTime();

    /** What a record that has waited comes to. */
    @FunctionalInterface
    interface Release {
        /** Sends it to one of these partitions, which nobody else knows yet. */
        void release(WaitingRecord record, TopicSends topic, PartitionSends[] to);
    }

    /** Whether a record may wait. */
    enum Wait {
        WAITS,
        /** There is no memory for it. */
        NO_ROOM,
        /** The partitions are known by now, or nobody waits here any more. */
        OVER
    }

    TopicSends(String name, SendBuffer buffer) {
        this.name = name;
        this.buffer = buffer;
    }

    String name() {
        return name;
    }

    // ---- any thread

    /** All partitions; none while they are not known. */
    PartitionSends[] partitions() {
        return partitions;
    }

    /** Why the topic cannot be used, if the cluster says so. */
    Optional<MillraceException> refusal() {
        return refusal;
    }

    boolean isRetired() {
        return retired;
    }

    /** Has a record wait for the partitions. */
    synchronized Wait await(WaitingRecord record) {
        if (partitions.length > 0 || retired) {
            return Wait.OVER;
        }
        if (!buffer.reserve(record.sizeInBytes())) {
            return Wait.NO_ROOM;
        }
        waiting.add(record);
        return Wait.WAITS;
    }

    /** The one of these partitions for records that may go to any. */
    int sticky(PartitionSends[] now) {
        int partition = sticky;
        if (partition >= now.length || !now[partition].isAvailable()) {
            return moveOn(now, partition);
        }
        boolean hasLeft = batchBegun && now[partition].open().waiting() == 0;
        return hasLeft ? moveOn(now, partition) : partition;
    }

    /** The partition that {@link #sticky} gave has begun a batch; when that has left, it is another one's turn. */
    void stickyHasBegun() {
        batchBegun = true;
    }

    /**
     * Leaves a partition whose batch is full or under way: of two others by chance, the one with less before it, and none
     * whose leader is away as long as there are others.
     */
    int moveOn(PartitionSends[] now, int from) {
        int partition = sticky;
        if (partition != from && partition < now.length && now[partition].isAvailable()) {
            return partition; // another thread has moved on already
        }
        int one = pick(now, from);
        int two = pick(now, from);
        int better = now[two].load() < now[one].load() ? two : one;
        batchBegun = false;
        sticky = better;
        return better;
    }

    private static int pick(PartitionSends[] all, int from) {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        int start = random.nextInt(all.length);
        for (int i = 0; i < all.length; i++) {
            int candidate = (start + i) % all.length;
            if (candidate != from && all[candidate].isAvailable()) {
                return candidate;
            }
        }
        return from < all.length && all[from].isAvailable() ? from : start;
    }

    void usedAt(long nowNs) {
        if (nowNs - lastUsedNs > 1_000_000_000L) { // seldom, so that senders do not write to one place all the time
            lastUsedNs = nowNs;
        }
    }

    // ---- the I/O thread

    /**
     * What the cluster says of the topic now.
     *
     * @param make makes what is new
     * @param release sends a record that waited
     */
    void update(Topology.Topic topic, Function<TopicPartition, PartitionSends> make, Release release) {
        if (topic.exists()) {
            refusal = Optional.empty();
            if (topic.partitions().size() > partitions.length) {
                grow(topic.partitions().size(), make, release);
            }
        } else if (topic.error() != ErrorCode.NONE && !topic.error().isRetriable()) {
            refusal = Optional.of(MillraceException.refused(topic.error(), "Topic '" + name + "' cannot be used"));
        }
    }

    private void grow(int count, Function<TopicPartition, PartitionSends> make, Release release) {
        PartitionSends[] before = partitions;
        PartitionSends[] after = Arrays.copyOf(before, count);
        for (int i = before.length; i < count; i++) {
            after[i] = make.apply(new TopicPartition(name, i));
        }
        if (before.length == 0) {
            sticky = ThreadLocalRandom.current().nextInt(count);
        }
        int turns = 0;
        while (!releaseSome(turns++ < MOST_TURNS ? FEW : Integer.MAX_VALUE, after, release)) {
            Thread.onSpinWait();
        }
        settleFlushes();
    }

    /**
     * Sends some of those that wait, while others may still join them behind; in the end, when nobody waits, the partitions
     * are there for all. So a thread's records stay in order, and no sender waits for many of them.
     */
    private synchronized boolean releaseSome(int most, PartitionSends[] to, Release release) {
        buffer.convert(() -> {
            for (int i = 0; i < most && !waiting.isEmpty(); i++) {
                WaitingRecord record = waiting.remove();
                release.release(record, this, to);
                buffer.unreserve(record.sizeInBytes());
            }
        });
        if (!waiting.isEmpty()) {
            return false;
        }
        partitions = to;
        return true;
    }

    /** Somebody waits until nothing of this topic waits for its partitions, and then for what became of it. */
    void awaitedBy(Flush flush) {
        flush.begin();
        flushes.add(flush);
        settleFlushes();
    }

    /** Hands on those who wait, once nothing waits for partitions any more. */
    void settleFlushes() {
        if (flushes.isEmpty() || isAwaited()) {
            return;
        }
        for (PartitionSends partition : partitions) {
            for (PartitionBatch batch : partition.incomplete()) {
                flushes.forEach(batch::awaitedBy);
            }
        }
        flushes.forEach(Flush::end);
        flushes.clear();
    }

    /** Takes out some of those that have waited since before a time, few enough that no sender waits long; none when all are out. */
    synchronized List<WaitingRecord> takeOlderThan(long timeNs) {
        List<WaitingRecord> old = new ArrayList<>();
        while (old.size() < FEW && !waiting.isEmpty() && waiting.peek().createdNs() - timeNs <= 0) {
            buffer.unreserve(waiting.peek().sizeInBytes());
            old.add(waiting.remove());
        }
        return old;
    }

    /** Takes no more records, and gives those that wait. */
    synchronized List<WaitingRecord> retire() {
        retired = true;
        List<WaitingRecord> all = new ArrayList<>(waiting);
        waiting.clear();
        all.forEach(record -> buffer.unreserve(record.sizeInBytes()));
        return all;
    }

    /** Takes no more records if it was not used since a time and nothing waits; whether that is so. */
    synchronized boolean retireIfUnusedSince(long timeNs) {
        if (lastUsedNs - timeNs > 0 || !waiting.isEmpty()) {
            return false;
        }
        boolean atRest = true;
        for (PartitionSends partition : partitions) {
            atRest &= partition.retireIfAtRest();
        }
        if (!atRest) {
            for (PartitionSends partition : partitions) {
                partition.open().unretire(); // senders that have met it meanwhile look again until it is open
            }
        }
        retired = atRest;
        return atRest;
    }

    synchronized boolean isAwaited() {
        return !waiting.isEmpty();
    }

    /** A record that waits for its topic's partitions; its bytes are its own. */
    record WaitingRecord(
            int partition,
            long timestamp,
            Optional<byte[]> key,
            Optional<byte[]> value,
            List<RecordHeader> headers,
            SendCallback callback,
            long createdNs) {
        /** What it takes, roughly: its bytes, and the objects around them. */
        long sizeInBytes() {
            return 200L
                    + key.map(bytes -> bytes.length).orElse(0)
                    + value.map(bytes -> bytes.length).orElse(0);
        }
    }
}
