package io.millrace.protocol.compress;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.protocol.testing.Fuzz;
import io.millrace.protocol.testing.Seeded;
import io.millrace.protocol.wire.MalformedMessageException;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(Seeded.class)
class CompressionFuzzTest {
    private static final Compression[] CODECS = Compression.values();
    private static final int BOUND = 64 * 1024;

    @Test
    void damagedDataEndsInATypedErrorAndInBoundedMemory(Random random) throws Exception {
        Fuzz.repeat(number -> {
            Compression codec = CODECS[1 + number % 4];
            byte[] bytes;
            if (random.nextInt(5) == 0) {
                bytes = Fuzz.noise(random, 300);
            } else {
                byte[] plain = new byte[random.nextInt(4000)];
                for (int i = 0; i < plain.length; i++) {
                    plain[i] = (byte) random.nextInt(1 + i % 40);
                }
                ByteBuffer valid = codec.compress(ByteBuffer.wrap(plain));
                byte[] whole = new byte[valid.remaining()];
                valid.get(whole);
                bytes = Fuzz.damage(random, whole);
            }
            ByteBuffer in = random.nextBoolean()
                    ? ByteBuffer.wrap(bytes)
                    : ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
            Fuzz.assertAllocatesAtMost(
                    300L * bytes.length + 4L * BOUND,
                    () -> codec + " " + HexFormat.of().formatHex(bytes),
                    () -> decompress(codec, in, bytes));
        });
    }

    private static void decompress(Compression codec, ByteBuffer in, byte[] bytes) {
        try {
            int size = codec.decompress(in, BOUND).remaining();
            assertTrue(size <= BOUND);
        } catch (MalformedMessageException | DecompressionBoundException e) {
            assertTrue(!e.getMessage().isEmpty());
        } catch (RuntimeException e) {
            throw new AssertionError(codec + " " + HexFormat.of().formatHex(bytes), e);
        }
    }
}
