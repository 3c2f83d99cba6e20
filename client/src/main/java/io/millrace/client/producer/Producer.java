package io.millrace.client.producer;

import io.millrace.client.ClientConfig;
import io.millrace.client.MillraceException;
import io.millrace.client.net.ClientRuntime;
import io.millrace.client.net.ClusterClient;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongConsumer;

/**
 * Sends records to topics. {@code send} never waits: not for metadata, not for memory, not for a broker.
 *
 * <p>Each record ends in exactly one outcome, within {@code delivery.timeout.ms}: acknowledged, or failed with a {@link
 * MillraceException} that says why. Records of one partition that one thread sends stay in their order.
 *
 * <pre>
 * caller's thread: Intake -> OpenBatches (a batch per partition)
 * I/O thread:      Sender -> Departure -> broker -> Arrivals (ended, or once more)
 * </pre>
 *
 * <p>Threading: any thread; one producer serves a whole process. Futures complete, and callbacks run, on the I/O thread,
 * where nothing may wait.
 */
public final class Producer implements AutoCloseable {
    private final ProducerConfig config;
    private final ClusterClient cluster;
    private final SendBuffer buffer;
    private final ProducerCounters counters = new ProducerCounters();
    private final Intake intake;

    private Producer(ProducerConfig config, ClusterClient cluster) {
        this.config = config;
        this.cluster = cluster;
        this.buffer = new SendBuffer(cluster.chunks(), config.bufferMemory(), config.batchSize());
        Sender sender = new Sender(config, cluster, buffer, counters);
        this.intake = new Intake(config, cluster, buffer, sender, counters);
        cluster.thread().execute(intake.topics()::start);
    }

    /** With the defaults. Connects when the first record is sent. */
    public static Producer open(ClientConfig config) {
        return open(ProducerConfig.builder(config).build());
    }

    /** With an I/O thread of its own. Connects when the first record is sent. */
    public static Producer open(ProducerConfig config) {
        return new Producer(config, ClusterClient.open(config.client(), true));
    }

    /** With the I/O thread of a runtime that several clients share, and that stays open when this is closed. */
    public static Producer open(ProducerConfig config, ClientRuntime runtime) {
        return new Producer(config, ClusterClient.open(config.client(), runtime, true));
    }

    /** Sends a record; the stage ends with where it is, or with a {@link MillraceException}. */
    public CompletionStage<RecordMetadata> send(ProducerRecord record) {
        SendFuture future = new SendFuture(timeOf(record));
        send(record, timeOf(record), future);
        return future;
    }

    /** Sends a record; the callback is told what became of it. */
    public void send(ProducerRecord record, SendCallback callback) {
        send(record, timeOf(record), callback);
    }

    private static long timeOf(ProducerRecord record) {
        return record.timestampOrNone() >= 0 ? record.timestampOrNone() : System.currentTimeMillis();
    }

    private void send(ProducerRecord record, long timestamp, SendCallback callback) {
        intake.accept(
                record.topic(),
                record.partitionOrNone(),
                timestamp,
                record.rawKey(),
                record.rawValue(),
                record.headers(),
                callback);
    }

    /** Sends a value without a key, with no object made for it. */
    public void send(String topic, byte[] value, SendCallback callback) {
        intake.accept(topic, -1, System.currentTimeMillis(), null, value, List.of(), callback);
    }

    /** Sends a key and a value, with no object made for them. */
    public void send(String topic, byte[] key, byte[] value, SendCallback callback) {
        intake.accept(topic, -1, System.currentTimeMillis(), key, value, List.of(), callback);
    }

    /**
     * Waits until there is room for a usual record, for those who would rather wait than be refused.
     *
     * @throws MillraceException TIMED_OUT if that takes longer than {@code atMost}; CLOSED
     */
    public void awaitRoom(Duration atMost) {
        awaitRoom(1, atMost);
    }

    /** As {@link #awaitRoom(Duration)}, for a record of so many bytes. */
    public void awaitRoom(int recordBytes, Duration atMost) {
        buffer.awaitRoom(recordBytes, atMost, intake::hurry);
    }

    /** Sends at once what lingers; completes when all that was sent before has ended, one way or the other. */
    public CompletionStage<Void> flush() {
        CompletableFuture<Void> done = new CompletableFuture<>();
        boolean runs = cluster.thread().run(() -> intake.topics().flush().thenRun(() -> done.complete(null)));
        if (!runs) {
            done.complete(null); // closed: everything has ended
        }
        return done;
    }

    /** What it has done so far. */
    public ProducerMetrics metrics() {
        return ProducerMetrics.of(counters, buffer);
    }

    /**
     * Has somebody told how many nanoseconds each batch took, from its first record to its acknowledgement. On the I/O
     * thread, where nothing may wait.
     */
    public void onLatency(LongConsumer told) {
        counters.latencies.listen(told);
    }

    /** {@code client.id}. */
    public String clientId() {
        return config.client().clientId();
    }

    /** As {@link #close(Duration)}, with {@code close.timeout.ms}. */
    @Override
    public void close() {
        close(config.closeTimeout());
    }

    /**
     * Takes no more records, waits for those under way, at most so long, and fails with CLOSED what has not ended then. By a
     * callback on the I/O thread it does not wait.
     */
    public void close(Duration atMost) {
        intake.close();
        if (!cluster.thread().isCurrent()) {
            await(flush(), atMost);
        }
        CompletableFuture<Void> failed = new CompletableFuture<>();
        Runnable fail = () -> {
            intake.topics().failAll(MillraceException.closed("The producer was closed before this was acknowledged"));
            failed.complete(null);
        };
        if (!cluster.thread().run(fail)) {
            fail.run(); // the runtime was closed before: its thread owns nothing any more
        } else if (!cluster.thread().isCurrent()) {
            await(failed, Duration.ofSeconds(5));
        }
        cluster.close();
        buffer.close();
    }

    private static void await(CompletionStage<Void> end, Duration atMost) {
        try {
            end.toCompletableFuture().get(atMost.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            // what has not ended is failed next
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // no more waiting; closing goes on
        } catch (ExecutionException e) {
            throw new IllegalStateException("a flush failed", e);
        }
    }
}
