package io.millrace.client.producer;

import io.millrace.protocol.record.RecordHeader;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The records of one partition that wait to be sent: one batch that takes records, and full ones before it.
 *
 * <p>Threading: any thread; its own lock, held while one record is written, under which only {@link SendBuffer}'s is taken.
 */
final class OpenBatches {
    /** Stands for no time at all. */
    static final long NEVER = Long.MAX_VALUE;

    private final SendBuffer buffer;
    private final int batchSize;
    /** Oldest first. Takes next to nothing while there are none, since most partitions of an idle producer have none. */
    private final List<PartitionBatch> full = new ArrayList<>(0);

    private Optional<PartitionBatch> open = Optional.empty();
    private boolean retired;

    /** How many batches wait; read without the lock by those who choose partitions. */
    private volatile int waiting;

    /** What adding a record has come to. */
    enum Added {
        /** It is in a batch that was there. */
        ADDED,
        /** It is the first of a batch, and nothing waited before. */
        BEGUN,
        /** The batch before it is full, and can be sent. */
        FILLED,
        /** The batch is full, and can be sent; the record is not in it, since it may go elsewhere. */
        GO_ELSEWHERE,
        /** There is no memory for it. */
        NO_ROOM,
        /** There is no memory for it, but the batch before it is full, and can be sent. */
        FILLED_NO_ROOM,
        /** Nobody sends for this partition any more: look for it anew. */
        RETIRED
    }

    OpenBatches(SendBuffer buffer, int batchSize) {
        this.buffer = buffer;
        this.batchSize = batchSize;
    }

    /**
     * Adds a record. Null for no key, null for no value.
     *
     * @param mayBegin whether it may begin a batch behind a full one, or shall rather go elsewhere
     */
    synchronized Added add(
            long timestamp,
            byte[] key,
            byte[] value,
            List<RecordHeader> headers,
            SendCallback callback,
            boolean mayBegin) {
        if (retired) {
            return Added.RETIRED;
        }
        Added begun = Added.BEGUN;
        if (open.isPresent()) {
            PartitionBatch.Room room = open.get().add(batchSize, timestamp, key, value, headers, callback);
            if (room != PartitionBatch.Room.FULL) {
                return room == PartitionBatch.Room.FOUND ? Added.ADDED : Added.NO_ROOM;
            }
            full.add(open.get());
            open = Optional.empty();
            begun = Added.FILLED;
            if (!mayBegin) {
                return Added.GO_ELSEWHERE;
            }
        }
        PartitionBatch next = PartitionBatch.over(buffer);
        if (!next.add(timestamp, key, value, headers, callback)) {
            return begun == Added.FILLED ? Added.FILLED_NO_ROOM : Added.NO_ROOM;
        }
        open = Optional.of(next);
        waiting = full.size() + 1;
        return begun;
    }

    /** How many batches wait. Any thread, without waiting for the lock. */
    int waiting() {
        return waiting;
    }

    synchronized boolean isEmpty() {
        return full.isEmpty() && open.isEmpty();
    }

    /** When a batch can be taken, in {@link System#nanoTime}, or {@link #NEVER}. */
    synchronized long dueNs(long lingerNs) {
        if (!full.isEmpty()) {
            return full.get(0).createdNs();
        }
        return open.isPresent() ? open.get().createdNs() + lingerNs : NEVER;
    }

    /** Bytes of the oldest batch as it stands; 0 if there is none. */
    synchronized int sizeOfNext() {
        return full.isEmpty()
                ? open.map(PartitionBatch::sizeInBytes).orElse(0)
                : full.get(0).sizeInBytes();
    }

    /** Takes the oldest batch: a full one, or the open one if it was begun before a time. */
    synchronized Optional<PartitionBatch> take(long begunBeforeNs) {
        Optional<PartitionBatch> taken = Optional.empty();
        if (!full.isEmpty()) {
            taken = Optional.of(full.remove(0));
        } else if (open.isPresent() && open.get().createdNs() - begunBeforeNs <= 0) {
            taken = open;
            open = Optional.empty();
        }
        waiting = full.size() + (open.isPresent() ? 1 : 0);
        return taken;
    }

    /** All batches, oldest first, without taking them. */
    synchronized List<PartitionBatch> all() {
        List<PartitionBatch> all = new ArrayList<>(full);
        open.ifPresent(all::add);
        return all;
    }

    /** Whether the oldest batch was begun before a time. */
    synchronized boolean hasOlderThan(long timeNs) {
        long oldest = dueNs(0);
        return oldest != NEVER && oldest - timeNs <= 0;
    }

    /** Takes no more records, and gives those that there are. */
    synchronized List<PartitionBatch> retire() {
        retired = true;
        List<PartitionBatch> all = all();
        full.clear();
        open = Optional.empty();
        waiting = 0;
        return all;
    }

    /** Takes no more records, if none are waiting. */
    synchronized boolean retireIfEmpty() {
        retired |= isEmpty();
        return retired;
    }

    /** Takes records again. */
    synchronized void unretire() {
        retired = false;
    }
}
