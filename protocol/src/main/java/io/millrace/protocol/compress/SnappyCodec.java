package io.millrace.protocol.compress;

import io.millrace.protocol.wire.MalformedMessageException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import org.xerial.snappy.Snappy;

/**
 * Snappy blocks in the framing of snappy-java, as the Java clients write it, or a single block without any.
 *
 * <pre>
 * 82 53 4e 41 50 50 59 00 | i32 version | i32 lowest compatible version | { i32 length | block } ...
 * </pre>
 *
 * <p>A header may turn up again between blocks, where streams were put one behind the other. The library decompresses
 * without looking at the size of the target, so the size that a block declares is checked here first: against the
 * bound, and against what a block of its length can hold at most.
 */
final class SnappyCodec implements Codec {
    private static final long MAGIC = 0x82534e4150505900L;
    private static final int MAGIC_HEAD = (int) (MAGIC >>> 32);
    private static final int HEADER_SIZE = 16;
    private static final int BLOCK_SIZE = 32 * 1024;
    /** A copy of 64 bytes takes two bytes at least; literals and the preamble are poorer. */
    private static final int MAX_RATIO = 32;

    @Override
    public void compress(ByteBuffer in, int level, Output out) {
        out.put(ByteBuffer.allocate(HEADER_SIZE)
                .putLong(MAGIC)
                .putInt(1)
                .putInt(1)
                .flip());
        while (in.hasRemaining()) {
            ByteBuffer block = onHeap(in, Math.min(BLOCK_SIZE, in.remaining()));
            out.makeRoom(4 + Snappy.maxCompressedLength(block.remaining()));
            int lengthAt = out.size();
            out.wrote(4);
            int compressed = compressBlock(block, out);
            out.wrote(compressed);
            ByteBuffer.wrap(out.array()).putInt(lengthAt, compressed);
        }
    }

    private static int compressBlock(ByteBuffer block, Output out) {
        try {
            return Snappy.compress(block.array(), block.arrayOffset(), block.remaining(), out.array(), out.size());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void decompress(ByteBuffer in, Output out) {
        if (in.remaining() < 8 || in.getLong(in.position()) != MAGIC) {
            block(in, in.remaining(), out);
            return;
        }
        while (in.hasRemaining()) {
            require(in, 4);
            int length = in.getInt();
            if (length == MAGIC_HEAD) {
                require(in, HEADER_SIZE - 4);
                if (in.getInt() != (int) MAGIC) {
                    throw new MalformedMessageException("a broken snappy header");
                }
                in.position(in.position() + 8);
            } else {
                if (length < 0) {
                    throw new MalformedMessageException("a snappy block of " + length + " bytes");
                }
                require(in, length);
                block(in, length, out);
            }
        }
    }

    private static void block(ByteBuffer in, int length, Output out) {
        ByteBuffer block = onHeap(in, length);
        byte[] array = block.array();
        int from = block.arrayOffset();
        try {
            int declared = Snappy.uncompressedLength(array, from, length);
            if (declared < 0 || declared > (long) length * MAX_RATIO) {
                throw new MalformedMessageException(length + " bytes of snappy claim to hold " + declared);
            }
            out.checkBound(declared);
            out.makeRoom(declared);
            out.wrote(Snappy.uncompress(array, from, length, out.array(), out.size()));
        } catch (IOException e) {
            throw new MalformedMessageException("not snappy: " + e.getMessage());
        }
    }

    /** The next {@code length} bytes as a slice of an array; copied only where there is none to be had. */
    private static ByteBuffer onHeap(ByteBuffer in, int length) {
        ByteBuffer next = in.slice(in.position(), length);
        in.position(in.position() + length);
        return next.hasArray() ? next : ByteBuffer.allocate(length).put(next).flip();
    }

    private static void require(ByteBuffer in, int bytes) {
        if (in.remaining() < bytes) {
            throw new MalformedMessageException("snappy data ends too early");
        }
    }
}
