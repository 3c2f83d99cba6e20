package io.millrace.broker.group;

import java.util.concurrent.atomic.AtomicLong;

/**
 * What groups and offsets hold on the heap, by estimate, and the bound that new members and offsets must fit under. What
 * is in the log is loaded whatever the bound.
 *
 * <p>Threading: any thread; a share is its shard's.
 */
final class GroupMemory {
    private final long limit;
    private final AtomicLong held = new AtomicLong();

    GroupMemory(long limit) {
        this.limit = limit;
    }

    long heldBytes() {
        return held.get();
    }

    /** A part of it for one shard. */
    Share share() {
        return new Share();
    }

    /** What one shard holds. */
    final class Share {
        private long mine;

        /** Takes more, or gives back if negative. */
        void add(long bytes) {
            mine += bytes;
            held.addAndGet(bytes);
        }

        boolean hasRoomFor(long bytes) {
            return held.get() + bytes <= limit;
        }

        /** Gives everything back. */
        void release() {
            add(-mine);
        }
    }
}
