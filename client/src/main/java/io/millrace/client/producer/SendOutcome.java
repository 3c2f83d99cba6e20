package io.millrace.client.producer;

import io.millrace.client.MillraceException;
import java.util.Optional;

/**
 * What became of a record. One object goes from record to record of a batch, so that none is made for each: keep {@link
 * #metadata} or {@link #error}, never the outcome itself.
 */
public final class SendOutcome {
    private static final long NO_TIME = -1;

    private final String topic;
    private final int partition;
    private final long baseOffset;
    private final long appendTime;
    private final Optional<MillraceException> error;
    private int index;

    private SendOutcome(
            String topic, int partition, long baseOffset, long appendTime, Optional<MillraceException> error) {
        this.topic = topic;
        this.partition = partition;
        this.baseOffset = baseOffset;
        this.appendTime = appendTime;
        this.error = error;
    }

    static SendOutcome success(String topic, int partition, long baseOffset, long appendTime) {
        return new SendOutcome(topic, partition, baseOffset, appendTime, Optional.empty());
    }

    static SendOutcome failure(String topic, int partition, MillraceException error) {
        return new SendOutcome(topic, partition, RecordMetadata.UNKNOWN_OFFSET, NO_TIME, Optional.of(error));
    }

    /** The same for the i-th record of the batch. */
    SendOutcome at(int record) {
        index = record;
        return this;
    }

    public boolean isSuccess() {
        return error.isEmpty();
    }

    public boolean isFailure() {
        return error.isPresent();
    }

    /** Why it failed. */
    public Optional<MillraceException> error() {
        return error;
    }

    public String topic() {
        return topic;
    }

    /** -1 for a record that was refused before it had one. */
    public int partition() {
        return partition;
    }

    /** {@link RecordMetadata#UNKNOWN_OFFSET} for a failure, and where the broker did not say. */
    public long offset() {
        return baseOffset == RecordMetadata.UNKNOWN_OFFSET ? baseOffset : baseOffset + index;
    }

    /** When the broker appended it, if the topic keeps that time instead of the record's own; -1 otherwise. */
    public long appendTime() {
        return appendTime;
    }

    /** A copy to keep; the timestamp is {@link #appendTime}. */
    public RecordMetadata metadata() {
        return new RecordMetadata(topic, partition, offset(), appendTime);
    }
}
