package io.millrace.client.consumer;

import io.millrace.protocol.compress.Compression;
import io.millrace.protocol.compress.Scratch;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Where batches are decompressed to: memory that is used again as soon as the records that lie in it are not valid any
 * more. So a consumer that goes on reading makes no garbage of what it reads.
 *
 * <p>Batches are read one after the other: of those that are lent, only the last can still be asked for records.
 *
 * <p>Threading: the application's thread.
 */
final class DecompressionRoom {
    /** What is kept while nobody uses it: enough for a poll of 500 records of 8 KiB. */
    private static final long MOST_KEPT = 4 << 20;

    private final int maxBytes;
    private final Deque<Scratch> lent = new ArrayDeque<>(4);
    private final Deque<Scratch> free = new ArrayDeque<>(4);
    private long freeBytes;

    /** @param maxBytes the most that may come out of one batch */
    DecompressionRoom(int maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** Decompresses a batch's records; what comes out is there until it is {@link #giveBack given back}. */
    ByteBuffer decompress(Compression codec, ByteBuffer payload) {
        Scratch scratch = free.poll();
        if (scratch == null) {
            scratch = new Scratch();
        } else {
            freeBytes -= scratch.capacity();
        }
        lent.add(scratch);
        return codec.decompress(payload, maxBytes, scratch);
    }

    /**
     * What was returned by polls is not valid any more.
     *
     * @param butLast whether the last batch has records left
     */
    void giveBack(boolean butLast) {
        while (lent.size() > (butLast ? 1 : 0)) {
            Scratch scratch = lent.remove();
            if (freeBytes + scratch.capacity() <= MOST_KEPT) {
                freeBytes += scratch.capacity();
                free.push(scratch);
            }
        }
    }

    /** Bytes that it takes now. */
    long sizeInBytes() {
        return freeBytes + lent.stream().mapToLong(Scratch::capacity).sum();
    }
}
