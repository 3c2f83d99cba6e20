package io.millrace.client.producer;

import io.millrace.client.MillraceException;
import io.millrace.protocol.record.BatchHeader;
import io.millrace.protocol.record.BufferChain;
import io.millrace.protocol.record.RecordHeader;
import io.millrace.protocol.record.RecordWriter;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Records of one partition that are sent together, as they will lie on the wire: in chunks, the first with room in front for
 * the batch's header.
 *
 * <p>Life: open (records are added) -> sealed (compressed once) -> sent, maybe several times -> ended, once. Its chunks are
 * given back when it has ended and no socket holds them.
 *
 * <p>Threading: open, its {@link OpenBatches}' lock; then the I/O thread.
 */
final class PartitionBatch {
    private final SendBuffer buffer;
    private final List<ByteBuffer> chunks = new ArrayList<>(2);
    private final Outcomes outcomes = new Outcomes();
    private final long createdNs;
    private ByteBuffer last;
    private int bytes = BatchHeader.SIZE;
    private int count;
    private long baseTimestamp;
    private long maxTimestamp;

    private boolean sealed;
    private int codecId;
    private ProducerNumber number = ProducerNumber.NONE;
    private long place;
    private int attempts;
    private Optional<MillraceException> lastFailure = Optional.empty();
    private int onSockets;
    private boolean ended;

    /** Who waits for its end. */
    private List<Flush> flushes = List.of();

    /** Whether a record could be added. */
    enum Room {
        FOUND,
        /** The batch is as large as it may be. */
        FULL,
        /** There is no memory for the record. */
        NO_MEMORY
    }

    private PartitionBatch(SendBuffer buffer, long createdNs) {
        this.buffer = buffer;
        this.createdNs = createdNs;
    }

    /** An empty one; it takes its first chunks with its first record. */
    static PartitionBatch over(SendBuffer buffer) {
        return new PartitionBatch(buffer, System.nanoTime());
    }

    /** An empty one that is as old as this, and for which the same ones wait. */
    PartitionBatch halfOf(SendBuffer memory) {
        PartitionBatch half = new PartitionBatch(memory, createdNs);
        flushes.forEach(half::awaitedBy);
        half.place = place;
        return half;
    }

    // ---- open

    private long timestampDelta(long timestamp) {
        return count == 0 ? 0 : timestamp - baseTimestamp;
    }

    /** Adds a record, however large; false, and nothing is changed, if there is no memory for it. */
    boolean add(long timestamp, byte[] key, byte[] value, List<RecordHeader> headers, SendCallback callback) {
        return add(Integer.MAX_VALUE, timestamp, key, value, headers, callback) == Room.FOUND;
    }

    /**
     * Adds a record; nothing is changed if there is no room for it. Null for no key, null for no value.
     *
     * @param limit bytes that the batch may have with it
     */
    Room add(int limit, long timestamp, byte[] key, byte[] value, List<RecordHeader> headers, SendCallback callback) {
        long delta = timestampDelta(timestamp);
        int bodySize = RecordWriter.bodySize(delta, count, key, value, headers);
        int size = RecordWriter.size(bodySize);
        if (size > limit - bytes) {
            return Room.FULL;
        }
        if (last != null && size <= last.remaining()) {
            RecordWriter.write(last, bodySize, delta, count, key, value, headers);
        } else {
            int before = chunks.size();
            if (!takeChunksFor(size)) {
                return Room.NO_MEMORY;
            }
            writeAcross(before, size, bodySize, delta, key, value, headers);
        }
        outcomes.add(count, callback);
        bytes += size;
        if (count == 0) {
            baseTimestamp = timestamp;
            maxTimestamp = timestamp;
        } else if (timestamp > maxTimestamp) {
            maxTimestamp = timestamp;
        }
        count++;
        return Room.FOUND;
    }

    private boolean takeChunksFor(int size) {
        int here = last == null ? -BatchHeader.SIZE : last.remaining();
        int missing = size - here;
        if (!buffer.take((missing + buffer.chunkBytes() - 1) / buffer.chunkBytes(), chunks)) {
            return false;
        }
        if (last == null) {
            last = chunks.get(0).position(BatchHeader.SIZE);
        }
        return true;
    }

