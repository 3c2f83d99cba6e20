package io.millrace.tools.stream;

import io.millrace.client.consumer.ConsumerRecord;
import java.io.IOException;

/** How a record is printed. Threading: one thread's. */
interface RecordFormat {
    void write(ConsumerRecord record, ByteSink out) throws IOException;

    /** Values as they are and nothing else, not even between them. */
    static RecordFormat raw() {
        return (record, out) -> out.value(record);
    }
}
