package io.millrace.client.producer;

import io.millrace.client.MillraceException;
import io.millrace.protocol.record.RecordHeader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * A record to be sent: a topic and a value, and whatever else is wanted. Immutable, as long as its arrays are left alone
 * until {@code send} has returned.
 */
public final class ProducerRecord {
    private static final byte[] NOTHING = {};

    private final String topic;
    private final int partition;
    private final long timestamp;
    private final byte[] key;
    private final boolean hasKey;
    private final byte[] value;
    private final boolean hasValue;
    private final List<RecordHeader> headers;

    private ProducerRecord(Builder builder) {
        topic = builder.topic;
        partition = builder.partition;
        timestamp = builder.timestamp;
        key = builder.key;
        hasKey = builder.hasKey;
        value = builder.value;
        hasValue = builder.hasValue;
        headers = List.copyOf(builder.headers);
    }

    /** A value in UTF-8. */
    public static ProducerRecord of(String topic, String value) {
        return builder(topic).value(value).build();
    }

    /** A key and a value in UTF-8. */
    public static ProducerRecord of(String topic, String key, String value) {
        return builder(topic).key(key).value(value).build();
    }

    public static ProducerRecord of(String topic, byte[] value) {
        return builder(topic).value(value).build();
    }

    public static ProducerRecord of(String topic, byte[] key, byte[] value) {
        return builder(topic).key(key).value(value).build();
    }

    /** Deletes a key from a compacted topic: a record without a value. */
    public static ProducerRecord tombstone(String topic, byte[] key) {
        return builder(topic).key(key).build();
    }

    /** One without key, value and headers, to begin with. */
    public static Builder builder(String topic) {
        return new Builder(topic);
    }

    public String topic() {
        return topic;
    }

    /** The partition, if it is not to be chosen. */
    public OptionalInt partition() {
        return partition < 0 ? OptionalInt.empty() : OptionalInt.of(partition);
    }

    /** Milliseconds since 1970; the time of {@code send} if there is none. */
    public OptionalLong timestamp() {
        return timestamp < 0 ? OptionalLong.empty() : OptionalLong.of(timestamp);
    }

    public Optional<byte[]> key() {
        return hasKey ? Optional.of(key) : Optional.empty();
    }

    public Optional<byte[]> value() {
        return hasValue ? Optional.of(value) : Optional.empty();
    }

    public List<RecordHeader> headers() {
        return headers;
    }

    int partitionOrNone() {
        return partition;
    }

    long timestampOrNone() {
        return timestamp;
    }

    /** As it is written: null for none. */
    byte[] rawKey() {
        return hasKey ? key : null;
    }

    /** As it is written: null for none. */
    byte[] rawValue() {
        return hasValue ? value : null;
    }

    /** Collects the parts; one thread's. */
    public static final class Builder {
        private final String topic;
        private final List<RecordHeader> headers = new ArrayList<>();
        private int partition = -1;
        private long timestamp = -1;
        private byte[] key = NOTHING;
        private boolean hasKey;
        private byte[] value = NOTHING;
        private boolean hasValue;

        private Builder(String topic) {
            this.topic = topic;
        }

        public Builder partition(int number) {
            if (number < 0) {
                throw MillraceException.invalid("Partition " + number + " of '" + topic + "'; they begin at 0");
            }
            partition = number;
            return this;
        }

        /** Milliseconds since 1970. */
        public Builder timestamp(long millis) {
            if (millis < 0) {
                throw MillraceException.invalid("A record of '" + topic + "' has the time " + millis
                        + "; give milliseconds since 1970, or none");
            }
            timestamp = millis;
            return this;
        }

        public Builder key(byte[] bytes) {
            key = bytes;
            hasKey = true;
            return this;
        }

        public Builder key(String text) {
            return key(text.getBytes(StandardCharsets.UTF_8));
        }

        public Builder value(byte[] bytes) {
            value = bytes;
            hasValue = true;
            return this;
        }

        public Builder value(String text) {
            return value(text.getBytes(StandardCharsets.UTF_8));
        }

        /** Adds a header; the same name may be given more than once. */
        public Builder header(String name, byte[] content) {
            headers.add(RecordHeader.of(name, content.clone()));
            return this;
        }

        public Builder header(String name, String content) {
            return header(name, content.getBytes(StandardCharsets.UTF_8));
        }

        /** Adds a header as it was read. */
        public Builder header(RecordHeader header) {
            headers.add(header);
            return this;
        }

        public ProducerRecord build() {
            return new ProducerRecord(this);
        }
    }
}
