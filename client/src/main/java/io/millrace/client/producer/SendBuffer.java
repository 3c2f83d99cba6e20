package io.millrace.client.producer;

import io.millrace.client.MillraceException;
import io.millrace.client.net.ChunkPool;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The memory of all records that are not sent and answered: chunks off the heap, lent to batches and given back, never more
 * than {@code buffer.memory} of them. Chunks that were used once go to the runtime's pool, for whoever is next.
 *
 * <p>Threading: any thread; one lock, taken per chunk and not per record.
 */
final class SendBuffer {
    /** Small enough that many partitions cost little, large enough that the lock is seldom taken. */
    static final int LARGEST_CHUNK = 16 << 10;

    private final ChunkPool pool;
    private final int chunkBytes;
    private final long bound;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition room = lock.newCondition();

    /** Chunks that are lent, and bytes that are reserved otherwise. Under the lock. */
    private long lent;

    /** The same, for those who look without the lock. */
    private volatile long used;

    /** The thread that turns reserved bytes into chunks now, or null. */
    private volatile Thread converting;

    /** Those who wait for room. Under the lock. */
    private int waitingThreads;

    /** The same, for those who look without the lock. */
    private volatile int waiters;

    private boolean closed;

    SendBuffer(ChunkPool pool, long bound, int batchSize) {
        this.pool = pool;
        this.chunkBytes = (int) Math.min(LARGEST_CHUNK, Math.max(512, Math.min(bound, batchSize)));
        this.bound = bound;
        pool.serve(bound);
    }

    int chunkBytes() {
        return chunkBytes;
    }

    long used() {
        return used;
    }

    long bound() {
        return bound;
    }

    /** Adds so many empty chunks to a list, or none and says no. */
    boolean take(int chunks, List<ByteBuffer> to) {
        long bytes = (long) chunks * chunkBytes;
        lock.lock();
        try {
            if (used + bytes > bound && !isConverting()) {
                return false;
            }
            count(bytes);
        } finally {
            lock.unlock();
        }
        for (int i = 0; i < chunks; i++) {
            to.add(pool.take(chunkBytes));
        }
        return true;
    }

    /**
     * Runs a task that turns bytes which are reserved into chunks, and unreserves them behind that. Its thread may pass the
     * bound meanwhile, by no more than a chunk for each partition: so those who wait for room cannot come in between and
     * take what others have waited with.
     */
    void convert(Runnable task) {
        converting = Thread.currentThread();
        try {
            task.run();
        } finally {
            converting = null;
        }
    }

    private boolean isConverting() {
        return Thread.currentThread().equals(converting);
    }

    private void count(long bytes) {
        lent += bytes;
        used = lent;
    }

    /** Gives chunks back, which nobody uses any more. */
    void give(List<ByteBuffer> chunks) {
        pool.give(chunks);
        lock.lock();
        try {
            count(-(long) chunks.size() * chunkBytes);
            room.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Counts bytes that lie elsewhere; says no if there is no room for them. */
    boolean reserve(long bytes) {
        lock.lock();
        try {
            if (used + bytes > bound) {
                return false;
            }
            count(bytes);
            return true;
        } finally {
            lock.unlock();
        }
    }

    void unreserve(long bytes) {
        lock.lock();
        try {
            count(-bytes);
            room.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Whether the next chunk may not be there. */
    boolean isShort() {
        return waiters > 0 || !hasRoom(chunkBytes);
    }

    private boolean hasRoom(long bytes) {
        return used + bytes <= bound;
    }

    /**
     * Waits until there is room for so many bytes of records, in chunks of their own.
     *
     * @param hurry runs once before the wait, if there is one
     * @throws MillraceException TIMED_OUT if that takes too long; CLOSED; INVALID for more than all there is
     */
    void awaitRoom(long recordBytes, Duration atMost, Runnable hurry) {
        long bytes = (recordBytes / chunkBytes + 1) * chunkBytes;
        if (hasRoom(bytes)) {
            return;
        }
        if (bytes > bound) {
            throw MillraceException.invalid(
                    recordBytes + " bytes will never fit into buffer.memory, which is " + bound + "; make that larger");
        }
        lock.lock();
        try {
            waitingThreads++;
            waiters = waitingThreads;
            hurry.run();
            awaitLocked(bytes, atMost);
        } finally {
            waitingThreads--;
            waiters = waitingThreads;
            lock.unlock();
        }
    }

    private void awaitLocked(long bytes, Duration atMost) {
        try {
            long leftNs = atMost.toNanos();
            while (!hasRoom(bytes)) {
                if (closed) {
                    throw MillraceException.closed("The producer was closed");
                }
                if (leftNs <= 0) {
                    throw MillraceException.timedOut("No room in buffer.memory within " + atMost.toMillis() + " ms: "
                            + used + " of " + bound + " bytes wait to be sent; are the brokers up, and fast enough?");
                }
                leftNs = room.awaitNanos(leftNs);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw MillraceException.timedOut("Interrupted while waiting for room in buffer.memory");
        }
    }

    /** Nobody waits any more. */
    void close() {
        lock.lock();
        try {
            closed = true;
            room.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
