package io.millrace.broker.it.age;

import java.util.List;

/** A producer of some release. */
public interface Sender extends AutoCloseable {
    /** Sends values to a partition and waits until all are answered; returns the offsets that were told, -1 for none. */
    List<Long> send(String topic, int partition, List<String> values);

    @Override
    void close();
}
