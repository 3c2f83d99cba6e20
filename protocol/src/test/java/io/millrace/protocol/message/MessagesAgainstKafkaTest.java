package io.millrace.protocol.message;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.protocol.ApiMessage;
import io.millrace.protocol.testing.Seeded;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Supplier;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.common.protocol.Message;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** kafka-clients as the oracle, in every version that both know. */
@ExtendWith(Seeded.class)
class MessagesAgainstKafkaTest {
    private static final int ROUNDS = 10;

    /** One of our messages, kafka-clients' one, and a version of both. */
    private record Pair(Schemas.Message ours, Supplier<Message> theirs, int version) {
        @Override
        public String toString() {
            return ours.name() + " v" + version;
        }
    }

    @Test
    void kafkaReadsWhatWeWriteAndWritesTheSame(Random random) {
        for (Pair pair : pairs()) {
            for (int round = 0; round < ROUNDS; round++) {
                byte[] bytes = RandomMessage.bytes(random, pair.ours().schema(), pair.version());
                ApiMessage ours = pair.ours().decode(ByteBuffer.wrap(bytes), pair.version());
                byte[] written = Encoded.bytes(ours, pair.version());
                Message theirs = KafkaMessages.read(pair.theirs(), written, pair.version());
                KafkaMessages.assertSameValues(ours, theirs, pair.toString());
                assertArrayEquals(KafkaMessages.bytes(theirs, pair.version()), written, pair::toString);
            }
        }
    }

    @Test
    void weReadWhatKafkaWritesAndWriteTheSame(Random random) {
        for (Pair pair : pairs()) {
            for (int round = 0; round < ROUNDS; round++) {
                byte[] bytes = RandomMessage.bytes(random, pair.ours().schema(), pair.version());
                Message theirs =
                        round == 0 ? pair.theirs().get() : KafkaMessages.read(pair.theirs(), bytes, pair.version());
                byte[] written = KafkaMessages.bytes(theirs, pair.version());
                ApiMessage ours = pair.ours().decode(ByteBuffer.wrap(written), pair.version());
                KafkaMessages.assertSameValues(ours, theirs, pair.toString());
                assertArrayEquals(written, Encoded.bytes(ours, pair.version()), pair::toString);
            }
        }
    }

    /** What may be dropped in a version that lacks a field, and what must not be. */
    @Test
    void aMessageOfOneVersionIsWrittenOrRefusedInOthersAsKafkaDoes(Random random) {
        int refused = 0;
        int written = 0;
        for (Pair pair : pairs()) {
            for (int round = 0; round < 4 * ROUNDS; round++) {
                byte[] bytes = RandomMessage.sparse(random, pair.ours().schema(), pair.version());
                ApiMessage ours = pair.ours().decode(ByteBuffer.wrap(bytes), pair.version());
                Message theirs = KafkaMessages.read(pair.theirs(), bytes, pair.version());
                for (int version = theirs.lowestSupportedVersion();
                        version
                                <= Math.min(
                                        theirs.highestSupportedVersion(),
                                        pair.ours().highest());
                        version++) {
                    String what = pair + " written as v" + version;
                    Optional<byte[]> oursWritten = write(ours, version);
                    Optional<byte[]> theirsWritten = write(theirs, version);
                    assertEquals(theirsWritten.isPresent(), oursWritten.isPresent(), () -> what + ": " + ours);
                    if (theirsWritten.isPresent()) {
                        assertArrayEquals(theirsWritten.get(), oursWritten.orElseThrow(), () -> what + ": " + ours);
                        written++;
                    } else {
                        refused++;
                    }
                }
            }
        }
        assertTrue(refused > 0 && written > 0, refused + " refused, " + written + " written");
    }

    private static Optional<byte[]> write(ApiMessage message, int version) {
        try {
            return Optional.of(Encoded.bytes(message, version));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static Optional<byte[]> write(Message message, int version) {
        try {
            return Optional.of(KafkaMessages.bytes(message, version));
        } catch (UnsupportedVersionException | NullPointerException e) {
            return Optional.empty();
        }
    }

    private static List<Pair> pairs() {
        Map<String, Supplier<Message>> kafka = KafkaMessages.byName();
        List<Pair> pairs = new ArrayList<>();
        for (Schemas.Message ours : Schemas.all()) {
            Optional<Supplier<Message>> known = Optional.ofNullable(kafka.remove(ours.name()));
            known.ifPresent(theirs -> {
                Message example = theirs.get();
                int low = Math.max(ours.lowest(), example.lowestSupportedVersion());
                int high = Math.min(ours.highest(), example.highestSupportedVersion());
                for (int version = low; version <= high; version++) {
                    pairs.add(new Pair(ours, theirs, version));
                }
            });
        }
        assertEquals(Map.of(), kafka, "messages of kafka-clients that were not compared");
        return pairs;
    }
}
