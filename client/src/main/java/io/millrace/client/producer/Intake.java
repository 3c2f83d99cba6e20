package io.millrace.client.producer;

import io.millrace.client.MillraceException;
import io.millrace.client.net.ClusterClient;
import io.millrace.client.producer.TopicSends.WaitingRecord;
import io.millrace.protocol.record.BatchHeader;
import io.millrace.protocol.record.RecordHeader;
import io.millrace.protocol.record.RecordWriter;
import java.util.List;
import java.util.Optional;

/**
 * The way of a record from {@code send} into its partition's open batch, on the caller's thread, without ever waiting for
 * anybody but another sender's writing of one record.
 *
 * <p>Threading: any thread.
 */
final class Intake {
    private static final byte[] NOTHING = {};
    /** What stands around a record's own bytes in a request, at most. */
    private static final int OVERHEAD = BatchHeader.SIZE + 32;

    private final ProducerConfig config;
    private final SendBuffer buffer;
    private final Sender sender;
    private final ProducerCounters counters;
    private final Topics topics;
    /** One for all, since there may be very many of them. */
    private final MillraceException dropped = MillraceException.bufferFull(
            "Dropped, as when.full is drop_and_count: buffer.memory is full; ProducerMetrics counts how many");

    private final MillraceException isClosed = MillraceException.closed("The producer was closed");
    private volatile boolean closed;

    /** Makes the topics, too, which send here what has waited for them. */
    Intake(ProducerConfig config, ClusterClient cluster, SendBuffer buffer, Sender sender, ProducerCounters counters) {
        this.config = config;
        this.buffer = buffer;
        this.sender = sender;
        this.counters = counters;
        this.topics = new Topics(config, cluster, buffer, sender, counters, this::release);
    }

    Topics topics() {
        return topics;
    }

    /** Somebody waits for room. */
    void hurry() {
        sender.wake();
    }

    /** Takes nothing more. */
    void close() {
        closed = true;
    }

    /**
     * Takes a record, or tells the callback at once why not. Null for no key, null for no value.
     *
     * @param partition -1 to have one chosen
     */
    void accept(
            String topic,
            int partition,
            long timestamp,
            byte[] key,
            byte[] value,
            List<RecordHeader> headers,
            SendCallback callback) {
        int size = OVERHEAD + RecordWriter.bodySize(0, 0, key, value, headers);
        if (size > config.maxRequestSize()) {
            refuse(topic, callback, tooLarge(topic, size));
            return;
        }
        while (!closed) {
            TopicSends sends = topics.get(topic);
            PartitionSends[] partitions = sends.partitions();
            boolean taken = partitions.length > 0
                    ? add(sends, partitions, partition, timestamp, key, value, headers, callback)
                    : await(sends, partition, timestamp, key, value, headers, callback);
            if (taken) {
                return;
            }
            Thread.onSpinWait(); // the topic has just become known, or was just forgotten
        }
        refuse(topic, callback, isClosed);
    }

    private MillraceException tooLarge(String topic, int size) {
        return MillraceException.invalid("A record of '" + topic + "' takes " + size
                + " bytes, more than max.request.size, " + config.maxRequestSize()
                + "; make it smaller, or raise that and the topic's max.message.bytes");
    }

