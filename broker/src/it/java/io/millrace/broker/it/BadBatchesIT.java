package io.millrace.broker.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Record batches that are not what they say: each gets its error code, and what was stored before is still served. */
@Timeout(60)
final class BadBatchesIT {
    private static final int CORRUPT_MESSAGE = 2;
    private static final int MESSAGE_TOO_LARGE = 10;
    private static final int INVALID_TOPIC = 17;
    private static final int INVALID_RECORD = 87;
    private static final int GZIP = 1;

    @TempDir
    private static Path directory;

    private static BrokerProcess broker;

    @BeforeAll
    static void start() {
        broker = BrokerProcess.start(directory);
        broker.clients().createTopic("batches", 1);
    }

    @AfterAll
    static void stop() {
        List<String> err = broker.process().err();
        assertTrue(err.stream().noneMatch(line -> line.startsWith("\tat ")), () -> "stack traces in " + err);
        broker.close();
    }

    @Test
    void anHonestBatchIsStored() throws IOException {
        assertEquals(0, produce("batches", RawBatch.of("a", "b", "c").bytes()));
    }

    @Test
    void aWrongChecksumIsCorrupt() throws IOException {
        byte[] batch = RawBatch.of("a", "b").bytes();
        for (int position = 17; position < batch.length; position++) {
            byte[] flipped = batch.clone();
            flipped[position] ^= 1;
            assertEquals(CORRUPT_MESSAGE, produce("batches", flipped), "flipped at " + position);
        }
    }

    @Test
    void wrongCountsAreInvalid() throws IOException {
        RawBatch batch = RawBatch.of("a", "b", "c");
        assertEquals(INVALID_RECORD, produce("batches", batch.withCount(2).bytes()));
        assertEquals(INVALID_RECORD, produce("batches", batch.withCount(0).bytes()));
        assertEquals(INVALID_RECORD, produce("batches", batch.withCount(-1).bytes()));
        assertEquals(INVALID_RECORD, produce("batches", batch.withCount(Integer.MAX_VALUE).bytes()));
        assertEquals(INVALID_RECORD, produce("batches", batch.withLastOffsetDelta(5).bytes()));
        assertEquals(INVALID_RECORD, produce("batches", batch.withLastOffsetDelta(-1).bytes()));
    }

    @Test
    void anUnknownMagicIsInvalid() throws IOException {
        for (int magic : new int[] {0, 1, 3, 127, -1}) {
            assertEquals(
                    INVALID_RECORD, produce("batches", RawBatch.of("a").withMagic(magic).bytes()), "magic " + magic);
        }
    }

    @Test
    void anUnknownCodecIsRefused() throws IOException {
        for (int codec = 5; codec <= 7; codec++) {
            int error = produce("batches", RawBatch.of("a").withAttributes(codec).bytes());
            assertTrue(error == INVALID_RECORD || error == CORRUPT_MESSAGE, "error " + error);
        }
    }

    @Test
    void aControlBatchFromAClientIsInvalid() throws IOException {
        assertEquals(
                INVALID_RECORD, produce("batches", RawBatch.of("a").withAttributes(0x30).bytes()));
    }

    @Test
    void twoBatchesOrNoneAreInvalid() throws IOException {
        byte[] one = RawBatch.of("a").bytes();
        byte[] two = ByteBuffer.allocate(one.length * 2).put(one).put(one).array();
        assertEquals(INVALID_RECORD, produce("batches", two));
        assertEquals(INVALID_RECORD, produce("batches", new byte[0]));
        assertEquals(INVALID_RECORD, produce("batches", new byte[20]));
        assertTrue(List.of(CORRUPT_MESSAGE, INVALID_RECORD)
                .contains(produce("batches", Arrays.copyOf(one, one.length - 1))));
    }

    @Test
    void anOversizedBatchIsTooLarge() throws IOException {
        assertEquals(
                MESSAGE_TOO_LARGE, produce("batches", RawBatch.of("x".repeat(2_000_000)).bytes()));
    }

    @Test
    void namesThatNoTopicCanHaveAreInvalid() throws IOException {
        byte[] batch = RawBatch.of("a").bytes();
        for (String name : List.of("a/b", "x".repeat(250), "", ".", "..", "with space", "../../etc/passwd")) {
            try (RawConnection connection = new RawConnection(broker.port())) {
                ByteBuffer metadata =
                        connection.call(new RawRequest(3, 1).i32(1).string(name));
                skipBrokers(metadata);
                assertEquals(1, metadata.getInt());
                assertEquals(INVALID_TOPIC, metadata.getShort(), name);
            }
            int error = produce(name, batch);
            assertTrue(error == 3 || error == INVALID_TOPIC, name + ": " + error); // 3: there is no such topic
        }
    }

