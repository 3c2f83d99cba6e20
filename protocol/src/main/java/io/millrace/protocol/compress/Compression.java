package io.millrace.protocol.compress;

import java.nio.ByteBuffer;
import java.util.Optional;

/** How the records of a batch are compressed. Any thread; no state between calls. */
public enum Compression {
    /** Not at all. */
    NONE(0, "none", 0, 0, 0),
    /** RFC 1952 members. */
    GZIP(1, "gzip", -1, -1, 9),
    /** Snappy blocks in the framing of snappy-java; bare blocks are read too. */
    SNAPPY(2, "snappy", 0, 0, 0),
    /** LZ4 frames. */
    LZ4(3, "lz4", 9, 1, 17),
    /** Zstandard frames. */
    ZSTD(4, "zstd", 3, -131072, 22);

    private static final Compression[] BY_ID = values();

    private final int id;
    private final String text;
    private final int defaultLevel;
    private final int minLevel;
    private final int maxLevel;

    Compression(int id, String text, int defaultLevel, int minLevel, int maxLevel) {
        this.id = id;
        this.text = text;
        this.defaultLevel = defaultLevel;
        this.minLevel = minLevel;
        this.maxLevel = maxLevel;
    }

    /** The one with an id, as in bits 0-2 of a batch's attributes. */
    public static Optional<Compression> of(int id) {
        return id < 0 || id >= BY_ID.length ? Optional.empty() : Optional.of(BY_ID[id]);
    }

    /** The one with a name, as in {@code compression.type}; {@code uncompressed} and {@code producer} are none of them. */
    public static Optional<Compression> named(String name) {
        for (Compression compression : BY_ID) {
            if (compression.text.equals(name)) {
                return Optional.of(compression);
            }
        }
        return Optional.empty();
    }

    /** The bits that stand for it in a batch's attributes. */
    public int id() {
        return id;
    }

    /** The name that settings and tools use. */
    public String text() {
        return text;
    }

    /** The level that is meant where none is named; {@code -1} leaves it to gzip. */
    public int defaultLevel() {
        return defaultLevel;
    }

    /** The lowest level; the same as {@link #maxLevel} for a codec that has none. */
    public int minLevel() {
        return minLevel;
    }

    public int maxLevel() {
        return maxLevel;
    }

    /** Compresses what lies between the buffer's position and limit, which stay; the result is a heap buffer of its own. */
    public ByteBuffer compress(ByteBuffer data) {
        return compress(data, defaultLevel);
    }

    /**
     * As {@link #compress(ByteBuffer)}, as hard as a level says.
     *
     * @throws IllegalArgumentException for a level that the codec does not have
     */
    public ByteBuffer compress(ByteBuffer data, int level) {
        if (level < minLevel || level > maxLevel) {
            throw new IllegalArgumentException(text + " has no level " + level);
        }
        return compress(data, level, new Output(data.remaining() / 2, Integer.MAX_VALUE));
    }

    /** As {@link #compress(ByteBuffer, int)}, into memory that is used again. */
    ByteBuffer compress(ByteBuffer data, int level, Scratch scratch) {
        return compress(data, level, scratch.emptied(Integer.MAX_VALUE));
    }

    private ByteBuffer compress(ByteBuffer data, int level, Output out) {
        codec().compress(data.duplicate(), level, out);
        return out.toBuffer();
    }

    /** As {@link #compress(ByteBuffer)} for messages of format 0, whose readers expect a wrong header checksum of LZ4. */
    public ByteBuffer compressMagic0(ByteBuffer data) {
        Output out = new Output(data.remaining() / 2, Integer.MAX_VALUE);
        codec().compressMagic0(data.duplicate(), defaultLevel, out);
        return out.toBuffer();
    }

    /**
     * Decompresses what lies between the buffer's position and limit, which stay. Memory grows with what really comes
     * out, whatever the data claims about itself.
     *
     * @param maxBytes the most that may come out
     * @return a buffer on the heap; for {@link #NONE} a slice of the data itself
     * @throws io.millrace.protocol.wire.MalformedMessageException if the data is not what this codec makes
     * @throws DecompressionBoundException if more than {@code maxBytes} come out
     */
    public ByteBuffer decompress(ByteBuffer data, int maxBytes) {
        if (this == NONE) {
            return sliceWithin(data, maxBytes);
        }
        Output out = outputFor(data, maxBytes);
        codec().decompress(data.duplicate(), out);
        return out.toBuffer();
    }

    /** As {@link #decompress(ByteBuffer, int)}; the result lies in the scratch, and is gone with its next use. */
    public ByteBuffer decompress(ByteBuffer data, int maxBytes, Scratch scratch) {
        if (this == NONE) {
            return sliceWithin(data, maxBytes);
        }
        Output out = scratch.emptied(maxBytes);
        codec().decompress(data.duplicate(), out);
        return out.toBuffer();
    }

    /**
     * As {@link #decompress(ByteBuffer, int)} for messages of format 0, whose clients wrote a wrong header checksum into LZ4 frames.
     */
    public ByteBuffer decompressMagic0(ByteBuffer data, int maxBytes) {
        if (this == NONE) {
            return sliceWithin(data, maxBytes);
        }
        Output out = outputFor(data, maxBytes);
        codec().decompressMagic0(data.duplicate(), out);
        return out.toBuffer();
    }

    /** Loads a codec's class, and its native library, only where one is used. */
    private Codec codec() {
        return switch (this) {
            case NONE -> new IdentityCodec();
            case GZIP -> new GzipCodec();
            case SNAPPY -> new SnappyCodec();
            case LZ4 -> new Lz4Codec();
            case ZSTD -> new ZstdCodec();
        };
    }

    private static ByteBuffer sliceWithin(ByteBuffer data, int maxBytes) {
        if (data.remaining() > maxBytes) {
            throw new DecompressionBoundException(maxBytes);
        }
        return data.slice();
    }

    private static Output outputFor(ByteBuffer data, int maxBytes) {
        return new Output((int) Math.min(Integer.MAX_VALUE - 8L, 3L * data.remaining()), maxBytes);
    }
}
