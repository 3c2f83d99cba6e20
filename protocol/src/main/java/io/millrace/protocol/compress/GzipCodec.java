package io.millrace.protocol.compress;

import io.millrace.protocol.wire.MalformedMessageException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/**
 * Members of RFC 1952, over the JDK's own inflater, which reads and writes buffers off the heap without copies.
 *
 * <pre>
 * 1f 8b | 8 deflate | flags | u32 time | extra flags | system | [extra] [name] [comment] [u16 header crc]
 * deflated data | u32 CRC-32 of what it holds | u32 length of what it holds      all little-endian
 * </pre>
 */
final class GzipCodec implements Codec {
    private static final byte[] HEADER = {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, (byte) 0xff};
    private static final int TRAILER_SIZE = 8;
    private static final int CHUNK = 8 * 1024;

    private static final int HEADER_CRC = 0x02;
    private static final int EXTRA = 0x04;
    private static final int NAME = 0x08;
    private static final int COMMENT = 0x10;
    private static final int RESERVED = 0xe0;

    @Override
    public void compress(ByteBuffer in, int level, Output out) {
        CRC32 crc = new CRC32();
        crc.update(in.duplicate());
        int length = in.remaining();
        out.put(HEADER);
        Deflater deflater = new Deflater(level, true);
        try {
            deflater.setInput(in);
            deflater.finish();
            while (!deflater.finished()) {
                out.makeRoom(CHUNK);
                out.wrote(deflater.deflate(out.tail()));
            }
        } finally {
            deflater.end();
        }
        ByteBuffer trailer = ByteBuffer.allocate(TRAILER_SIZE).order(ByteOrder.LITTLE_ENDIAN);
        out.put(trailer.putInt((int) crc.getValue()).putInt(length).flip());
    }

    @Override
    public void decompress(ByteBuffer in, Output out) {
        in.order(ByteOrder.LITTLE_ENDIAN);
        Inflater inflater = new Inflater(true);
        try {
            do {
                skipHeader(in);
                int from = out.size();
                inflate(inflater, in, out);
                checkTrailer(in, out, from);
                inflater.reset();
            } while (in.hasRemaining());
        } catch (DataFormatException e) {
            throw new MalformedMessageException("not gzip: " + e.getMessage());
        } finally {
            inflater.end();
        }
    }

    private static void skipHeader(ByteBuffer in) {
        require(in, HEADER.length);
        if (in.get() != HEADER[0] || in.get() != HEADER[1] || in.get() != HEADER[2]) {
            throw new MalformedMessageException("no gzip header");
        }
        int flags = in.get();
        if ((flags & RESERVED) != 0) {
            throw new MalformedMessageException("a gzip header with reserved flags");
        }
        skip(in, 6);
        if ((flags & EXTRA) != 0) {
            require(in, 2);
            skip(in, in.getShort() & 0xffff);
        }
        if ((flags & NAME) != 0) {
            skipText(in);
        }
        if ((flags & COMMENT) != 0) {
            skipText(in);
        }
        if ((flags & HEADER_CRC) != 0) {
            skip(in, 2);
        }
    }

    private static void inflate(Inflater inflater, ByteBuffer in, Output out) throws DataFormatException {
        inflater.setInput(in);
        while (!inflater.finished()) {
            out.makeRoom(Math.min(CHUNK, 1024 + in.remaining()));
            int wrote = inflater.inflate(out.tail());
            out.wrote(wrote);
            if (wrote == 0 && !inflater.finished()) {
                throw new MalformedMessageException(
                        inflater.needsDictionary() ? "gzip with a dictionary" : "gzip data ends too early");
            }
        }
    }

    private static void checkTrailer(ByteBuffer in, Output out, int from) {
        require(in, TRAILER_SIZE);
        CRC32 crc = new CRC32();
        crc.update(out.array(), from, out.size() - from);
        if (in.getInt() != (int) crc.getValue() || in.getInt() != out.size() - from) {
            throw new MalformedMessageException("gzip data disagrees with its checksum");
        }
    }

    private static void skipText(ByteBuffer in) {
        do {
            require(in, 1);
        } while (in.get() != 0);
    }

    private static void skip(ByteBuffer in, int bytes) {
        require(in, bytes);
        in.position(in.position() + bytes);
    }

    private static void require(ByteBuffer in, int bytes) {
        if (in.remaining() < bytes) {
            throw new MalformedMessageException("gzip data ends too early");
        }
    }
}