    private static void skipBrokers(ByteBuffer metadata) {
        for (int left = metadata.getInt(); left > 0; left--) {
            metadata.getInt();
            RawConnection.string(metadata);
            metadata.getInt();
            int rack = metadata.getShort();
            metadata.position(metadata.position() + Math.max(0, rack));
        }
        metadata.getInt(); // controller
    }

    @Test
    void aBombIsStoredAndServedAsItIsAndNeverUnpacked() throws IOException {
        broker.clients().createTopic("bomb", 1);
        RawBatch bomb = RawBatch.of("").withAttributes(GZIP).withPayload(gzippedZeros(500 << 20));
        byte[] sent = bomb.bytes();
        long before = broker.process().memoryKib("VmHWM");
        assertEquals(0, produce("bomb", sent));
        byte[] served = fetch("bomb");
        assertEquals(sent.length, served.length);
        assertArrayEquals(Arrays.copyOfRange(sent, 16, sent.length), Arrays.copyOfRange(served, 16, served.length));
        long grown = broker.process().memoryKib("VmHWM") - before;
        System.out.printf(
                "BadBatchesIT: a bomb of %d bytes that unpacks to 500 MiB cost %d KiB%n", sent.length, grown);
        assertTrue(grown < 100 * 1024, () -> grown + " KiB");
    }

    @Test
    void whatCannotBeUnpackedHurtsNobody() throws IOException {
        broker.clients().createTopic("noise", 1);
        SplittableRandom random = new SplittableRandom(Seed.forTest("BadBatchesIT"));
        byte[] noise = new byte[500];
        for (int codec = 1; codec <= 4; codec++) {
            random.nextBytes(noise);
            int error = produce(
                    "noise",
                    RawBatch.of("").withAttributes(codec).withPayload(noise).bytes());
            assertTrue(List.of(0, CORRUPT_MESSAGE, INVALID_RECORD).contains(error), "error " + error);
        }
        assertEquals(0, produce("noise", RawBatch.of("fine").bytes()));
        try (RawConnection connection = new RawConnection(broker.port())) { // by time: the broker may want to look inside
            ByteBuffer found = connection.call(new RawRequest(2, 1)
                    .i32(-1)
                    .i32(1)
                    .string("noise")
                    .i32(1)
                    .i32(0)
                    .i64(1));
            assertEquals(1, found.getInt());
            RawConnection.string(found);
            found.getInt();
            found.getInt();
            int error = found.getShort();
            assertTrue(List.of(0, CORRUPT_MESSAGE, INVALID_RECORD).contains(error), "error " + error);
        }
        assertEquals(0, produce("noise", RawBatch.of("still fine").bytes()));
    }

    /** Produces one batch; returns the partition's error code. */
    private static int produce(String topic, byte[] records) throws IOException {
        try (RawConnection connection = new RawConnection(broker.port())) {
            ByteBuffer answer = connection.call(BadInputIT.produce(topic, records));
            assertEquals(1, answer.getInt());
            assertEquals(topic, RawConnection.string(answer));
            assertEquals(1, answer.getInt());
            assertEquals(0, answer.getInt());
            return answer.getShort();
        }
    }

    /** All bytes of partition 0. */
    private static byte[] fetch(String topic) throws IOException {
        try (RawConnection connection = new RawConnection(broker.port())) {
            ByteBuffer answer = connection.call(new RawRequest(1, 4)
                    .i32(-1)
                    .i32(100)
                    .i32(1)
                    .i32(50 << 20)
                    .i8(0)
                    .i32(1)
                    .string(topic)
                    .i32(1)
                    .i32(0)
                    .i64(0)
                    .i32(50 << 20));
            answer.getInt(); // throttle
            assertEquals(1, answer.getInt());
            assertEquals(topic, RawConnection.string(answer));
            assertEquals(1, answer.getInt());
            assertEquals(0, answer.getInt());
            assertEquals(0, answer.getShort());
            answer.getLong(); // high watermark
            answer.getLong(); // last stable offset
            answer.getInt(); // aborted transactions
            byte[] records = new byte[answer.getInt()];
            answer.get(records);
            return records;
        }
    }

    private static byte[] gzippedZeros(int count) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        byte[] zeros = new byte[1 << 20];
        try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
            for (int left = count; left > 0; left -= zeros.length) {
                out.write(zeros);
            }
        }
        return packed.toByteArray();
    }
}
