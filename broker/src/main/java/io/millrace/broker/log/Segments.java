package io.millrace.broker.log;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * The segments of a log in ascending order of base offset; the last one takes appends. There is always one.
 *
 * <p>Threading: changed under the log's lock; readers take the {@link #view}, which never changes.
 */
final class Segments {
    private volatile List<Segment> view;
    private volatile int changes; // odd while files and view do not agree

    Segments(List<Segment> segments) {
        this.view = List.copyOf(segments);
    }

    List<Segment> view() {
        return view;
    }

    Segment active() {
        List<Segment> now = view;
        return now.get(now.size() - 1);
    }

    /** The place in a view of the segment that an offset belongs to: the last that does not begin above it, or -1. */
    static int floor(List<Segment> view, long offset) {
        int low = 0;
        int high = view.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (view.get(middle).baseOffset() <= offset) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low - 1;
    }

    void add(Segment next) {
        List<Segment> more = new ArrayList<>(view);
        more.add(next);
        view = List.copyOf(more);
    }

    /** Takes segments out, whose files may be renamed from then on. */
    void remove(Collection<Segment> gone) {
        view = view.stream().filter(segment -> !gone.contains(segment)).toList();
        addToChanges(2);
    }

    interface Replacement {
        List<Segment> make() throws IOException;
    }

    /** Replaces all, and files with them: look-ups wait meanwhile. */
    void replaceAll(Replacement replacement) throws IOException {
        addToChanges(1);
        try {
            view = List.copyOf(replacement.make());
        } finally {
            addToChanges(1);
        }
    }

    /** What to remember before a look-up, and before taking the {@link #view} for it. Waits for a replacement. */
    int changes() {
        int now = changes;
        while (now % 2 != 0) {
            Thread.onSpinWait();
            now = changes;
        }
        return now;
    }

    /** Whether what a look-up found can be trusted: no file went away or was replaced since. */
    boolean isUnchangedSince(int remembered) {
        return changes == remembered;
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer, under the log's lock
    private void addToChanges(int steps) {
        changes += steps;
    }

    long sizeInBytes() {
        return view.stream().mapToLong(Segment::size).sum();
    }
}
