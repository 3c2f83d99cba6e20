package io.millrace.tools.mirror;

import io.millrace.protocol.wire.Varint;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Which offset of the source's partition lies where in the target's, exactly: runs of records that lie one behind the other
 * on both sides. Two runs meet where one side has something that the other has not: what compaction removed, a marker of a
 * transaction, a record that somebody else wrote.
 *
 * <p>Runs are kept by chunks of {@value #CHUNK}, so that only what has changed is written down anew; the oldest chunks are
 * let go beyond {@value #MOST} runs. Threading: one thread's.
 */
final class OffsetRuns {
    static final int CHUNK = 256;
    private static final int MOST = 1 << 16;
    private static final int UNKNOWN = -1;

    private long[] sources = new long[4];
    private long[] targets = new long[4];
    private long[] lengths = new long[4];
    private int size;

    /** The chunk of the first run that is kept. */
    private int firstChunk;

    private boolean hasForgotten;

    int firstChunk() {
        return firstChunk;
    }

    int lastChunk() {
        return firstChunk + Math.max(0, size - 1) / CHUNK;
    }

    /** These records lie there, behind all that were added before. */
    void add(long source, long target, long length) {
        int last = size - 1;
        if (last >= 0 && sources[last] + lengths[last] == source && targets[last] + lengths[last] == target) {
            lengths[last] += length;
            return;
        }
        if (last >= 0 && (source < sources[last] + lengths[last] || target < targets[last] + lengths[last])) {
            throw new IllegalStateException("run " + source + " -> " + target + " is not behind " + sources[last]
                    + " -> " + targets[last] + " with " + lengths[last]);
        }
        if (size == sources.length) {
            sources = Arrays.copyOf(sources, 2 * size);
            targets = Arrays.copyOf(targets, 2 * size);
            lengths = Arrays.copyOf(lengths, 2 * size);
        }
        sources[size] = source;
        targets[size] = target;
        lengths[size++] = length;
        if (size > MOST) {
            forgetChunk();
            hasForgotten = true;
        }
    }

    private void forgetChunk() {
        System.arraycopy(sources, CHUNK, sources, 0, size - CHUNK);
        System.arraycopy(targets, CHUNK, targets, 0, size - CHUNK);
        System.arraycopy(lengths, CHUNK, lengths, 0, size - CHUNK);
        size -= CHUNK;
        firstChunk++;
    }

    /** Lets go of chunks that say nothing but of what lies before this offset of the source. */
    void forgetBefore(long sourceStart) {
        while (size > CHUNK && sources[CHUNK - 1] + lengths[CHUNK - 1] <= sourceStart) {
            forgetChunk();
        }
    }

    /** Takes back what lies in the target from an offset on. */
    void cutAt(long targetEnd) {
        while (size > 0 && targets[size - 1] >= targetEnd) {
            size--;
        }
        if (size > 0) {
            lengths[size - 1] = Math.min(lengths[size - 1], targetEnd - targets[size - 1]);
        }
    }

    /** Behind the last record in the source, or -1. */
    long sourceEnd() {
        return size == 0 ? UNKNOWN : sources[size - 1] + lengths[size - 1];
    }

    /** Behind the last record in the target, or -1. */
    long targetEnd() {
        return size == 0 ? UNKNOWN : targets[size - 1] + lengths[size - 1];
    }

    /**
     * Where the target goes on for whoever has read the source up to an offset: at the copy of the first record from there
     * on, or where it will be; -1 if that is not known any more, or nothing was copied yet.
     */
    long translate(long source) {
        int at = lastFrom(source);
        if (at < 0) {
            return size == 0 || hasForgotten ? UNKNOWN : targets[0];
        }
        return targets[at] + Math.min(source - sources[at], lengths[at]);
    }

    /** The last run that begins there at the latest. */
    private int lastFrom(long source) {
        int at = Arrays.binarySearch(sources, 0, size, source);
        return at >= 0 ? at : -at - 2;
    }

    // ---- written down

    /** Bytes that a chunk takes at most. */
    static int roomOfChunk() {
        return CHUNK * 3 * 10 + 8;
    }

    /** Writes a chunk: of each run how far it begins behind the one before, on both sides, and its length. */
    void write(int chunk, ByteBuffer out) {
        int from = (chunk - firstChunk) * CHUNK;
        int to = Math.min(size, from + CHUNK);
        Varint.write(Math.max(0, to - from), out);
        long source = 0;
        long target = 0;
        for (int i = from; i < to; i++) {
            Varint.writeLong(sources[i] - source, out);
            Varint.writeLong(targets[i] - target, out);
            Varint.writeLong(lengths[i], out);
            source = sources[i] + lengths[i];
            target = targets[i] + lengths[i];
        }
    }

    /** Reads a chunk; they are read in their order, and the first one may have any number. */
    void read(int chunk, ByteBuffer in) {
        if (size == 0) {
            firstChunk = chunk;
            hasForgotten = chunk > 0;
        }
        int count = Varint.read(in);
        long source = 0;
        long target = 0;
        for (int i = 0; i < count; i++) {
            source += Varint.readLong(in);
            target += Varint.readLong(in);
            long length = Varint.readLong(in);
            add(source, target, length);
            source += length;
            target += length;
        }
    }
}
