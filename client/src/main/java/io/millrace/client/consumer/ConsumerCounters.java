package io.millrace.client.consumer;

import io.millrace.client.measure.Latencies;
import java.util.concurrent.atomic.LongAdder;

/** What a consumer has done so far; counted per poll and per answer, not per record. Threading: any. */
final class ConsumerCounters {
    final LongAdder recordsRead = new LongAdder();
    final LongAdder bytesFetched = new LongAdder();
    final LongAdder fetches = new LongAdder();

    /** From a request for records to its answer. */
    final Latencies fetchTimes = new Latencies();

    /** From the timestamp of a poll's first record to the poll. */
    final Latencies ages = new Latencies();

    /** A poll returns so many records, the first of which has this timestamp; -1 if it has none. */
    void polled(int records, long timestamp) {
        recordsRead.add(records);
        if (timestamp >= 0) {
            ages.add((System.currentTimeMillis() - timestamp) * 1_000_000);
        }
    }
}
