package io.millrace.protocol.compress;

import java.nio.ByteBuffer;

/**
 * One way to compress. Stateless; any thread. Buffers may lie on the heap or off it, may be read-only, and are read from
 * position to limit; their positions are the callee's to move.
 */
interface Codec {

    /**
     * Compresses all of the input.
     *
     * @param level how hard to try, within {@link Compression#minLevel} and {@link Compression#maxLevel}; codecs that
     *     know no levels pass over it
     */
    void compress(ByteBuffer in, int level, Output out);

    /** As {@link #compress} at the codec's usual level, with the mistakes that readers of message format 0 expect. */
    default void compressMagic0(ByteBuffer in, int level, Output out) {
        compress(in, level, out);
    }

    /**
     * Decompresses all of the input, and refuses bytes behind it.
     *
     * @throws io.millrace.protocol.wire.MalformedMessageException if it is not what this codec makes
     * @throws DecompressionBoundException if the output's bound is passed
     */
    void decompress(ByteBuffer in, Output out);

    /** As {@link #decompress}, and overlooks what clients of message format 0 are known to have done wrong. */
    default void decompressMagic0(ByteBuffer in, Output out) {
        decompress(in, out);
    }
}
