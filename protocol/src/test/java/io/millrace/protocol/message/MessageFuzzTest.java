package io.millrace.protocol.message;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.protocol.testing.Fuzz;
import io.millrace.protocol.testing.Seeded;
import io.millrace.protocol.wire.MalformedMessageException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(Seeded.class)
class MessageFuzzTest {

    @Test
    void damagedMessagesEndInATypedErrorAndInBoundedMemory(Random random) throws Exception {
        List<Schemas.Message> messages = Schemas.all();
        Fuzz.repeat(number -> {
            Schemas.Message message = messages.get(number % messages.size());
            int version = message.lowest() + random.nextInt(message.highest() - message.lowest() + 1);
            byte[] bytes = random.nextInt(8) == 0
                    ? Fuzz.noise(random, 300)
                    : Fuzz.damage(random, RandomMessage.bytes(random, message.schema(), version));
            check(message, version, bytes);
        });
    }

    /** Small elements on the wire are large ones on the heap: the dearest way to use a request's bytes. */
    @Test
    void aMessageFullOfTheSmallestElementsTakesBoundedMemory() {
        for (Schemas.Message message : Schemas.all()) {
            for (int version = message.lowest(); version <= message.highest(); version++) {
                byte[] bytes = RandomMessage.wide(message.schema(), version, 5_000);
                byte[] cut = Arrays.copyOf(bytes, Math.max(0, bytes.length - 1));
                check(message, version, bytes);
                check(message, version, cut);
            }
        }
    }

    private static void check(Schemas.Message message, int version, byte[] bytes) {
        Fuzz.assertAllocatesAtMost(
                50L * bytes.length + 64 * 1024,
                () -> message.name() + " v" + version + ", " + bytes.length + " bytes: "
                        + HexFormat.of().formatHex(bytes, 0, Math.min(bytes.length, 500)),
                () -> decode(message, version, bytes));
    }

    private static void decode(Schemas.Message message, int version, byte[] bytes) {
        try {
            message.decode(ByteBuffer.wrap(bytes), version);
        } catch (MalformedMessageException e) {
            assertTrue(!e.getMessage().isEmpty());
        } catch (RuntimeException e) {
            throw new AssertionError(
                    message.name() + " v" + version + " " + HexFormat.of().formatHex(bytes), e);
        }
    }
}
