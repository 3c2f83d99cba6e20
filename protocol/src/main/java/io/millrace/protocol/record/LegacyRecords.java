package io.millrace.protocol.record;

import io.millrace.protocol.compress.Compression;
import io.millrace.protocol.wire.MalformedMessageException;
import java.nio.ByteBuffer;
import java.util.Iterator;

/**
 * The records of one message of magic 0 or 1: itself, or those inside the wrapper that it is, decompressed once and then
 * read one by one. All of them were looked at when this was made, so that reading them does not fail; none is kept.
 */
public final class LegacyRecords implements Iterable<Record> {
    private final LegacyBatch outer;
    private final ByteBuffer messages;
    private final long shift;

    private LegacyRecords(LegacyBatch outer, ByteBuffer messages, long shift) {
        this.outer = outer;
        this.messages = messages;
        this.shift = shift;
    }

    static LegacyRecords of(LegacyBatch outer, int maxBytes) {
        Record self = outer.record(0, outer.timestamp());
        if (outer.codec() == 0) {
            return new LegacyRecords(outer, outer.bytes(), 0);
        }
        ByteBuffer compressed =
                self.value().orElseThrow(() -> new MalformedMessageException("a wrapper message without a value"));
        ByteBuffer messages = decompress(outer, compressed, maxBytes);
        long last = checkInner(outer, messages);
        return new LegacyRecords(outer, messages, outer.magic() == 0 ? 0 : shiftOf(outer.offset(), last));
    }

    /** Bytes of the messages, decompressed. */
    public int sizeInBytes() {
        return messages.remaining();
    }

    @Override
    public Iterator<Record> iterator() {
        LegacyBatches walk = new LegacyBatches(messages);
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return walk.hasNext();
            }

            @Override
            public Record next() {
                LegacyBatch message = walk.next();
                return message.record(shift, outer.isLogAppendTime() ? outer.timestamp() : message.timestamp());
            }
        };
    }

    private static ByteBuffer decompress(LegacyBatch outer, ByteBuffer compressed, int maxBytes) {
        Compression codec = Compression.of(outer.codec())
                .filter(known -> known != Compression.ZSTD)
                .orElseThrow(
                        () -> new MalformedMessageException("codec " + outer.codec() + " in magic " + outer.magic()));
        return outer.magic() == 0
                ? codec.decompressMagic0(compressed, maxBytes)
                : codec.decompress(compressed, maxBytes);
    }

    /** Looks at all messages inside; returns the offset of the last. */
    private static long checkInner(LegacyBatch outer, ByteBuffer messages) {
        LegacyBatches walk = new LegacyBatches(messages);
        long last = -1;
        while (walk.hasNext()) {
            LegacyBatch message = walk.next();
            if (message.magic() != outer.magic() || message.codec() != 0 || !message.hasValidCrc()) {
                throw new MalformedMessageException("a wrong message inside a wrapper");
            }
            last = message.record(0, message.timestamp()).offset();
        }
        if (walk.leftOver() > 0 || walk.position() == messages.position()) {
            throw new MalformedMessageException("a wrapper does not hold whole messages");
        }
        return last;
    }

    /** What to add to offsets inside. A wrapper offset of 0 comes from clients that leave the counting to the broker. */
    private static long shiftOf(long wrapper, long lastInner) {
        if (wrapper == 0) {
            return 0;
        }
        if (lastInner < 0 || wrapper < lastInner) {
            throw new MalformedMessageException("a wrapper at " + wrapper + " ends with message " + lastInner);
        }
        return wrapper - lastInner;
    }
}
