package io.millrace.broker.log;

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

    void remove(Collection<Segment> gone) {
        view = view.stream().filter(segment -> !gone.contains(segment)).toList();
    }

    void replaceAll(List<Segment> segments) {
        view = List.copyOf(segments);
    }

    long sizeInBytes() {
        return view.stream().mapToLong(Segment::size).sum();
    }
}
