package io.millrace.protocol.compress;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.millrace.protocol.testing.Fuzz;
import io.millrace.protocol.wire.MalformedMessageException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.zip.GZIPOutputStream;
import net.jpountz.lz4.LZ4FrameOutputStream;
import net.jpountz.lz4.LZ4FrameOutputStream.BLOCKSIZE;
import net.jpountz.lz4.LZ4FrameOutputStream.FLG.Bits;
import org.junit.jupiter.api.Test;
import org.xerial.snappy.Snappy;
import org.xerial.snappy.SnappyOutputStream;

/** The bytes around compressed data: what we write, and what of others we read. */
class FramingTest {
    private static final byte[] TEXT = "the quick brown fox jumps over the lazy dog, and the dog jumps over the fox. "
            .repeat(3000)
            .getBytes(StandardCharsets.UTF_8);
    private static final int ENOUGH = 1 << 20;

    @FunctionalInterface
    private interface Wrapping {
        OutputStream around(OutputStream out) throws IOException;
    }

    // ---- gzip

    @Test
    void gzipOfOthersIsRead() throws IOException {
        assertReads(Compression.GZIP, written(GZIPOutputStream::new));
    }

    @Test
    void gzipHeadersMayHoldEveryOptionalPart() throws IOException {
        byte[] plain = written(GZIPOutputStream::new);
        ByteArrayOutputStream full = new ByteArrayOutputStream();
        full.writeBytes(new byte[] {0x1f, (byte) 0x8b, 8, 0x1f, 1, 2, 3, 4, 0, 3});
        full.writeBytes(new byte[] {3, 0, 'x', 'y', 'z'});
        full.writeBytes("name\0comment\0".getBytes(StandardCharsets.US_ASCII));
        full.writeBytes(new byte[] {7, 7});
        full.write(plain, 10, plain.length - 10);
        assertReads(Compression.GZIP, full.toByteArray());
    }

    @Test
    void gzipWithAWrongChecksumOrLengthIsRefused() throws IOException {
        byte[] bytes = written(GZIPOutputStream::new);
        for (int i = 1; i <= 8; i++) {
            byte[] wrong = bytes.clone();
            wrong[wrong.length - i] ^= 1;
            assertRefuses(Compression.GZIP, wrong);
        }
    }

    // ---- snappy

    @Test
    void snappyIsWrittenAsTheJavaClientsDo() throws IOException {
        byte[] ours = array(Compression.SNAPPY.compress(ByteBuffer.wrap(TEXT)));
        assertArrayEquals(written(SnappyOutputStream::new), ours);
    }

    @Test
    void aBareSnappyBlockIsRead() throws IOException {
        assertReads(Compression.SNAPPY, Snappy.compress(TEXT));
    }

    @Test
    void snappyOfOtherBlockSizesAndConcatenatedStreamsAreRead() throws IOException {
        assertReads(Compression.SNAPPY, written(out -> new SnappyOutputStream(out, 1024)));
        byte[] once = written(SnappyOutputStream::new);
        ByteBuffer twice =
                ByteBuffer.allocate(2 * once.length).put(once).put(once).flip();
        assertEquals(
                2 * TEXT.length, Compression.SNAPPY.decompress(twice, ENOUGH).remaining());
    }

    @Test
    void aSnappyBlockThatClaimsTooMuchIsRefusedBeforeMemoryIsTaken() {
        // a bare block whose preamble says 2^31 - 1 bytes, and one that says 1 MiB in five bytes
        assertRefuses(Compression.SNAPPY, new byte[] {-1, -1, -1, -1, 7, 0, 0});
        byte[] mebibyte = {(byte) 0x80, (byte) 0x80, 0x40, 0, 0};
        Fuzz.assertAllocatesAtMost(50_000, () -> "snappy", () -> assertRefuses(Compression.SNAPPY, mebibyte));
    }

    // ---- lz4

    @Test
    void lz4IsWrittenWithIndependentBlocksOf64KiB() {
        ByteBuffer frame = Compression.LZ4.compress(ByteBuffer.wrap(new byte[] {1, 2, 3}));
        assertEquals(
                "04224d18" + "604082" + "03000080" + "010203" + "00000000",
                HexFormat.of().formatHex(array(frame)));
    }

    @Test
    void lz4OfOthersIsReadWithAllItsOptions() throws IOException {
        for (BLOCKSIZE size : BLOCKSIZE.values()) {
            assertReads(Compression.LZ4, written(out -> new LZ4FrameOutputStream(out, size)));
            assertReads(
                    Compression.LZ4,
                    written(out -> new LZ4FrameOutputStream(
                            out,
                            size,
                            TEXT.length,
                            Bits.BLOCK_INDEPENDENCE,
                            Bits.CONTENT_SIZE,
                            Bits.CONTENT_CHECKSUM)));
            assertReads(
                    Compression.LZ4,
                    written(out -> new LZ4FrameOutputStream(
                            out, size, Bits.BLOCK_INDEPENDENCE, Bits.BLOCK_CHECKSUM, Bits.CONTENT_CHECKSUM)));
        }
    }

