package io.millrace.protocol.compress;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.protocol.testing.Seeded;
import io.millrace.protocol.wire.MalformedMessageException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@ExtendWith(Seeded.class)
class CompressionTest {
    private static final int[] SIZES = {0, 1, 7, 100, 32 * 1024, 32 * 1024 + 1, 64 * 1024, 200_000, 1_500_000};

    @Test
    void idsAndNamesAreTheProtocols() {
        String[] names = {"none", "gzip", "snappy", "lz4", "zstd"};
        for (int id = 0; id < names.length; id++) {
            Compression codec = Compression.of(id).orElseThrow();
            assertEquals(id, codec.id());
            assertEquals(names[id], codec.text());
            assertEquals(Optional.of(codec), Compression.named(names[id]));
        }
        assertEquals(Optional.empty(), Compression.of(5));
        assertEquals(Optional.empty(), Compression.of(-1));
        assertEquals(Optional.empty(), Compression.named("producer"));
        assertEquals(Optional.empty(), Compression.named("LZ4"));
    }

    @ParameterizedTest
    @EnumSource(Compression.class)
    void whatWasCompressedComesBackFromEveryKindOfBuffer(Compression codec, Random random) {
        for (int size : SIZES) {
            for (int randomness : new int[] {1, 20, 256}) {
                ByteBuffer data = ByteBuffer.wrap(bytes(random, size, randomness));
                for (ByteBuffer in : kindsOf(data)) {
                    ByteBuffer compressed = codec.compress(in);
                    assertEquals(size, in.remaining(), "the input's position stays");
                    for (ByteBuffer back : kindsOf(compressed)) {
                        assertEquals(data, codec.decompress(back, size));
                        assertEquals(compressed.remaining(), back.remaining(), "the input's position stays");
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Compression.class)
    void compressingAgainAndAgainDoesNotGoWrong(Compression codec, Random random) {
        for (int i = 0; i < 300; i++) {
            ByteBuffer data = ByteBuffer.wrap(bytes(random, random.nextInt(3000), 1 + random.nextInt(256)));
            assertEquals(data, codec.decompress(codec.compress(data), 3000));
        }
    }

    @ParameterizedTest
    @EnumSource(Compression.class)
    void theBoundHoldsToTheByte(Compression codec, Random random) {
        for (int size : new int[] {1, 1000, 65_536, 300_000}) {
            ByteBuffer compressed = codec.compress(ByteBuffer.wrap(bytes(random, size, 3)));
            assertEquals(size, codec.decompress(compressed, size).remaining());
            assertThrows(DecompressionBoundException.class, () -> codec.decompress(compressed, size - 1));
            assertThrows(DecompressionBoundException.class, () -> codec.decompress(compressed, 0));
        }
    }

    @ParameterizedTest
    @EnumSource(value = Compression.class, names = "NONE", mode = EnumSource.Mode.EXCLUDE)
    void framesOneBehindTheOtherAreReadAsOne(Compression codec, Random random) {
        ByteBuffer first = ByteBuffer.wrap(bytes(random, 70_000, 30));
        ByteBuffer second = ByteBuffer.wrap(bytes(random, 10, 30));
        ByteBuffer both = join(codec.compress(first), codec.compress(second));
        assertEquals(join(first, second), codec.decompress(both, 100_000));
    }

    @ParameterizedTest
    @EnumSource(value = Compression.class, names = "NONE", mode = EnumSource.Mode.EXCLUDE)
    void everyCutIsNoticed(Compression codec, Random random) {
        ByteBuffer compressed = codec.compress(ByteBuffer.wrap(bytes(random, 300, 30)));
        for (int length = 0; length < compressed.remaining(); length++) {
            // a snappy stream has no end mark: it may end where a block does, as here behind its header
            if (codec != Compression.SNAPPY || length != 16) {
                ByteBuffer cut = compressed.slice(0, length);
                assertThrows(MalformedMessageException.class, () -> codec.decompress(cut, 1000), "cut to " + length);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(value = Compression.class, names = "NONE", mode = EnumSource.Mode.EXCLUDE)
    void garbageBehindTheDataIsNoticed(Compression codec, Random random) {
        ByteBuffer compressed = codec.compress(ByteBuffer.wrap(bytes(random, 300, 30)));
        ByteBuffer longer = join(compressed, ByteBuffer.wrap(new byte[] {9, 9, 9}));
        assertThrows(MalformedMessageException.class, () -> codec.decompress(longer, 1000));
    }

    @Test
    void compressionCompresses() {
        for (Compression codec : Compression.values()) {
            int size = codec.compress(ByteBuffer.allocate(1_000_000)).remaining();
            assertTrue(codec == Compression.NONE ? size == 1_000_000 : size < 50_000, codec + ": " + size);
        }
    }

    /** The same bytes on the heap, as part of something larger, read-only, and off the heap. */
    private static ByteBuffer[] kindsOf(ByteBuffer data) {
        int size = data.remaining();
        ByteBuffer part = ByteBuffer.allocate(size + 11).position(4).put(data.duplicate());
        ByteBuffer direct = ByteBuffer.allocateDirect(size + 11).position(4).put(data.duplicate());
        return new ByteBuffer[] {
            data,
            part.flip().position(4),
            part.duplicate().slice(),
            data.asReadOnlyBuffer(),
            direct.flip().position(4),
            direct.slice().asReadOnlyBuffer()
        };
    }

    private static ByteBuffer join(ByteBuffer first, ByteBuffer second) {
        return ByteBuffer.allocate(first.remaining() + second.remaining())
                .put(first.duplicate())
                .put(second.duplicate())
                .flip();
    }

    private static byte[] bytes(Random random, int size, int randomness) {
        byte[] bytes = new byte[size];
        for (int i = 0; i < size; i++) {
            bytes[i] = (byte) random.nextInt(randomness);
        }
        return bytes;
    }
}
