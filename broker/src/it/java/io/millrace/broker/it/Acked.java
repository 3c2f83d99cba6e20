package io.millrace.broker.it;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.producer.Callback;

/**
 * Collects which records a producer was promised to be stored, and where.
 *
 * <p>Threading: written by the producer's I/O thread, read from any.
 */
final class Acked {
    private final List<Ack> acks = new ArrayList<>();
    private final List<String> failures = new ArrayList<>();

    /** One promise: this record lies there. */
    record Ack(int number, int partition, long offset) {}

    /** The callback to send a record with. */
    Callback expecting(int number) {
        return (metadata, failure) -> {
            synchronized (this) {
                if (failure == null) {
                    acks.add(new Ack(number, metadata.partition(), metadata.offset()));
                } else {
                    failures.add(number + ": " + failure);
                }
            }
        };
    }

    synchronized int count() {
        return acks.size();
    }

    synchronized List<Ack> all() {
        return List.copyOf(acks);
    }

    synchronized List<String> failures() {
        return List.copyOf(failures);
    }
}
