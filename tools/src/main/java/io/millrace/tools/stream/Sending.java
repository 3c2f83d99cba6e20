package io.millrace.tools.stream;

import io.millrace.client.MillraceException;
import io.millrace.client.producer.Producer;
import io.millrace.client.producer.ProducerRecord;
import io.millrace.protocol.record.RecordHeader;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;

/**
 * Reads records and sends them: as fast as the brokers take them, and no faster, so that whoever writes into the pipe has
 * to wait, too.
 *
 * <p>Threading: one thread's.
 */
final class Sending {
    /** Longer than any record may be under way, so that what is wrong is said by the records themselves. */
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    /** So many records between two words of progress. */
    private static final int STRIDE = 1024;

    /**
     * What all records have, whatever the input says.
     *
     * @param key for those without one; empty for none
     * @param hasKey whether there is such a key
     * @param headers in front of their own
     * @param partition -1 to have one chosen, unless the input says which and that counts
     * @param keepPartitions whether it counts
     */
    @SuppressWarnings("ArrayRecordComponent") // is read, and never compared
    record Common(byte[] key, boolean hasKey, List<RecordHeader> headers, int partition, boolean keepPartitions) {}

    private final String topic;
    private final Producer producer;
    private final Acknowledged acknowledged;
    private final Common common;
    private final boolean onlyBytes;
    private final InputRecord record = new InputRecord();
    private long sent;
    private long bytes;

    Sending(String topic, Producer producer, Acknowledged acknowledged, Common common) {
        this.topic = topic;
        this.producer = producer;
        this.acknowledged = acknowledged;
        this.common = common;
        this.onlyBytes = common.headers().isEmpty() && common.partition() < 0 && !common.keepPartitions();
    }

    /**
     * Sends until the input ends, somebody wants an end, or a record fails.
     *
     * @param most records
     * @param progress is told how many bytes of the input were read
     */
    void run(RecordInput input, long most, BooleanSupplier isToEnd, LongConsumer progress) throws IOException {
        while (sent < most && !isToEnd.getAsBoolean() && acknowledged.failed() == 0 && input.next(record)) {
            if (common.hasKey() && !record.hasKey()) {
                record.key(common.key(), 0, common.key().length);
            }
            int size = record.sizeInBytes();
            do {
                producer.awaitRoom(Math.max(1, size), PATIENCE);
                send();
            } while (acknowledged.takeRefused());
            sent++;
            bytes += size;
            if (sent % STRIDE == 0) {
                progress.accept(input.position());
            }
        }
    }

    private void send() {
        boolean plain = onlyBytes && record.timestamp() < 0 && record.headers().isEmpty() && record.hasValue();
        if (!plain) {
            producer.send(built(), acknowledged);
        } else if (record.hasKey()) {
            producer.send(topic, record.key(), record.value(), acknowledged);
        } else {
            producer.send(topic, record.value(), acknowledged);
        }
    }

    private ProducerRecord built() {
        ProducerRecord.Builder builder = ProducerRecord.builder(topic);
        if (record.hasKey()) {
            builder.key(record.key());
        }
        if (record.hasValue()) {
            builder.value(record.value());
        }
        if (common.keepPartitions() && record.partition() >= 0) {
            builder.partition(record.partition());
        } else if (common.partition() >= 0) {
            builder.partition(common.partition());
        }
        if (record.timestamp() >= 0) {
            builder.timestamp(record.timestamp());
        }
        common.headers().forEach(builder::header);
        record.headers().forEach(builder::header);
        return builder.build();
    }

    /** Waits until each record has ended, one way or the other. */
    void flush(Duration atMost) {
        try {
            producer.flush()
                    .toCompletableFuture()
                    .orTimeout(atMost.toMillis(), TimeUnit.MILLISECONDS)
                    .join();
        } catch (CompletionException e) {
            throw MillraceException.timedOut("Not all was acknowledged within " + atMost.toSeconds() + " s");
        }
    }

    long sent() {
        return sent;
    }

    /** Bytes of keys and values. */
    long bytes() {
        return bytes;
    }
}
