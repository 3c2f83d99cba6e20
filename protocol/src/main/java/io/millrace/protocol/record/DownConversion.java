package io.millrace.protocol.record;

import io.millrace.protocol.compress.Compression;
import io.millrace.protocol.wire.MalformedMessageException;
import java.nio.ByteBuffer;

/**
 * Makes a message set of magic 0 or 1 of stored batches, for old consumers. Takes one batch after the other, until what
 * was asked for is full.
 *
 * <p>Records below the wanted offset are left out, since a set that is cut there would never end; so are control
 * batches. Headers and producers have no place in these formats. Compressed records stay compressed, as wrappers small
 * enough for the asked size if their records are; zstd, which no old consumer reads, is left out.
 *
 * <p>One thread.
 */
public final class DownConversion {
    /** Largest content of a wrapper before compression: bounds what is held beside the result. */
    private static final int MOST_IN_WRAPPER = 1 << 20;
    /** More than a wrapper's own fields and any codec's framing add to content that does not compress. */
    private static final int FRAMING = 128;

    private final byte magic;
    private final long fromOffset;
    private final int maxBytes;
    private final int wrapperBytes;
    private final LegacyWriter out;
    private boolean full;

    /**
     * A conversion that has seen nothing yet.
     *
     * @param magic 0 or 1
     * @param fromOffset of the first record that is wanted
     * @param maxBytes of the result; its first message may be larger, the others are whole and below it
     */
    public DownConversion(byte magic, long fromOffset, int maxBytes) {
        this.magic = magic;
        this.fromOffset = fromOffset;
        this.maxBytes = maxBytes;
        this.wrapperBytes = Math.min(MOST_IN_WRAPPER, maxBytes - maxBytes / 64 - FRAMING);
        this.out = new LegacyWriter(magic);
    }

    /** Whether nothing more fits. */
    public boolean isFull() {
        return full;
    }

    /** Bytes of the result so far. */
    public int sizeInBytes() {
        return out.size();
    }

    /** The messages. The conversion is used up. */
    public ByteBuffer result() {
        return out.toBuffer();
    }

    /**
     * Adds the records of a batch; does nothing to one that holds none that are wanted.
     *
     * @param maxDecompressed the most that may come out of decompression
     * @throws MalformedMessageException if the batch is not what it says; nothing of it may have been added, or part
     * @throws io.millrace.protocol.compress.DecompressionBoundException past the bound; nothing was added
     */
    public void add(RecordBatch batch, int maxDecompressed) {
        if (full || batch.isControl() || batch.lastOffset() < fromOffset) {
            return;
        }
        if (!batch.hasValidCrc()) {
            throw new MalformedMessageException("a batch whose CRC does not fit");
        }
        BatchRecords records = batch.records(maxDecompressed);
        add(records, codec(batch.codec()), batch.isLogAppendTime());
    }

    /** Adds a message that is stored as such, or its records where the consumer's format is older. */
    public void add(LegacyBatch message, int maxDecompressed) {
        if (full || message.offset() < fromOffset) {
            return;
        }
        if (!message.hasValidCrc()) {
            throw new MalformedMessageException("a message whose CRC does not fit");
        }
        if (message.magic() > magic) {
            add(message.records(maxDecompressed), codec(message.codec()), message.isLogAppendTime());
        } else if (makeRoom(message.sizeInBytes())) {
            out.copy(message.bytes());
        }
    }

    private static Compression codec(int id) {
        return Compression.of(id).filter(known -> known != Compression.ZSTD).orElse(Compression.NONE);
    }

    private void add(Iterable<Record> records, Compression codec, boolean logAppendTime) {
        Wrapper wrapper = new Wrapper(codec, logAppendTime);
        for (Record record : records) {
            if (record.offset() < fromOffset) {
                continue;
            }
            int size = LegacyWriter.sizeOf(magic, record.keySize(), record.valueSize());
            if (codec != Compression.NONE) {
                wrapper.add(record, size);
            } else if (makeRoom(size)) {
                out.record(record.offset(), record, logAppendTime);
            }
            if (full) {
                return;
            }
        }
        wrapper.close();
    }

    /** Whether a message of so many bytes is to be added; if not, nothing is any more. */
    private boolean makeRoom(int bytes) {
        full = out.size() > 0 && bytes > maxBytes - out.size();
        return !full;
    }

    /** A wrapper whose content is being collected. */
    private final class Wrapper {
        private final Compression codec;
        private final boolean logAppendTime;
        private LegacyWriter content = new LegacyWriter(magic);
        private long firstOffset;
        private long lastOffset;
        private long timestamp = BatchHeader.NO_TIMESTAMP;

        Wrapper(Compression codec, boolean logAppendTime) {
            this.codec = codec;
            this.logAppendTime = logAppendTime;
        }

        void add(Record record, int size) {
            if (content.size() > 0 && size > wrapperBytes - content.size()) {
                close();
                if (full) {
                    return;
                }
            }
            if (content.size() == 0) {
                firstOffset = record.offset();
            }
            // magic 0 tells offsets inside as they are, magic 1 counts them from the first one
            content.record(magic == 0 ? record.offset() : record.offset() - firstOffset, record, logAppendTime);
            lastOffset = record.offset();
            timestamp = Math.max(timestamp, record.timestamp());
        }

        void close() {
            if (content.size() == 0) {
                return;
            }
            ByteBuffer messages = content.toBuffer();
            ByteBuffer compressed = magic == 0 ? codec.compressMagic0(messages) : codec.compress(messages);
            if (makeRoom(LegacyWriter.sizeOf(magic, 0, compressed.remaining()))) {
                out.wrapper(lastOffset, codec, logAppendTime, timestamp, compressed);
            }
            content = new LegacyWriter(magic);
            timestamp = BatchHeader.NO_TIMESTAMP;
        }
    }
}
