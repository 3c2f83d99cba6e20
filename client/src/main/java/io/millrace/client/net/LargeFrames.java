package io.millrace.client.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledDirectByteBuf;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * Memory for large answers, which is used again: fresh memory is cleared by Java and mapped by the system page by page,
 * which costs about as much as what is then copied into it.
 *
 * <p>What comes back is kept for the next answer, no more than 16 MiB for all clients of a runtime, those longest unused
 * given up first.
 *
 * <p>Threading: any; one short lock.
 */
final class LargeFrames {
    /** Smaller answers are left to the allocator. */
    static final int LEAST_BYTES = 64 << 10;

    static final int MOST_KEPT_BYTES = 16 << 20;

    /** Pieces are multiples of this, so that answers of about the same size find them. */
    private static final int STEP_BYTES = 256 << 10;

    private final ByteBufAllocator allocator;
    private final Deque<ByteBuf> kept = new ArrayDeque<>();
    private int keptBytes;
    private boolean closed;

    LargeFrames(ByteBufAllocator allocator) {
        this.allocator = allocator;
    }

    /** An empty buffer that takes so many bytes and no more. */
    ByteBuf take(int bytes) {
        return bytes < LEAST_BYTES ? allocator.directBuffer(bytes, bytes) : new LargeFrame(piece(bytes), bytes).clear();
    }

    private ByteBuf piece(int bytes) {
        return takeKept(bytes).orElseGet(() -> {
            int whole = (int) Math.min(Integer.MAX_VALUE, (bytes + STEP_BYTES - 1L) / STEP_BYTES * STEP_BYTES);
            return allocator.directBuffer(whole, whole);
        });
    }

    private synchronized Optional<ByteBuf> takeKept(int bytes) {
        for (Iterator<ByteBuf> pieces = kept.descendingIterator(); pieces.hasNext(); ) {
            ByteBuf piece = pieces.next();
            if (piece.capacity() >= bytes && piece.capacity() / 4 <= bytes) {
                pieces.remove();
                keptBytes -= piece.capacity();
                return Optional.of(piece);
            }
        }
        return Optional.empty();
    }

    private void giveBack(ByteBuf piece) {
        givenUp(piece).forEach(ByteBuf::release);
    }

    private synchronized List<ByteBuf> givenUp(ByteBuf piece) {
        if (closed || piece.capacity() > MOST_KEPT_BYTES) {
            return List.of(piece);
        }
        List<ByteBuf> surplus = new ArrayList<>(1);
        while (keptBytes + piece.capacity() > MOST_KEPT_BYTES) {
            ByteBuf oldest = kept.remove();
            keptBytes -= oldest.capacity();
            surplus.add(oldest);
        }
        kept.add(piece);
        keptBytes += piece.capacity();
        return surplus;
    }

    /** Bytes that wait for the next answer. */
    synchronized int keptBytes() {
        return keptBytes;
    }

    /** Keeps nothing any more. */
    void close() {
        List<ByteBuf> all;
        synchronized (this) {
            closed = true;
            all = new ArrayList<>(kept);
            kept.clear();
            keptBytes = 0;
        }
        all.forEach(ByteBuf::release);
    }

    /** The first bytes of a piece, which goes back when nobody holds them any more. */
    private final class LargeFrame extends UnpooledDirectByteBuf {
        private final ByteBuf piece;

        LargeFrame(ByteBuf piece, int bytes) {
            super(allocator, piece.nioBuffer(0, bytes), bytes);
            this.piece = piece;
        }

        @Override
        protected void deallocate() {
            super.deallocate();
            giveBack(piece);
        }
    }
}
