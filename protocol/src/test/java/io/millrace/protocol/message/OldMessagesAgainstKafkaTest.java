package io.millrace.protocol.message;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.protocol.ApiMessage;
import io.millrace.protocol.testing.Seeded;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import org.apache.kafka.common.message.ApiMessageType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** kafka-clients 3.9 as the oracle for the versions that today's has given up. */
@ExtendWith(Seeded.class)
class OldMessagesAgainstKafkaTest {
    private static final int ROUNDS = 20;

    @Test
    void oldKafkaReadsWhatWeWriteAndWritesTheSame(Random random) throws IOException {
        int compared = 0;
        try (OldKafka old = new OldKafka()) {
            for (ApiKey key : ApiKey.values()) {
                if (key.isOwn()) {
                    continue;
                }
                short today = ApiMessageType.fromApiKey(key.id()).lowestSupportedVersion();
                for (short version = key.lowestServed(); version < today; version++) {
                    assertEquals(old.requestHeaderVersion(key, version), key.requestHeaderVersion(version));
                    assertEquals(old.responseHeaderVersion(key, version), key.responseHeaderVersion(version));
                    for (String kind : List.of("Request", "Response")) {
                        Schemas.Message ours = Schemas.named(key.apiName() + kind);
                        for (int round = 0; round < ROUNDS; round++) {
                            compare(old, key, ours, version, random);
                        }
                        compared++;
                    }
                }
            }
        }
        assertTrue(compared > 20, "only " + compared);
    }

    private static void compare(OldKafka old, ApiKey key, Schemas.Message ours, short version, Random random) {
        String where = ours.name() + " v" + version;
        byte[] bytes = RandomMessage.bytes(random, ours.schema(), version);
        ApiMessage message = ours.decode(ByteBuffer.wrap(bytes), version);
        byte[] written = Encoded.bytes(message, version);
        Object theirs = old.read(key, ours.name().endsWith("Request"), written, version);
        KafkaMessages.assertSameValues(message, theirs, where);
        assertArrayEquals(old.write(theirs, version), written, where);
    }
}
