package io.millrace.protocol.record;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/**
 * One record: a view of the bytes it was read from, valid as long as they are. Any thread may read it.
 *
 * <p>Made by {@link BatchRecords} and {@link LegacyBatch}, which have checked that all its lengths fit.
 */
@SuppressWarnings("JavaLangClash") // "record" is the word of the protocol; nobody names java.lang.Record
public final class Record {
    private final ByteBuffer buffer;
    private final long offset;
    private final long timestamp;
    private final Span key;
    private final Span value;
    private final Span headers;

    /** Where a part of a record lies; length -1 if it has none. */
    record Span(int at, int length) {
        static final Span NOTHING = new Span(0, -1);

        boolean isPresent() {
            return length >= 0;
        }
    }

    Record(ByteBuffer buffer, long offset, long timestamp, Span key, Span value, Span headers) {
        this.buffer = buffer;
        this.offset = offset;
        this.timestamp = timestamp;
        this.key = key;
        this.value = value;
        this.headers = headers;
    }

    public long offset() {
        return offset;
    }

    /** When it was made, or appended if its batch says so; milliseconds since 1970, -1 for none. */
    public long timestamp() {
        return timestamp;
    }

    public boolean hasKey() {
        return key.isPresent();
    }

    /** Whether there is a value; a record of a compacted topic without one deletes its key. */
    public boolean hasValue() {
        return value.isPresent();
    }

    /** Bytes of the key, 0 if there is none. */
    public int keySize() {
        return Math.max(0, key.length());
    }

    /** Bytes of the value, 0 if there is none. */
    public int valueSize() {
        return Math.max(0, value.length());
    }

    /** The key: a slice. */
    public Optional<ByteBuffer> key() {
        return slice(key);
    }

    /** The value: a slice. */
    public Optional<ByteBuffer> value() {
        return slice(value);
    }

    /** The headers in their order, read anew by each call. */
    public List<RecordHeader> headers() {
        return headers.isPresent() ? RecordHeaders.read(buffer.slice(headers.at(), headers.length())) : List.of();
    }

    /** The headers' own bytes, count in front; of a record that {@link BatchRecords} made. */
    ByteBuffer headerBytes() {
        return buffer.slice(headers.at(), headers.length());
    }

    private Optional<ByteBuffer> slice(Span part) {
        return part.isPresent() ? Optional.of(buffer.slice(part.at(), part.length())) : Optional.empty();
    }

    @Override
    public String toString() {
        return "record " + offset + " (key " + key.length() + ", value " + value.length() + " bytes)";
    }
}