    /** Writes a record that does not fit into the last chunk: all but its value takes the way over the heap. */
    private void writeAcross(
            int firstNew, int size, int bodySize, long delta, byte[] key, byte[] value, List<RecordHeader> headers) {
        int valueLength = value == null ? 0 : value.length;
        ByteBuffer rest = ByteBuffer.allocate(size - valueLength);
        RecordWriter.writeHead(rest, bodySize, delta, count, key, value == null ? -1 : value.length);
        int headEnd = rest.position();
        RecordWriter.writeTail(rest, headers);
        int next = Math.max(1, firstNew);
        next = putAcross(rest.array(), 0, headEnd, next);
        if (value != null) {
            next = putAcross(value, 0, value.length, next);
        }
        putAcross(rest.array(), headEnd, rest.position(), next);
    }

    /** Puts bytes into the last chunk and the ones behind it; returns the number of the chunk that follows. */
    private int putAcross(byte[] from, int start, int end, int nextChunk) {
        int next = nextChunk;
        int at = start;
        while (at < end) {
            if (!last.hasRemaining()) {
                last = chunks.get(next++);
            }
            int length = Math.min(end - at, last.remaining());
            last.put(from, at, length);
            at += length;
        }
        return next;
    }

    // ---- any time

    int count() {
        return count;
    }

    /** Bytes on the wire; before it is sealed, what they would be without compression. */
    int sizeInBytes() {
        return bytes;
    }

    /** When its first record came, in {@link System#nanoTime}. */
    long createdNs() {
        return createdNs;
    }

    // ---- the I/O thread

    boolean isSealed() {
        return sealed;
    }

    /** The chunks, each from 0 to its limit; header included. */
    List<ByteBuffer> chunks() {
        return chunks;
    }

    /** Ends it at what was written. */
    void flip() {
        chunks.forEach(ByteBuffer::flip);
    }

    /** It is compressed now, and that many chunks are enough for it. */
    void sealedAs(int codec, int sizeInBytes, int chunksUsed) {
        sealed = true;
        codecId = codec;
        bytes = sizeInBytes;
        if (chunksUsed < chunks.size()) {
            List<ByteBuffer> surplus = chunks.subList(chunksUsed, chunks.size());
            buffer.give(surplus);
            surplus.clear();
        }
    }

    int codecId() {
        return codecId;
    }

    long baseTimestamp() {
        return baseTimestamp;
    }

    long maxTimestamp() {
        return maxTimestamp;
    }

    ProducerNumber number() {
        return number;
    }

    void numberedAs(ProducerNumber given) {
        number = given;
    }

    /** Its place among its partition's batches in the order in which they left first; 0 before. */
    long place() {
        return place;
    }

    void placedAt(long given) {
        place = given;
    }

    /** How often it was sent. */
    int attempts() {
        return attempts;
    }

    /** What a request carries; the socket holds the chunks until it lets go of that. */
    BufferChain onTheWay() {
        attempts++;
        onSockets++;
        return new BufferChain(List.copyOf(chunks), bytes, this::leftSocket);
    }

    private void leftSocket() {
        onSockets--;
        giveBackIfDone();
    }

    Outcomes outcomes() {
        return outcomes;
    }

    boolean hasEnded() {
        return ended;
    }

    /** Why the last attempt failed: what is told if it is given up. */
    void failedBy(MillraceException why) {
        lastFailure = Optional.of(why);
    }

    Optional<MillraceException> lastFailure() {
        return lastFailure;
    }

    /** Somebody waits for its end, too. */
    void awaitedBy(Flush flush) {
        if (flushes.isEmpty()) {
            flushes = new ArrayList<>(1);
        }
        flushes.add(flush);
        flush.begin();
    }

    /** Tells all callbacks. The second time it does nothing, and says so. */
    boolean end(SendOutcome outcome) {
        if (ended) {
            return false;
        }
        outcomes.tell(outcome, count);
        replaced();
        return true;
    }

    /** Ends it without telling its callbacks: others carry its records on, or never did. */
    void replaced() {
        ended = true;
        giveBackIfDone();
        flushes.forEach(Flush::end);
        flushes = List.of();
    }

    private void giveBackIfDone() {
        if (ended && onSockets == 0 && !chunks.isEmpty()) {
            buffer.give(chunks);
            chunks.clear();
        }
    }
}
