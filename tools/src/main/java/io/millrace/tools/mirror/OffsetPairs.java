package io.millrace.tools.mirror;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;

/**
 * What is known of one partition's copy that has offsets of its own: where it goes on, on both sides, under whose name, and
 * which offset has become which.
 *
 * <p>Threading: any; a lock of its own.
 */
final class OffsetPairs {
    private static final byte VERSION = 0;
    private static final int FIXED = 1 + 8 + 8 + 8 + 2 + 4;

    private final OffsetRuns runs = new OffsetRuns();
    private long sourceNext;
    private long targetNext;
    private ProducerPlace producer;
    private int writtenChunk;
    private int highestChunk = -1;
    private int forgottenChunk;

    /** Nothing was copied yet: it begins there. */
    OffsetPairs(long sourceNext, long targetNext, ProducerPlace producer) {
        this.sourceNext = sourceNext;
        this.targetNext = targetNext;
        this.producer = producer;
    }

    /** Where it goes on. */
    record Place(long sourceNext, long targetNext, ProducerPlace producer) {}

    synchronized Place place() {
        return new Place(sourceNext, targetNext, producer);
    }

    /**
     * Records are stored there.
     *
     * @param sourceNext behind them, what is left out included
     */
    synchronized void add(List<Run> stored, long sourceNext) {
        for (Run run : stored) {
            runs.add(run.source(), run.target(), run.length());
            targetNext = run.target() + run.length();
            producer = producer.after(Math.toIntExact(run.length()));
        }
        this.sourceNext = sourceNext;
    }

    /** Records that lie one behind the other on both sides. */
    record Run(long source, long target, long length) {
        long sourceEnd() {
            return source + length;
        }
    }

    /** It goes on there, under this name: what lies between is not in the source any more. */
    synchronized void goOnAt(long nextInSource, ProducerPlace name) {
        sourceNext = nextInSource;
        producer = name;
    }

    /** The target has lost what it had from there on. */
    synchronized void cutAt(long targetEnd, long sourceStart) {
        runs.cutAt(targetEnd);
        targetNext = targetEnd;
        sourceNext = Math.max(sourceStart, runs.sourceEnd());
        writtenChunk = Math.min(writtenChunk, runs.lastChunk());
    }

    /** Forgets what lies before the source's start. */
    synchronized void sourceStartsAt(long offset) {
        runs.forgetBefore(offset);
    }

    /** What a position in the source is in the target, -1 if that cannot be said. */
    synchronized long translate(long source) {
        long target = runs.translate(source);
        return target < 0 && runs.sourceEnd() < 0 ? targetNext : target;
    }

    // ---- written down

    /** A chunk of it, or, without a value, one that is forgotten. */
    record Chunk(int number, ByteBuffer value) {}

    /** What is to be written down, and what is known once it has been. */
    record Changes(List<Chunk> chunks, int firstChunk, int lastChunk) {}

    /** What has changed since it was written down last; the last chunk says where it goes on. */
    synchronized Changes changes() {
        List<Chunk> chunks = new ArrayList<>();
        for (int gone = forgottenChunk; gone < runs.firstChunk(); gone++) {
            chunks.add(new Chunk(gone, null));
        }
        for (int gone = runs.lastChunk() + 1; gone <= highestChunk; gone++) {
            chunks.add(new Chunk(gone, null));
        }
        for (int chunk = Math.max(writtenChunk, runs.firstChunk()); chunk <= runs.lastChunk(); chunk++) {
            chunks.add(new Chunk(chunk, write(chunk)));
        }
        return new Changes(chunks, runs.firstChunk(), runs.lastChunk());
    }

    /** These are stored. */
    synchronized void wrote(Changes changes) {
        forgottenChunk = changes.firstChunk();
        writtenChunk = changes.lastChunk();
        highestChunk = changes.lastChunk();
    }

    private ByteBuffer write(int chunk) {
        ByteBuffer out = ByteBuffer.allocate(FIXED + OffsetRuns.roomOfChunk());
        out.put(VERSION)
                .putLong(sourceNext)
                .putLong(targetNext)
                .putLong(producer.producerId())
                .putShort(producer.epoch())
                .putInt(producer.sequence());
        runs.write(chunk, out);
        return out.flip();
    }

    /** Reads all chunks that were written, at least one. */
    static OffsetPairs read(NavigableMap<Integer, ByteBuffer> chunks) {
        ByteBuffer last = chunks.lastEntry().getValue().duplicate();
        if (last.get() != VERSION) {
            throw new IllegalStateException("offset pairs of a newer mirror");
        }
        OffsetPairs pairs = new OffsetPairs(
                last.getLong(), last.getLong(), new ProducerPlace(last.getLong(), last.getShort(), last.getInt()));
        chunks.forEach(
                (number, value) -> pairs.runs.read(number, value.duplicate().position(FIXED)));
        pairs.writtenChunk = pairs.runs.lastChunk();
        pairs.highestChunk = pairs.writtenChunk;
        pairs.forgottenChunk = pairs.runs.firstChunk();
        return pairs;
    }
}
