package io.millrace.tools.mirror;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * The lines of an access log, into a topic by kafka-clients, idempotent, with all codecs in turn, until it is told to stop.
 *
 * <p>Threading: a thread of its own.
 */
final class AccessLoad implements Runnable {
    private static final List<String> CODECS = List.of("none", "gzip", "snappy", "lz4", "zstd");
    private static final int ROUND = 400;

    private final String bootstrap;
    private final String topic;
    private final int round;
    private volatile boolean stopped;
    private long sent;

    AccessLoad(String bootstrap, String topic) {
        this(bootstrap, topic, ROUND);
    }

    /** @param round so many records go at once, and the next when these are stored: few for a slow load of small batches */
    AccessLoad(String bootstrap, String topic, int round) {
        this.round = round;
        this.bootstrap = bootstrap;
        this.topic = topic;
    }

    @Override
    public void run() {
        List<KafkaProducer<byte[], byte[]>> producers = new ArrayList<>();
        try {
            CODECS.forEach(codec -> producers.add(producer(bootstrap, Map.of("compression.type", codec))));
            for (int turn = 0; !stopped; turn++) {
                KafkaProducer<byte[], byte[]> producer = producers.get(turn % producers.size());
                List<Future<RecordMetadata>> acks = new ArrayList<>();
                for (int i = 0; i < round; i++) {
                    acks.add(producer.send(new ProducerRecord<>(topic, null, line(sent++))));
                }
                for (Future<RecordMetadata> ack : acks) {
                    ack.get();
                }
            }
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException(e);
        } finally {
            producers.forEach(KafkaProducer::close);
        }
    }

    private static byte[] line(long number) {
        return ("10.0." + number % 256 + "." + number % 199 + " - - [26/Nov/2026:12:00:00 +0000] \"GET /item/" + number
                        + " HTTP/1.1\" 200 " + number * 7919 % 100_000 + " \"-\" \"Mozilla/5.0\"")
                .getBytes(StandardCharsets.UTF_8);
    }

    /** To be called from elsewhere; ends after the round that is under way. */
    void stop() {
        stopped = true;
    }

    static KafkaProducer<byte[], byte[]> producer(String bootstrap, Map<String, String> more) {
        Properties settings = new Properties();
        settings.putAll(Map.of(
                "bootstrap.servers", bootstrap, "acks", "all", "delivery.timeout.ms", "120000", "linger.ms", "5"));
        settings.putAll(more);
        return new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    }
}
