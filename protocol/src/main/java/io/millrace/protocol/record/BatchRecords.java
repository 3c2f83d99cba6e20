package io.millrace.protocol.record;

import io.millrace.protocol.compress.Compression;
import io.millrace.protocol.wire.MalformedMessageException;
import io.millrace.protocol.wire.Varint;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * The records of one batch, decompressed once and then read one by one.
 *
 * <pre>
 * varint length of what follows | i8 attributes | varlong timestamp delta | varint offset delta
 * varint key length, -1 for none | key | varint value length, -1 for none | value | headers
 * </pre>
 *
 * <p>Iterating checks: every length against its frame, offset deltas rising and within the batch, the header's count
 * against what is there, nothing behind the last record. What does not fit is a {@link MalformedMessageException} from
 * {@code hasNext} or {@code next}.
 */
public final class BatchRecords implements Iterable<Record> {
    /** Length, attributes, two deltas, two lengths, header count: one byte each. */
    private static final int LEAST_SIZE = 7;

    private final RecordBatch batch;
    private final ByteBuffer payload;

    private BatchRecords(RecordBatch batch, ByteBuffer payload) {
        this.batch = batch;
        this.payload = payload;
    }

    static BatchRecords of(RecordBatch batch, int maxBytes) {
        Compression codec = Compression.of(batch.codec())
                .orElseThrow(() -> new MalformedMessageException("unknown codec " + batch.codec()));
        int count = batch.recordsCount();
        if (count == 0) {
            if (batch.sizeInBytes() != BatchHeader.SIZE) {
                throw new MalformedMessageException("a batch of no records has a payload");
            }
            return new BatchRecords(batch, batch.payload());
        }
        // the bound is for what decompression makes of little; what is not compressed is in memory already
        ByteBuffer payload = codec == Compression.NONE ? batch.payload() : codec.decompress(batch.payload(), maxBytes);
        if (count < 0 || count > payload.remaining() / LEAST_SIZE) {
            throw new MalformedMessageException(count + " records in " + payload.remaining() + " bytes");
        }
        return new BatchRecords(batch, payload);
    }

    /** Bytes of the records, decompressed. */
    public int sizeInBytes() {
        return payload.remaining();
    }

    /** The records as they lie behind one another, decompressed. */
    ByteBuffer bytes() {
        return payload.slice();
    }

    @Override
    public Iterator<Record> iterator() {
        return new Cursor(batch, payload.duplicate());
    }

    /**
     * Reads all records and keeps none.
     *
     * @throws MalformedMessageException if they are not what the batch says, see above
     */
    public void check() {
        for (Iterator<Record> records = iterator(); records.hasNext(); ) {
            records.next();
        }
    }

    private static final class Cursor implements Iterator<Record> {
        private final ByteBuffer in;
        private final long baseOffset;
        private final int lastOffsetDelta;
        private final long timestamp;
        private final boolean oneTimestamp;
        private int left;
        private int lastDelta = -1;

        Cursor(RecordBatch batch, ByteBuffer in) {
            this.in = in;
            this.baseOffset = batch.baseOffset();
            this.lastOffsetDelta = batch.lastOffsetDelta();
            this.oneTimestamp = batch.isLogAppendTime();
            this.timestamp = oneTimestamp ? batch.maxTimestamp() : batch.baseTimestamp();
            this.left = batch.recordsCount();
        }

        @Override
        public boolean hasNext() {
            if (left == 0 && in.hasRemaining()) {
                throw new MalformedMessageException(in.remaining() + " bytes behind the last record of a batch");
            }
            return left > 0;
        }

        @Override
        public Record next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            left--;
            int length = Varint.read(in);
            if (length < LEAST_SIZE - 1 || length > in.remaining()) {
                throw new MalformedMessageException("a record of " + length + " bytes in " + in.remaining());
            }
            int end = in.position() + length;
            int batchEnd = in.limit();
            in.limit(end);
            Record record = record(end);
            in.limit(batchEnd);
            return record;
        }

        private Record record(int end) {
            in.get(); // attributes, none of which has a meaning
            long timestampDelta = Varint.readLong(in);
            int offsetDelta = Varint.read(in);
            if (offsetDelta <= lastDelta || offsetDelta > lastOffsetDelta) {
                throw new MalformedMessageException("offset delta " + offsetDelta + " after " + lastDelta
                        + " in a batch whose last is " + lastOffsetDelta);
            }
            lastDelta = offsetDelta;
            Record.Span key = span();
            Record.Span value = span();
            Record.Span headers = new Record.Span(in.position(), end - in.position());
            RecordHeaders.check(in);
            long time = oneTimestamp ? timestamp : timestamp + timestampDelta;
            return new Record(in, baseOffset + offsetDelta, time, key, value, headers);
        }

        private Record.Span span() {
            int length = Varint.read(in);
            if (length < -1 || length > in.remaining()) {
                throw new MalformedMessageException("a key or value of " + length + " bytes in " + in.remaining());
            }
            Record.Span span = new Record.Span(in.position(), length);
            in.position(in.position() + Math.max(0, length));
            return span;
        }
    }
}
