package io.millrace.protocol.compress;

import java.nio.ByteBuffer;

/** A codec at one of its levels. */
public record Compressor(Compression codec, int level) {

    /** Throws IllegalArgumentException for a level that the codec does not have. */
    public Compressor {
        if (level < codec.minLevel() || level > codec.maxLevel()) {
            throw new IllegalArgumentException(codec.text() + " has no level " + level);
        }
    }

    /** A codec at its usual level. */
    public static Compressor of(Compression codec) {
        return new Compressor(codec, codec.defaultLevel());
    }

    /** As {@link Compression#compress(ByteBuffer)}; for no compression a slice of the data itself. */
    public ByteBuffer compress(ByteBuffer data) {
        return codec == Compression.NONE ? data.slice() : codec.compress(data, level);
    }

    /** As {@link #compress(ByteBuffer)}; the result lies in the scratch, and is gone with its next use. */
    public ByteBuffer compress(ByteBuffer data, Scratch scratch) {
        return codec == Compression.NONE ? data.slice() : codec.compress(data, level, scratch);
    }
}
