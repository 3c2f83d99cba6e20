package io.millrace.client.consumer;

import java.util.List;

/** Makes records of one batch, as many at a time as are wanted. */
interface BatchCursor {
    boolean hasNext();

    /** Adds the next records to a list, those before {@code from} left out, until it has {@code max} of them. */
    void addTo(List<ConsumerRecord> list, int max, long from);
}
