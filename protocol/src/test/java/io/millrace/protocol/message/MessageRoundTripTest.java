package io.millrace.protocol.message;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.protocol.ApiMessage;
import io.millrace.protocol.testing.Seeded;
import io.millrace.protocol.wire.MalformedMessageException;
import io.millrace.protocol.wire.Reader;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(Seeded.class)
class MessageRoundTripTest {
    private static final int ROUNDS = 25;

    @Test
    void everyVersionOfEveryMessageIsWrittenAsItWasRead(Random random) {
        for (Schemas.Message message : Schemas.all()) {
            for (int version = message.lowest(); version <= message.highest(); version++) {
                for (int round = 0; round < ROUNDS; round++) {
                    byte[] bytes = RandomMessage.bytes(random, message.schema(), version);
                    String what = message.name() + " v" + version;
                    ApiMessage onHeap = message.decode(ByteBuffer.wrap(bytes), version);
                    ApiMessage offHeap = message.decode(direct(bytes), version);
                    assertArrayEquals(bytes, Encoded.bytes(onHeap, version), what);
                    assertEquals(onHeap, offHeap, what);
                    assertEquals(onHeap.hashCode(), offHeap.hashCode(), what);
                }
            }
        }
    }

    @Test
    void everyPrefixOfAMessageIsRefused(Random random) {
        for (Schemas.Message message : Schemas.all()) {
            for (int version = message.lowest(); version <= message.highest(); version++) {
                byte[] bytes = RandomMessage.bytes(random, message.schema(), version);
                for (int length = 0; length < bytes.length; length++) {
                    ByteBuffer cut = ByteBuffer.wrap(Arrays.copyOf(bytes, length));
                    int v = version;
                    assertThrows(
                            MalformedMessageException.class,
                            () -> message.decode(cut, v),
                            () -> message.name() + " v" + v + " cut to " + cut.limit() + " of " + bytes.length);
                }
            }
        }
    }

    @Test
    void bytesBehindAMessageAreRefused(Random random) {
        for (Schemas.Message message : Schemas.all()) {
            byte[] bytes = RandomMessage.bytes(random, message.schema(), message.highest());
            ByteBuffer longer = ByteBuffer.wrap(Arrays.copyOf(bytes, bytes.length + 1));
            assertThrows(MalformedMessageException.class, () -> message.decode(longer, message.highest()));
        }
    }

    @Test
    void theTableOfApisReadsWithTheRightClasses(Random random) {
        for (ApiKey key : ApiKey.values()) {
            for (boolean isRequest : new boolean[] {true, false}) {
                Schemas.Message message = Schemas.named(key.apiName() + (isRequest ? "Request" : "Response"));
                short version = key.highestVersion();
                Reader in = new Reader(ByteBuffer.wrap(RandomMessage.bytes(random, message.schema(), version)));
                ApiMessage read = isRequest ? key.readRequest(in, version) : key.readResponse(in, version);
                assertEquals(message.name(), read.getClass().getSimpleName());
                assertEquals(message.schema().flexible().contains(version), key.isFlexible(version), key.apiName());
            }
        }
    }

    @Test
    void unknownTagsAreSkippedWhereverTheyStand() {
        // ApiVersions v3: two compact strings, then the tags: 7 with two bytes, 300 with none
        byte[] bytes = {2, 'k', 2, '1', 2, 7, 2, 9, 9, (byte) 0xac, 2, 0};
        ApiVersionsRequest read = ApiVersionsRequest.read(new Reader(ByteBuffer.wrap(bytes)), (short) 3);
        assertEquals("k", read.clientSoftwareName());
        assertArrayEquals(new byte[] {2, 'k', 2, '1', 0}, Encoded.bytes(read, 3));
    }

    @Test
    void aTagOfALaterVersionIsAsUnknownAsAnyOther() {
        // Produce response v9: no responses, throttle 5, then tag 0, which only v10 gives a meaning
        byte[] bytes = {1, 0, 0, 0, 5, 1, 0, 3, 9, 9, 9};
        ProduceResponse read = ProduceResponse.read(new Reader(ByteBuffer.wrap(bytes)), (short) 9);
        assertEquals(5, read.throttleTimeMs());
        assertTrue(read.nodeEndpoints().isEmpty());
    }

    @Test
    void bytesLeftOverInsideAKnownTagAreRefused() {
        // Produce response v10: tag 0 holds an empty array and one byte more
        byte[] bytes = {1, 0, 0, 0, 5, 1, 0, 2, 1, 9};
        Reader in = new Reader(ByteBuffer.wrap(bytes));
        assertThrows(MalformedMessageException.class, () -> ProduceResponse.read(in, (short) 10));
    }

    @Test
    void aSetFieldThatAVersionLacksIsNotLostSilently() {
        ProduceRequest transactional =
                ProduceRequest.builder().transactionalId("t").build();
        assertThrows(IllegalArgumentException.class, () -> Encoded.bytes(transactional, 2));
        FetchRequest follower = FetchRequest.builder()
                .replicaState(FetchRequest.ReplicaState.builder().replicaId(4).build())
                .build();
        assertThrows(IllegalArgumentException.class, () -> Encoded.bytes(follower, 14));
    }

    private static ByteBuffer direct(byte[] bytes) {
        return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
    }
}
