package io.millrace.tools.mirror;

import io.millrace.client.ClientConfig.Backoff;
import io.millrace.client.net.Wait;
import io.millrace.protocol.TopicPartition;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;

/**
 * One partition on its way: from where on it is asked for, and how much of it is under way.
 *
 * <pre>
 * ASKING (where does the target end?) -> COPYING -> ASKING, when anything went wrong      each of them -> STOPPED
 * </pre>
 *
 * <p>Whatever goes wrong makes it begin anew where the target ends: nothing about its place is known here that the target
 * does not know better. The generation tells apart what was under way before.
 *
 * <p>Threading: the I/O thread; figures may be read by any.
 */
final class PartitionCopy {
    /** Stands for an offset that is not known. */
    static final long UNKNOWN = -1;

    private static final Backoff PAUSES = new Backoff(Duration.ofMillis(50), Duration.ofSeconds(2));

    enum State {
        ASKING,
        COPYING,
        STOPPED
    }

    private final CopiedTopic topic;
    private final TopicPartition source;
    private final TopicPartition target;
    private final Clock clock;
    private final CopyFigures figures = new CopyFigures();
    private final Wait wait = new Wait(PAUSES);

    private volatile State state = State.ASKING;
    private volatile String trouble = "";
    private int generation;
    private long position = UNKNOWN;
    private int lastEpoch = -1;
    private long inFlight;
    private long retryAtNs = System.nanoTime();
    private boolean asked;

    private volatile long sourceStart = UNKNOWN;
    private volatile long sourceEnd = UNKNOWN;
    private volatile long targetStart = UNKNOWN;
    private volatile long targetEnd = UNKNOWN;
    private volatile long copiedTimestamp = UNKNOWN;
    private volatile long copiedBytes;
    private volatile long copiedOffsets;
    private volatile Optional<OffsetPairs> pairs = Optional.empty();

    PartitionCopy(CopiedTopic topic, int number, Clock clock) {
        this.clock = clock;
        this.topic = topic;
        this.source = new TopicPartition(topic.source(), number);
        this.target = new TopicPartition(topic.target(), number);
    }

    CopiedTopic topic() {
        return topic;
    }

    TopicPartition source() {
        return source;
    }

    TopicPartition target() {
        return target;
    }

    // ---- state

    State state() {
        return state;
    }

    /** Why it is STOPPED or was interrupted last; empty since all is well. */
    String trouble() {
        return trouble;
    }

    boolean isDue(long nowNs) {
        return nowNs - retryAtNs >= 0;
    }

    long retryAtNs() {
        return retryAtNs;
    }

    int generation() {
        return generation;
    }

    /** Whether the target is being asked where it ends. */
    boolean isAsked() {
        return asked;
    }

    void ask() {
        asked = true;
    }

    /** Goes on at an offset. */
    void goOnAt(long offset) {
        generation++;
        asked = false;
        position = offset;
        lastEpoch = -1;
        retryAtNs = System.nanoTime();
        state = State.COPYING;
    }

    /** Has the target asked again where it ends, after a while. */
    void interrupt(String why) {
        if (state == State.STOPPED) {
            return;
        }
        generation++;
        asked = false;
        state = State.ASKING;
        trouble = why;
        retryAtNs = System.nanoTime() + wait.nextNs();
    }

    /** Tries the same again, after a while. */
    void later(String why) {
        trouble = why;
        retryAtNs = System.nanoTime() + wait.nextNs();
    }

    /** Copies no more until somebody has done something about it. */
    void stop(String why) {
        generation++;
        asked = false;
        state = State.STOPPED;
        trouble = why;
    }

    // ---- place

    /** The next offset to ask the source for. */
    long position() {
        return position;
    }

    /** The source's leader epoch of the last record that came, -1 if it is not known. */
    int lastEpoch() {
        return lastEpoch;
    }

    /** @param timestamp the latest in the last batch */
    void fetched(long next, int epoch, long timestamp, int bytes) {
        figures.fetched(clock.millis() - timestamp);
        position = next;
        lastEpoch = epoch;
        inFlight += bytes;
    }

    long inFlight() {
        return inFlight;
    }

    /** So many bytes are under way no more, whatever became of them. */
    void landed(int bytes) {
        inFlight -= bytes;
    }

    /** Offsets in the target are others, as these say. */
    void pairsAre(OffsetPairs its) {
        pairs = Optional.of(its);
    }

    /** What a position in the source is in the target, as far as that has the records; -1 if it is not known. */
    long translate(long position) {
        return pairs.map(its -> its.translate(position)).orElseGet(() -> Math.min(position, targetEnd));
    }

    /** Up to which offset of the source the target has all, or -1. */
    long copiedUpTo() {
        return pairs.map(its -> its.place().sourceNext()).orElse(targetEnd);
    }

    // ---- figures

    CopyFigures figures() {
        return figures;
    }

    void sourceIs(long start, long end) {
        sourceStart = start;
        sourceEnd = end;
    }

    void targetIs(long start, long end) {
        targetStart = start;
        targetEnd = end;
    }

    /** What was sent is stored. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // one thread writes
    void stored(long from, long to, long timestamp, int records, int bytes) {
        figures.stored(records, bytes, clock.millis() - timestamp);
        wait.reset();
        trouble = "";
        copiedTimestamp = timestamp;
        copiedBytes += bytes;
        copiedOffsets += to - from;
    }

    long sourceStart() {
        return sourceStart;
    }

    /** The source's high watermark. */
    long sourceEnd() {
        return sourceEnd;
    }

    long targetStart() {
        return targetStart;
    }

    long targetEnd() {
        return targetEnd;
    }

    /** The latest time of the records that were copied last. */
    long copiedTimestamp() {
        return copiedTimestamp;
    }

    long copiedBytes() {
        return copiedBytes;
    }

    long copiedOffsets() {
        return copiedOffsets;
    }
}
