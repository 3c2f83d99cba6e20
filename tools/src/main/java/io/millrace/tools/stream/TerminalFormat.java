package io.millrace.tools.stream;

import io.millrace.client.consumer.ConsumerRecord;
import io.millrace.tools.terminal.Failure;
import java.io.IOException;

/** Prints each record at once, to somebody who looks on, and says which one is no text. Threading: one thread's. */
record TerminalFormat(RecordFormat format) implements RecordFormat {
    @Override
    public void write(ConsumerRecord record, ByteSink out) throws IOException {
        try {
            format.write(record, out);
            out.flush();
        } catch (BinaryGuard.BinaryException e) {
            throw Failure.of("The record at offset " + record.offset() + " of " + record.topicPartition()
                    + " is binary, which a terminal may take for orders; print it with --json, into a file or pipe, or"
                    + " with --binary all the same");
        }
    }
}
