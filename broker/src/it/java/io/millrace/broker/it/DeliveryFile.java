package io.millrace.broker.it;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What one consumer process was given, in order: records of fixed size, so that the file's length tells the count. What
 * was flushed outlives a kill -9 of the writer; a torn last record is left out by readers.
 */
final class DeliveryFile {
    private static final int RECORD_BYTES = 4 + 8 + 4 + 4;

    private DeliveryFile() {}

    /** Takes deliveries one by one. */
    interface Visitor {
        void visit(int partition, long offset, int line, int checksum);
    }

    /** Appends deliveries. */
    static final class Writer implements AutoCloseable {
        private final DataOutputStream out;

        Writer(Path file) throws IOException {
            OutputStream raw = Files.newOutputStream(file);
            out = new DataOutputStream(new BufferedOutputStream(raw, 1 << 16));
        }

        void write(int partition, long offset, int line, int checksum) throws IOException {
            out.writeInt(partition);
            out.writeLong(offset);
            out.writeInt(line);
            out.writeInt(checksum);
        }

        void flush() throws IOException {
            out.flush();
        }

        @Override
        public void close() throws IOException {
            out.close();
        }
    }

    static long count(Path file) throws IOException {
        return Files.exists(file) ? Files.size(file) / RECORD_BYTES : 0;
    }

    static void read(Path file, Visitor visitor) throws IOException {
        long count = count(file);
        if (count == 0) {
            return;
        }
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file), 1 << 16))) {
            for (long i = 0; i < count; i++) {
                visitor.visit(in.readInt(), in.readLong(), in.readInt(), in.readInt());
            }
        }
    }
}
