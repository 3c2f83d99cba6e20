package io.millrace.protocol.compress;

import io.millrace.protocol.wire.MalformedMessageException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import net.jpountz.lz4.LZ4Compressor;
import net.jpountz.lz4.LZ4Exception;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.lz4.LZ4SafeDecompressor;
import net.jpountz.xxhash.XXHash32;
import net.jpountz.xxhash.XXHashFactory;

/**
 * LZ4 frames, little-endian; written with independent blocks of 64 KiB and no checksums, as the Java clients do.
 *
 * <pre>
 * u32 184d2204 | FLG: version 01, independent blocks, block checksums, content size, content checksum, 0, dictionary id
 *              | BD: 0, block size (4 = 64 KiB, 5 = 256 KiB, 6 = 1 MiB, 7 = 4 MiB), 0000 | [i64 content size]
 *              | HC: second byte of xxh32 over FLG to here
 * { u32 length, top bit set if the block is not compressed | block | [u32 xxh32 of the block] } ... | u32 0
 * [u32 xxh32 of the content]
 * </pre>
 *
 * <p>Skippable frames are skipped. Blocks that refer to the block before them are refused, as the Java clients refuse
 * them; a single block may be marked so.
 */
final class Lz4Codec implements Codec {
    private static final int MAGIC = 0x184d2204;
    private static final int MAGIC_SIZE = 4;
    private static final int SKIPPABLE = 0x184d2a50;
    private static final int BLOCK_SIZE = 64 * 1024;
    private static final int RAW_BLOCK = 0x80000000;
    /** No sequence of a block gives more than 255 bytes for each of its own. */
    private static final int MAX_RATIO = 255;

    private static final int VERSION_MASK = 0xc0;
    private static final int VERSION = 0x40;
    private static final int INDEPENDENT = 0x20;
    private static final int BLOCK_CHECKSUM = 0x10;
    private static final int CONTENT_SIZE = 0x08;
    private static final int CONTENT_CHECKSUM = 0x04;
    private static final int RESERVED_OR_DICTIONARY = 0x03;

    /** The native parts, loaded by the first frame and not by the class that lists the codecs. */
    private static final class Native {
        static final LZ4Compressor COMPRESSOR = LZ4Factory.fastestInstance().fastCompressor();
        static final LZ4SafeDecompressor DECOMPRESSOR =
                LZ4Factory.fastestInstance().safeDecompressor();
        static final XXHash32 XXH32 = XXHashFactory.fastestInstance().hash32();
    }

    private record Header(int flags, int maxBlock) {
        boolean has(int flag) {
            return (flags & flag) != 0;
        }
    }

    @Override
    public void compress(ByteBuffer in, int level, Output out) {
        write(in, level, MAGIC_SIZE, out);
    }

    /** The first clients took the magic into the header's checksum, and refuse any other. */
    @Override
    public void compressMagic0(ByteBuffer in, int level, Output out) {
        write(in, level, 0, out);
    }

    private static void write(ByteBuffer in, int level, int checksumFrom, Output out) {
        LZ4Compressor compressor = level == Compression.LZ4.defaultLevel()
                ? Native.COMPRESSOR
                : LZ4Factory.fastestInstance().highCompressor(level);
        ByteBuffer header = littleEndian(7).putInt(MAGIC).put((byte) (VERSION | INDEPENDENT));
        header.put((byte) 0x40);
        int checksum = Native.XXH32.hash(header, checksumFrom, header.position() - checksumFrom, 0);
        header.put((byte) (checksum >>> 8));
        out.put(header.flip());
        while (in.hasRemaining()) {
            int length = Math.min(BLOCK_SIZE, in.remaining());
            out.makeRoom(4 + compressor.maxCompressedLength(length));
            int at = out.size();
            ByteBuffer target = ByteBuffer.wrap(out.array()).order(ByteOrder.LITTLE_ENDIAN);
            int compressed = compressor.compress(in, in.position(), length, target, at + 4, out.room() - 4);
            if (compressed < length) {
                target.putInt(at, compressed);
                out.wrote(4 + compressed);
                in.position(in.position() + length);
            } else {
                target.putInt(at, length | RAW_BLOCK);
                out.wrote(4);
                out.put(in.slice(in.position(), length));
                in.position(in.position() + length);
            }
        }
        out.put(littleEndian(4));
    }

