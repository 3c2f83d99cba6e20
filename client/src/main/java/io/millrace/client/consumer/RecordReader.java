package io.millrace.client.consumer;

import io.millrace.client.MillraceException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * Makes of fetched slices what one poll returns, and gives back what the poll before returned.
 *
 * <p>Threading: the application's thread.
 */
final class RecordReader {
    private final ConsumerConfig config;
    private final PollQueue queue;
    private final Runnable refetch;

    /** Wholly read; the records of the last poll lie in them. */
    private final List<FetchedSlice> handedOut = new ArrayList<>();

    private final DecompressionRoom room;
    private Optional<SliceReader> current = Optional.empty();

    /** How many records the last read gave: likely as many as the next will. */
    private int lastSize;

    /** @param refetch has the I/O thread look at the partitions again */
    RecordReader(ConsumerConfig config, PollQueue queue, Runnable refetch) {
        this.config = config;
        this.queue = queue;
        this.refetch = refetch;
        this.room = new DecompressionRoom(config.maxDecompressedBytes());
    }

    /** What was returned before is not valid any more. */
    void giveBack() {
        handedOut.forEach(FetchedSlice::release);
        handedOut.clear();
        room.giveBack(current.isPresent() && current.get().isInsideBatch());
    }

    /** As many records as there are, up to so many. */
    List<ConsumerRecord> read(int most) {
        List<ConsumerRecord> records = new ArrayList<>(lastSize);
        while (records.size() < most && nextSlice()) {
            SliceReader reader = current.orElseThrow();
            try {
                boolean done = reader.addTo(records, most);
                PartitionState state = reader.slice().state();
                state.advance(reader.position(), reader.epoch(), reader.timestamp());
                if (done) {
                    handedOut.add(reader.slice());
                    current = Optional.empty();
                }
            } catch (MillraceException corrupt) {
                drop(reader);
                if (records.isEmpty()) {
                    throw corrupt;
                }
                queue.fail(corrupt); // first what was before it
            }
        }
        lastSize = records.size();
        return Collections.unmodifiableList(records);
    }

    /** Leaves the rest of a slice unread: it is fetched again, from the first record that was not returned. */
    private void drop(SliceReader reader) {
        reader.slice().state().advance(reader.position(), reader.epoch(), reader.timestamp());
        reader.slice().state().again();
        handedOut.add(reader.slice());
        current = Optional.empty();
        refetch.run();
    }

    /** Whether there is something to read: the rest of a slice, or the next one. */
    private boolean nextSlice() {
        if (current.isPresent() && current.get().slice().isCurrent()) {
            return true;
        }
        current.ifPresent(reader -> handedOut.add(reader.slice()));
        current = Optional.empty();
        Optional<FetchedSlice> next = queue.nextSlice();
        while (next.isPresent() && !next.get().isCurrent()) {
            next.get().release();
            next = queue.nextSlice();
        }
        next.ifPresent(slice -> {
            slice.take();
            current = Optional.of(new SliceReader(slice, config, room));
        });
        return next.isPresent();
    }

    /** Gives everything back. */
    void close() {
        giveBack();
        current.ifPresent(reader -> reader.slice().release());
        current = Optional.empty();
    }
}
