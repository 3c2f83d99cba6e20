package io.millrace.tools.load;

import io.millrace.client.consumer.Consumer;
import io.millrace.client.consumer.ConsumerConfig;
import io.millrace.client.consumer.ConsumerRecord;
import io.millrace.client.consumer.Position;
import io.millrace.client.net.ClientRuntime;
import io.millrace.client.producer.Producer;
import io.millrace.client.producer.ProducerConfig;
import io.millrace.client.producer.SendCallback;
import io.millrace.protocol.TopicPartition;
import io.millrace.tools.terminal.Failure;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

/**
 * Many logical producers that share a rate, and consumers that read all of it, in one process: two I/O threads, and a
 * thread for each consumer.
 *
 * <p>Each value begins with a mark of this run and the moment at which its record was due; from then to when a poll has
 * returned it is its latency, so that records which could not be sent in time count as late.
 *
 * <pre>
 * value: i64 mark | i64 moment of System.nanoTime | whatever
 * </pre>
 *
 * <p>Threading: one thread runs it.
 */
final class Fleet implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration CONNECT = Duration.ofSeconds(60);
    private static final Duration LAST_RECORDS = Duration.ofSeconds(15);
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final long LOOK_MS = 10;

    private final String topic;
    private final List<TopicPartition> partitions;
    private final Meter meter;
    private final long mark = System.nanoTime();
    private final ClientRuntime sending = ClientRuntime.create();
    private final ClientRuntime receiving = ClientRuntime.create();
    private final List<Producer> producers = new ArrayList<>();
    private final List<Consumer> consumers = new ArrayList<>();
    private final List<Thread> readers = new ArrayList<>();
    private volatile boolean over;
    private volatile long countFromNs = Long.MAX_VALUE;

    /** How much and how long. */
    record Order(double perSecond, int size, Duration warmUp, Duration duration, long most) {}

    /** What came of it. */
    record Outcome(long sent, double seconds) {}

    Fleet(String topic, int partitions, Meter meter) {
        this.topic = topic;
        this.partitions = IntStream.range(0, partitions)
                .mapToObj(number -> new TopicPartition(topic, number))
                .toList();
        this.meter = meter;
    }

    /** Consumers, of which each reads its share of the partitions from the end on. */
    void addConsumers(ConsumerConfig config, int count) {
        for (int i = 0; i < count; i++) {
            List<TopicPartition> mine = new ArrayList<>();
            for (int p = i; p < partitions.size(); p += count) {
                mine.add(partitions.get(p));
            }
            if (mine.isEmpty()) {
                continue;
            }
            Consumer consumer = Consumer.open(config, receiving);
            consumer.assign(mine);
            mine.forEach(partition -> consumer.seek(partition, Position.latest()));
            consumers.add(consumer);
            Thread reader = new Thread(() -> read(consumer), "perf-reader-" + i);
            reader.setDaemon(true);
            readers.add(reader);
            reader.start();
        }
        awaitPositions();
    }

    /** What is sent before a consumer knows where the end is would be missing. */
    private void awaitPositions() {
        long deadlineNs = System.nanoTime() + CONNECT.toNanos();
        for (Consumer consumer : consumers) {
            for (TopicPartition partition : consumer.assignment()) {
                while (consumer.position(partition).isEmpty()) {
                    pause(deadlineNs, "no end of " + partition + " was found");
                }
            }
        }
    }

    private static void pause(long deadlineNs, String what) {
        if (System.nanoTime() - deadlineNs > 0) {
            throw Failure.of("After " + CONNECT.toSeconds() + " s " + what);
        }
        try {
            Thread.sleep(LOOK_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Failure.of("Interrupted");
        }
    }

    /** Producers, connected: each has sent a record that does not count. */
    void addProducers(ProducerConfig config, int count, int size) {
        CountDownLatch connected = new CountDownLatch(count);
        byte[] value = new byte[size]; // without this run's mark
        for (int i = 0; i < count; i++) {
            Producer producer = Producer.open(config, sending);
            producers.add(producer);
            producer.send(topic, value, outcome -> {
                outcome.error().ifPresent(why -> meter.failed());
                connected.countDown();
            });
        }
        try {
            if (!connected.await(CONNECT.toSeconds(), TimeUnit.SECONDS)) {
                throw Failure.of(connected.getCount() + " of " + count + " producers have no answer after "
                        + CONNECT.toSeconds() + " s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Failure.of("Interrupted");
        }
        if (meter.failures() > 0) {
            throw Failure.of(meter.failures() + " of " + count + " producers could not send");
        }
    }

    private void read(Consumer consumer) {
        while (!over) {
            for (ConsumerRecord record : consumer.poll(POLL)) {
                ByteBuffer value = record.value();
                long now = System.nanoTime();
                if (value.remaining() >= 2 * Long.BYTES && value.getLong(0) == mark) {
                    long due = value.getLong(Long.BYTES);
                    if (due - countFromNs >= 0) {
                        meter.add(value.remaining());
                        meter.latency(now - due);
                    }
                }
            }
        }
    }

    /** Sends at the rate, and waits until all was received. */
    Outcome run(Order order, Payloads payloads, BooleanSupplier isToEnd) {
        Pace warmUp = new Pace(System.nanoTime(), order.perSecond());
        countFromNs = warmUp.startNs() + order.warmUp().toNanos();
        send(order, payloads, warmUp, countFromNs, Long.MAX_VALUE, isToEnd);
        Pace pace = new Pace(countFromNs, order.perSecond());
        long sent = send(order, payloads, pace, countFromNs + order.duration().toNanos(), order.most(), isToEnd);
        double seconds = (System.nanoTime() - countFromNs) / 1e9;
        producers.forEach(producer -> producer.flush().toCompletableFuture().join());
        long deadlineNs = System.nanoTime() + LAST_RECORDS.toNanos();
        while (!consumers.isEmpty()
                && meter.records() + meter.failures() < sent
                && System.nanoTime() - deadlineNs < 0) {
            pause(Long.MAX_VALUE / 2 + System.nanoTime(), "");
        }
        return new Outcome(sent, seconds);
    }

    private long send(Order order, Payloads payloads, Pace pace, long endNs, long most, BooleanSupplier isToEnd) {
        SendCallback callback = outcome -> {
            if (outcome.isFailure()) {
                meter.failed();
            }
        };
        byte[] value = new byte[order.size()];
        ByteBuffer head = ByteBuffer.wrap(value);
        for (long i = 0; i < most; i++) {
            long due = pace.await(i);
            if (due - endNs >= 0 || isToEnd.getAsBoolean()) {
                return i;
            }
            System.arraycopy(payloads.get(i), 0, value, 0, value.length);
            head.putLong(0, mark).putLong(Long.BYTES, due);
            Producer producer = producers.get((int) (i % producers.size()));
            producer.awaitRoom(value.length, PATIENCE);
            if (consumers.isEmpty()) {
                producer.send(topic, value, acknowledged(due, value.length));
            } else {
                producer.send(topic, value, callback);
            }
        }
        return most;
    }

    /** Without consumers the acknowledgement is what counts. */
    private SendCallback acknowledged(long due, int size) {
        return outcome -> {
            if (outcome.isFailure()) {
                meter.failed();
            } else if (due - countFromNs >= 0) {
                meter.add(size);
                meter.latency(System.nanoTime() - due);
            }
        };
    }

    @Override
    public void close() {
        over = true;
        consumers.forEach(Consumer::wakeup);
        for (Thread reader : readers) {
            try {
                reader.join(LAST_RECORDS.toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        consumers.forEach(consumer -> consumer.close(Duration.ZERO));
        producers.forEach(producer -> producer.close(Duration.ZERO));
        sending.close();
        receiving.close();
    }
}
