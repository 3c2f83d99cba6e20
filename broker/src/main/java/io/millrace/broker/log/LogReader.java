package io.millrace.broker.log;

import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.record.BufferSlice;
import io.millrace.protocol.record.Records;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;

/**
 * Answers from a log's segments while it goes on: every answer is taken from the segments of one moment, and asked for
 * again if files were taken away or replaced under the question.
 *
 * <p>Threading: any, without a lock.
 */
final class LogReader {
    private final Segments segments;
    private final LogOffsets offsets;
    private final Availability availability;
    private final Executor closer;
    private final RecentEnds recentEnds = new RecentEnds();

    /** Something to find in the segments of a moment. */
    interface Question<T> {
        /** None if a segment was closed meanwhile. */
        Optional<T> ask(List<Segment> segments) throws IOException;
    }

    LogReader(LogParts log) {
        this.segments = log.segments();
        this.offsets = log.offsets();
        this.availability = log.availability();
        this.closer = log.disposal()::close;
    }

    /** As {@link Log#read}. */
    Records read(long offset, int maxBytes, long boundOffset, boolean atLeastOneBatch) {
        return ask("read", view -> {
            int changes = segments.changes(); // before the bound is taken, so that it can be noted with it
            offsets.requireWithin(offset, offsets.endOffset());
            LogEnd bound = offsets.bound(boundOffset);
            return offset >= bound.offset()
                    ? Optional.of(BufferSlice.EMPTY)
                    : slice(view, offset, maxBytes, bound, changes, atLeastOneBatch);
        });
    }

    /** The answer to a question; throws what to answer instead if the log or its disk is gone. */
    <T> T ask(String operation, Question<T> question) {
        while (true) {
            availability.requireOpen();
            int before = segments.changes();
            try {
                Optional<T> answer = question.ask(segments.view());
                if (answer.isPresent() && segments.isUnchangedSince(before)) {
                    return answer.get();
                }
                if (answer.isPresent() && answer.get() instanceof Records stale) {
                    stale.release();
                }
            } catch (IOException e) {
                if (segments.isUnchangedSince(before)) {
                    throw availability.failed(operation, e);
                }
            }
        }
    }

    private Optional<Records> slice(
            List<Segment> view, long offset, int maxBytes, LogEnd bound, int changes, boolean atLeastOneBatch)
            throws IOException {
        for (int i = Math.max(0, Segments.floor(view, offset)); i < view.size(); i++) {
            Segment segment = view.get(i);
            if (segment.baseOffset() >= bound.offset()) {
                break;
            }
            if (!segment.hold()) {
                return Optional.empty();
            }
            try {
                Damage damage = segment.damage();
                long known = damage.isEmpty() && bound.isPositionIn(segment)
                        ? recentEnds.positionOf(offset, segment, changes)
                        : -1;
                long tail = limitIn(segment, bound) - known;
                if (known >= 0 && tail <= maxBytes) {
                    recentEnds.note(bound, changes);
                    return Optional.of(tail <= 0 ? BufferSlice.EMPTY : segment.slice(known, (int) tail, closer));
                }
                Optional<Segment.Place> first = segment.lookup().find(offset);
                if (!damage.isEmpty()) {
                    requireNothingLost(damage, offset, first);
                }
                if (first.isPresent()) {
                    long limit = damage.limit(first.get().position(), limitIn(view, i, bound));
                    Records records = slice(segment, first.get(), limit, maxBytes, atLeastOneBatch);
                    if (bound.isPositionIn(segment) && first.get().position() + records.sizeInBytes() == limit) {
                        recentEnds.note(bound, changes);
                    }
                    return Optional.of(records);
                }
            } finally {
                segment.release();
            }
        }
        return Optional.of(BufferSlice.EMPTY);
    }

    /** Whoever asks for an offset that is corrupt must hear so, and not be given what lies behind it. */
    private void requireNothingLost(Damage damage, long offset, Optional<Segment.Place> found) {
        Optional<CorruptRange> lost =
                damage.between(offset, found.map(Segment.Place::position).orElse(Long.MAX_VALUE));
        if (lost.isPresent()) {
            throw new ApiException(
                    ErrorCode.CORRUPT_MESSAGE,
                    "Offset " + offset + " cannot be read: corrupt are " + lost.get() + "; readable again from "
                            + lost.get().nextOffset());
        }
    }

    /** Where in a segment the last batch ends that does not end above the bound. */
    private static long limitIn(List<Segment> view, int place, LogEnd bound) throws IOException {
        Segment segment = view.get(place);
        if (bound.isPositionIn(segment)) {
            return limitIn(segment, bound);
        }
        boolean endsBelow = place + 1 < view.size() && view.get(place + 1).baseOffset() <= bound.offset();
        if (endsBelow) {
            return segment.size();
        }
        return segment.lookup()
                .find(bound.offset())
                .map(Segment.Place::position)
                .orElseGet(segment::size);
    }

    /** For a bound whose position in this segment is known. */
    private static long limitIn(Segment segment, LogEnd bound) {
        return Math.min(bound.position(), segment.size()); // it may have been cut since the bound was taken
    }

    private Records slice(Segment segment, Segment.Place first, long limit, int maxBytes, boolean atLeastOneBatch)
            throws IOException {
        long available = limit - first.position();
        int wanted = atLeastOneBatch ? Math.max(first.batch().sizeInBytes(), maxBytes) : maxBytes;
        int length = (int) Math.min(wanted, available);
        return length <= 0 ? BufferSlice.EMPTY : segment.slice(first.position(), length, closer);
    }
}
