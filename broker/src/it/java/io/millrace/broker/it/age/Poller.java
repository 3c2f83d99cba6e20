package io.millrace.broker.it.age;

import java.util.List;
import java.util.OptionalLong;
import java.util.Set;

/**
 * A consumer of some release.
 *
 * <p>Threading: as all kafka consumers, one thread at a time.
 */
public interface Poller extends AutoCloseable {
    /** Joins its group. */
    void subscribe(String topic);

    /** Reads one partition, from an offset on. */
    void assign(String topic, int partition, long offset);

    /** Goes on from an offset. */
    void seek(String topic, int partition, long offset);

    /** What came within a time. */
    List<Message> poll(long timeoutMs);

    /** The partitions of a topic that it has at the moment. */
    Set<Integer> assignment(String topic);

    /** Commits all that was polled. */
    void commit();

    /** The first offset at or after a time; empty where there is none. */
    OptionalLong offsetForTime(String topic, int partition, long timestampMs);

    @Override
    void close();
}