    @Test
    void lz4FramesThatDisagreeWithThemselvesAreRefused() throws IOException {
        byte[] bytes = written(out -> new LZ4FrameOutputStream(
                out,
                BLOCKSIZE.SIZE_64KB,
                TEXT.length,
                Bits.BLOCK_INDEPENDENCE,
                Bits.CONTENT_SIZE,
                Bits.BLOCK_CHECKSUM,
                Bits.CONTENT_CHECKSUM));
        // flags, block size, content size, header checksum; the first block; the end mark and content checksum
        int[] wounds = {4, 5, 6, 13, 14, 30, bytes.length - 6, bytes.length - 1};
        for (int at : wounds) {
            byte[] wrong = bytes.clone();
            wrong[at] ^= 0x08;
            assertRefuses(Compression.LZ4, wrong);
        }
    }

    @Test
    void onlyMagic0MayHaveTheWrongHeaderChecksum() {
        byte[] frame = array(Compression.LZ4.compress(ByteBuffer.wrap(TEXT)));
        frame[6] = 0x1a;
        assertRefuses(Compression.LZ4, frame);
        assertEquals(ByteBuffer.wrap(TEXT), Compression.LZ4.decompressMagic0(ByteBuffer.wrap(frame), ENOUGH));
    }

    @Test
    void aSkippableLz4FrameIsSkipped() {
        ByteBuffer frame = Compression.LZ4.compress(ByteBuffer.wrap(TEXT));
        ByteBuffer both = ByteBuffer.allocate(11 + frame.remaining()).order(ByteOrder.LITTLE_ENDIAN);
        both.putInt(0x184d2a57).putInt(3).put(new byte[3]).put(frame);
        assertReads(Compression.LZ4, both.array());
    }

    @Test
    void aSingleLz4BlockMayBeMarkedAsDependent() {
        ByteBuffer frame = ByteBuffer.allocate(18).order(ByteOrder.LITTLE_ENDIAN);
        frame.putInt(0x184d2204).put((byte) 0x40).put((byte) 0x40).put((byte) 0xc0);
        frame.putInt(0x80000003).put(new byte[] {1, 2, 3}).putInt(0);
        assertArrayEquals(new byte[] {1, 2, 3}, array(Compression.LZ4.decompress(frame.flip(), ENOUGH)));
    }

    // ---- zstd

    @Test
    void zstdFramesWithoutContentSizeAreRead() throws IOException {
        assertReads(Compression.ZSTD, written(com.github.luben.zstd.ZstdOutputStreamNoFinalizer::new));
        assertReads(Compression.ZSTD, written(out -> new com.github.luben.zstd.ZstdOutputStreamNoFinalizer(out)
                .setLevel(22)
                .setChecksum(true)));
    }

    @Test
    void aSkippableZstdFrameIsSkipped() {
        ByteBuffer frame = Compression.ZSTD.compress(ByteBuffer.wrap(TEXT));
        ByteBuffer both = ByteBuffer.allocate(11 + frame.remaining()).order(ByteOrder.LITTLE_ENDIAN);
        both.putInt(0x184d2a50).putInt(3).put(new byte[3]).put(frame);
        assertReads(Compression.ZSTD, both.array());
    }

    // ---- bombs

    @Test
    void aBombIsStoppedAtTheBoundWithMemoryOfTheBoundsOrder() {
        for (Compression codec : Compression.values()) {
            if (codec != Compression.NONE) {
                ByteBuffer bomb = codec.compress(ByteBuffer.allocate(64 << 20));
                Fuzz.assertAllocatesAtMost(
                        4L * ENOUGH + bomb.remaining(),
                        codec::toString,
                        () -> assertThrows(DecompressionBoundException.class, () -> codec.decompress(bomb, ENOUGH)));
            }
        }
    }

    private static byte[] written(Wrapping wrapping) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream out = wrapping.around(bytes)) {
            out.write(TEXT);
        }
        return bytes.toByteArray();
    }

    private static void assertReads(Compression codec, byte[] bytes) {
        assertEquals(ByteBuffer.wrap(TEXT), codec.decompress(ByteBuffer.wrap(bytes), ENOUGH));
        ByteBuffer direct = ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
        assertEquals(ByteBuffer.wrap(TEXT), codec.decompress(direct, ENOUGH));
    }

    private static void assertRefuses(Compression codec, byte[] bytes) {
        assertThrows(MalformedMessageException.class, () -> codec.decompress(ByteBuffer.wrap(bytes), ENOUGH));
    }

    private static byte[] array(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }
}
