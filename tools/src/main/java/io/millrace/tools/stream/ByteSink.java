package io.millrace.tools.stream;

import io.millrace.client.consumer.ConsumerRecord;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * A buffer in front of a file, pipe or terminal, into which records are written without an object for each. Full it
 * waits for whoever reads, which is how a full pipe stalls the reading of a topic.
 *
 * <p>Threading: one thread's.
 */
final class ByteSink implements Closeable {
    private static final int SIZE = 256 << 10;
    private static final int LONGEST_NUMBER = 20;

    /** Looks at bytes before they leave. */
    interface Guard {
        /** @throws IOException to keep them back */
        void check(ByteBuffer bytes) throws IOException;
    }

    private final WritableByteChannel out;
    private final Guard guard;
    private final ByteBuffer buffer;
    private final byte[] digits = new byte[LONGEST_NUMBER];
    private long written;

    ByteSink(WritableByteChannel out) {
        this(out, bytes -> {});
    }

    ByteSink(WritableByteChannel out, Guard guard) {
        this(out, guard, SIZE);
    }

    ByteSink(WritableByteChannel out, Guard guard, int size) {
        this.out = out;
        this.guard = guard;
        this.buffer = ByteBuffer.allocateDirect(size);
    }

    /** Bytes that have been put so far. */
    long position() {
        return written + buffer.position();
    }

    void put(byte one) throws IOException {
        room(1);
        buffer.put(one);
    }

    void put(byte[] bytes) throws IOException {
        put(bytes, 0, bytes.length);
    }

    void put(byte[] bytes, int from, int to) throws IOException {
        for (int at = from; at < to; ) {
            room(1);
            int length = Math.min(to - at, buffer.remaining());
            buffer.put(bytes, at, length);
            at += length;
        }
    }

    void put(String text) throws IOException {
        put(text.getBytes(StandardCharsets.UTF_8));
    }

    void key(ConsumerRecord record) throws IOException {
        int size = record.keySize();
        for (int done = 0; done < size; ) {
            room(1);
            done += record.copyKey(done, buffer);
        }
    }

    void value(ConsumerRecord record) throws IOException {
        int size = record.valueSize();
        for (int done = 0; done < size; ) {
            room(1);
            done += record.copyValue(done, buffer);
        }
    }

    /** Four bytes, the highest first. */
    void number32(int number) throws IOException {
        room(Integer.BYTES);
        buffer.putInt(number);
    }

    /** Eight bytes, the highest first. */
    void number64(long number) throws IOException {
        room(Long.BYTES);
        buffer.putLong(number);
    }

    /** A number in decimal digits. */
    void decimal(long number) throws IOException {
        if (number == Long.MIN_VALUE) {
            put(Long.toString(number));
            return;
        }
        room(LONGEST_NUMBER);
        if (number < 0) {
            buffer.put((byte) '-');
        }
        long left = Math.abs(number);
        int at = LONGEST_NUMBER;
        do {
            at--;
            digits[at] = (byte) ('0' + left % 10);
            left /= 10;
        } while (left != 0);
        buffer.put(digits, at, LONGEST_NUMBER - at);
    }

    private void room(int bytes) throws IOException {
        if (buffer.remaining() < bytes) {
            flush();
        }
    }

    /** Hands everything on. */
    void flush() throws IOException {
        if (buffer.position() == 0) {
            return;
        }
        buffer.flip();
        try {
            guard.check(buffer.duplicate());
            written += buffer.remaining();
            while (buffer.hasRemaining()) {
                out.write(buffer);
            }
        } catch (IOException e) {
            String why = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
            throw why.contains("broken pipe") ? new ClosedPipeException() : e;
        } finally {
            buffer.clear(); // what could not be written is not tried again
        }
    }

    /** Flushes; what is behind stays open. */
    @Override
    public void close() throws IOException {
        flush();
    }
}
