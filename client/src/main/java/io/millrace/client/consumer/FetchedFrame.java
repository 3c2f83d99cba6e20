package io.millrace.client.consumer;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * The bytes of one answer to a Fetch, which are one piece of memory however many partitions lie in it: they count until
 * the last of its slices was given back.
 *
 * <p>Threading: any.
 */
final class FetchedFrame {
    private final long bytes;
    private final AtomicInteger slices;
    private final Owner owner;

    /** Who asked for it. */
    interface Owner {
        /** The application has begun to read so many bytes, or will never. */
        void taken(long bytes);

        /** So many bytes of memory are free again. */
        void freed(long bytes);
    }

    FetchedFrame(long bytes, int slices, Owner owner) {
        this.bytes = bytes;
        this.slices = new AtomicInteger(slices);
        this.owner = owner;
    }

    void sliceTaken(int sliceBytes) {
        owner.taken(sliceBytes);
    }

    void sliceGivenBack() {
        if (slices.decrementAndGet() == 0) {
            owner.freed(bytes);
        }
    }
}
