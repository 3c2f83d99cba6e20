package io.millrace.client.consumer;

import java.util.concurrent.atomic.LongAdder;

/** What a consumer has done so far; counted per poll and per answer, not per record. Threading: any. */
final class ConsumerCounters {
    final LongAdder recordsRead = new LongAdder();
    final LongAdder bytesFetched = new LongAdder();
    final LongAdder fetches = new LongAdder();
}