    /** Whether the record was dealt with, one way or the other. */
    private boolean add(
            TopicSends topic,
            PartitionSends[] partitions,
            int asked,
            long timestamp,
            byte[] key,
            byte[] value,
            List<RecordHeader> headers,
            SendCallback callback) {
        int chosen;
        try {
            chosen = asked >= 0 ? asked : choose(topic.name(), key, value, partitions.length);
        } catch (RuntimeException e) { // the application's own partitioner
            refuse(topic.name(), callback, MillraceException.invalid("The partitioner failed: " + e));
            return true;
        }
        if (chosen >= partitions.length) {
            refuse(
                    topic.name(),
                    callback,
                    MillraceException.invalid("Topic '" + topic.name() + "' has no partition " + chosen + "; it has "
                            + partitions.length));
            return true;
        }
        boolean anywhere = chosen < 0;
        PartitionSends target = partitions[anywhere ? topic.sticky(partitions) : chosen];
        boolean mayBegin = !anywhere || partitions.length == 1;
        OpenBatches.Added added = target.open().add(timestamp, key, value, headers, callback, mayBegin);
        if (added == OpenBatches.Added.GO_ELSEWHERE) {
            sender.announce(target);
            target = partitions[topic.moveOn(partitions, target.partition().partition())];
            added = target.open().add(timestamp, key, value, headers, callback, true);
            topic.stickyHasBegun();
        }
        switch (added) {
            case ADDED -> {}
            case BEGUN -> {
                topic.usedAt(System.nanoTime());
                if (anywhere) {
                    topic.stickyHasBegun();
                }
                sender.announce(target);
            }
            case FILLED -> sender.announce(target);
            case FILLED_NO_ROOM -> {
                sender.announce(target);
                full(topic.name(), callback);
            }
            case NO_ROOM -> full(topic.name(), callback);
            case RETIRED -> {
                return false;
            }
            case GO_ELSEWHERE -> throw new IllegalStateException("a batch that may begin went elsewhere");
        }
        return true;
    }

    private int choose(String topic, byte[] key, byte[] value, int partitions) {
        if (config.partitioner().isPresent()) {
            return config.partitioner()
                    .get()
                    .partition(topic, key == null ? NOTHING : key, value == null ? NOTHING : value, partitions);
        }
        return key == null ? Partitioner.ANY : Murmur2.partition(key, partitions);
    }

    /** Has a record wait until its topic is known. */
    private boolean await(
            TopicSends topic,
            int partition,
            long timestamp,
            byte[] key,
            byte[] value,
            List<RecordHeader> headers,
            SendCallback callback) {
        if (topic.refusal().isPresent()) {
            topics.doubt();
            refuse(topic.name(), callback, topic.refusal().get());
            return true;
        }
        WaitingRecord record = new WaitingRecord(
                partition,
                timestamp,
                Optional.ofNullable(key).map(byte[]::clone),
                Optional.ofNullable(value).map(byte[]::clone),
                headers,
                callback,
                System.nanoTime());
        TopicSends.Wait wait = topic.await(record);
        if (wait == TopicSends.Wait.NO_ROOM) {
            full(topic.name(), callback);
        } else if (wait == TopicSends.Wait.WAITS && closed) {
            topics.failWaiting(topic, isClosed); // closing may have been through before the record was there
        }
        return wait != TopicSends.Wait.OVER;
    }

    /** Sends a record that waited. */
    private void release(WaitingRecord record, TopicSends topic, PartitionSends[] to) {
        boolean taken = add(
                topic,
                to,
                record.partition(),
                record.timestamp(),
                record.key().orElse(null),
                record.value().orElse(null),
                record.headers(),
                record.callback());
        if (!taken) {
            throw new IllegalStateException("partitions that nobody knows yet were retired");
        }
    }

    private void full(String topic, SendCallback callback) {
        sender.hurry();
        if (config.whenFull() == WhenFull.DROP_AND_COUNT) {
            counters.recordsDropped.increment();
            Outcomes.tell(callback, SendOutcome.failure(topic, -1, dropped));
        } else {
            refuse(
                    topic,
                    callback,
                    MillraceException.bufferFull("No room for a record of '" + topic + "': " + buffer.used() + " of "
                            + buffer.bound()
                            + " bytes of buffer.memory wait to be sent; send less, wait with awaitRoom,"
                            + " or drop with when.full"));
        }
    }

    private void refuse(String topic, SendCallback callback, MillraceException why) {
        counters.recordsFailed.increment();
        Outcomes.tell(callback, SendOutcome.failure(topic, -1, why));
    }
}