    @Override
    public void decompress(ByteBuffer in, Output out) {
        frames(in, out, false);
    }

    @Override
    public void decompressMagic0(ByteBuffer in, Output out) {
        frames(in, out, true);
    }

    private static void frames(ByteBuffer in, Output out, boolean anyHeaderChecksum) {
        in.order(ByteOrder.LITTLE_ENDIAN);
        do {
            require(in, 4);
            int magic = in.getInt();
            if (magic == MAGIC) {
                frame(in, out, anyHeaderChecksum);
            } else if ((magic & 0xfffffff0) == SKIPPABLE) {
                require(in, 4);
                skip(in, in.getInt());
            } else {
                throw new MalformedMessageException("no lz4 frame");
            }
        } while (in.hasRemaining());
    }

    private static void frame(ByteBuffer in, Output out, boolean anyHeaderChecksum) {
        int headerAt = in.position();
        require(in, 3);
        int flags = in.get() & 0xff;
        int blockSize = in.get() & 0xff;
        if ((flags & VERSION_MASK) != VERSION || (flags & RESERVED_OR_DICTIONARY) != 0) {
            throw new MalformedMessageException("lz4 flags " + Integer.toHexString(flags));
        }
        if ((blockSize & 0x8f) != 0 || blockSize < 0x40) {
            throw new MalformedMessageException("lz4 block size " + Integer.toHexString(blockSize));
        }
        Header header = new Header(flags, 1 << (8 + 2 * (blockSize >>> 4)));
        long declared = -1;
        if (header.has(CONTENT_SIZE)) {
            require(in, 9);
            declared = in.getLong();
        }
        int hash = Native.XXH32.hash(in, headerAt, in.position() - headerAt, 0) >>> 8 & 0xff;
        if ((in.get() & 0xff) != hash && !anyHeaderChecksum) {
            throw new MalformedMessageException("an lz4 header disagrees with its checksum");
        }
        int from = out.size();
        blocks(in, out, header);
        if (declared >= 0 && declared != out.size() - from) {
            throw new MalformedMessageException("an lz4 frame disagrees with its size");
        }
        if (header.has(CONTENT_CHECKSUM)) {
            require(in, 4);
            if (in.getInt() != Native.XXH32.hash(out.array(), from, out.size() - from, 0)) {
                throw new MalformedMessageException("an lz4 frame disagrees with its checksum");
            }
        }
    }

    private static void blocks(ByteBuffer in, Output out, Header header) {
        for (int number = 0; ; number++) {
            require(in, 4);
            int word = in.getInt();
            if (word == 0) {
                return;
            }
            if (number > 0 && !header.has(INDEPENDENT)) {
                throw new MalformedMessageException("lz4 blocks that depend on each other");
            }
            int length = word & ~RAW_BLOCK;
            if (length > header.maxBlock()) {
                throw new MalformedMessageException("an lz4 block of " + length + " bytes");
            }
            require(in, length);
            int at = in.position();
            if (word < 0) {
                out.put(in.slice(at, length));
            } else {
                block(in, at, length, header.maxBlock(), out);
            }
            in.position(at + length);
            if (header.has(BLOCK_CHECKSUM)) {
                require(in, 4);
                if (in.getInt() != Native.XXH32.hash(in, at, length, 0)) {
                    throw new MalformedMessageException("an lz4 block disagrees with its checksum");
                }
            }
        }
    }

    private static void block(ByteBuffer in, int at, int length, int maxBlock, Output out) {
        int most = (int) Math.min(maxBlock, (long) length * MAX_RATIO);
        out.makeRoom(most);
        try {
            ByteBuffer target = ByteBuffer.wrap(out.array());
            out.wrote(Native.DECOMPRESSOR.decompress(in, at, length, target, out.size(), most));
        } catch (LZ4Exception e) {
            throw new MalformedMessageException("not lz4: " + e.getMessage());
        }
    }

    private static ByteBuffer littleEndian(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static void skip(ByteBuffer in, int bytes) {
        if (bytes < 0) {
            throw new MalformedMessageException("an lz4 frame of " + bytes + " bytes");
        }
        require(in, bytes);
        in.position(in.position() + bytes);
    }

    private static void require(ByteBuffer in, int bytes) {
        if (in.remaining() < bytes) {
            throw new MalformedMessageException("lz4 data ends too early");
        }
    }
}
