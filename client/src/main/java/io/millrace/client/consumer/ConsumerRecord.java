package io.millrace.client.consumer;

import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.record.RecordHeader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A record as it was read: a view of the bytes that came from the broker.
 *
 * <p>Valid until the next {@code poll} of its consumer: what is to be kept longer is to be copied, as {@link #valueBytes},
 * {@link #valueText} and {@link #headers} do. Threading: any thread may read it meanwhile.
 */
public final class ConsumerRecord {
    private final BatchOrigin origin;
    private final long offset;
    private final long timestamp;
    private final int keyAt;
    private final int keySize;
    private final int valueAt;
    private final int valueSize;

    ConsumerRecord(
            BatchOrigin origin, long offset, long timestamp, int keyAt, int keySize, int valueAt, int valueSize) {
        this.origin = origin;
        this.offset = offset;
        this.timestamp = timestamp;
        this.keyAt = keyAt;
        this.keySize = keySize;
        this.valueAt = valueAt;
        this.valueSize = valueSize;
    }

    public String topic() {
        return origin.partition().topic();
    }

    public int partition() {
        return origin.partition().partition();
    }

    public TopicPartition topicPartition() {
        return origin.partition();
    }

    public long offset() {
        return offset;
    }

    /** Milliseconds since 1970: when it was made, or appended if {@link #isLogAppendTime}; -1 for none. */
    public long timestamp() {
        return timestamp;
    }

    /** Whether the timestamp is the broker's ({@code message.timestamp.type=LogAppendTime}). */
    public boolean isLogAppendTime() {
        return origin.logAppendTime();
    }

    /** The leader epoch in which it was appended; -1 if not known (KIP-101). */
    public int leaderEpoch() {
        return origin.leaderEpoch();
    }

    public boolean hasKey() {
        return keySize >= 0;
    }

    /** Whether there is a value; a record of a compacted topic without one deletes its key. */
    public boolean hasValue() {
        return valueSize >= 0;
    }

    /** Bytes of the key, 0 if there is none. */
    public int keySize() {
        return Math.max(0, keySize);
    }

    /** Bytes of the value, 0 if there is none. */
    public int valueSize() {
        return Math.max(0, valueSize);
    }

    /** The key, without a copy; read-only, and empty if there is none. */
    public ByteBuffer key() {
        return origin.view().slice(keyAt, keySize());
    }

    /** The value, without a copy; read-only, and empty if there is none. */
    public ByteBuffer value() {
        return origin.view().slice(valueAt, valueSize());
    }

    /**
     * Copies of the key what fits, with no object made for it.
     *
     * @param from so many bytes of the key are left out
     * @return how many bytes were copied
     */
    public int copyKey(int from, ByteBuffer into) {
        return copy(keyAt, keySize(), from, into);
    }

    /** As {@link #copyKey}, of the value. */
    public int copyValue(int from, ByteBuffer into) {
        return copy(valueAt, valueSize(), from, into);
    }

    private int copy(int at, int size, int from, ByteBuffer into) {
        int length = Math.min(size - from, into.remaining());
        into.put(into.position(), origin.payload(), at + from, length);
        into.position(into.position() + length);
        return length;
    }

    /** A copy of the key; empty if there is none. */
    public byte[] keyBytes() {
        return copy(keyAt, keySize());
    }

    /** A copy of the value; empty if there is none. */
    public byte[] valueBytes() {
        return copy(valueAt, valueSize());
    }

    /** The key as UTF-8; empty if there is none. */
    public String keyText() {
        return text(keyAt, keySize());
    }

    /** The value as UTF-8; empty if there is none. */
    public String valueText() {
        return text(valueAt, valueSize());
    }

    /** The headers in their order, copied anew by each call. */
    public List<RecordHeader> headers() {
        return Headers.read(origin.payload(), valueAt + valueSize());
    }

    private byte[] copy(int at, int size) {
        byte[] copy = new byte[size];
        origin.payload().get(at, copy);
        return copy;
    }

    private String text(int at, int size) {
        ByteBuffer payload = origin.payload();
        return payload.hasArray()
                ? new String(payload.array(), payload.arrayOffset() + at, size, StandardCharsets.UTF_8)
                : new String(copy(at, size), StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return origin.partition() + "@" + offset + " (key " + keySize + ", value " + valueSize + " bytes)";
    }
}
