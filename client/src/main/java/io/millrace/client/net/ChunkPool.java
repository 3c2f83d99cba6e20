package io.millrace.client.net;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Pieces of memory off the heap that nobody uses now, for all producers of a runtime: so thousands of them that are mostly
 * idle keep no memory of their own. Keeps no more than the one that may use the most of them may use.
 *
 * <p>Threading: any; one short lock, under which nothing is called.
 */
public final class ChunkPool {
    /** By size: most often there is one. */
    private final Map<Integer, Deque<ByteBuffer>> free = new HashMap<>();

    private long freeBytes;
    private long mostBytes;

    /** Somebody may use so many bytes. */
    public synchronized void serve(long bytes) {
        mostBytes = Math.max(mostBytes, bytes);
    }

    /** An empty chunk of so many bytes. */
    public ByteBuffer take(int bytes) {
        return takeFree(bytes).orElseGet(() -> ByteBuffer.allocateDirect(bytes));
    }

    private synchronized Optional<ByteBuffer> takeFree(int bytes) {
        Deque<ByteBuffer> ofSize = free.get(bytes);
        if (ofSize == null || ofSize.isEmpty()) {
            return Optional.empty();
        }
        freeBytes -= bytes;
        return Optional.of(ofSize.pop());
    }

    /** Takes back chunks that nobody uses any more. */
    public synchronized void give(List<ByteBuffer> chunks) {
        for (ByteBuffer chunk : chunks) {
            if (freeBytes + chunk.capacity() <= mostBytes) {
                freeBytes += chunk.capacity();
                free.computeIfAbsent(chunk.capacity(), size -> new ArrayDeque<>())
                        .push(chunk.clear());
            }
        }
    }
}
