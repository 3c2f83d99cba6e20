package io.millrace.tools.stream;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.client.consumer.ConsumerRecord;
import io.millrace.client.consumer.MadeRecords;
import io.millrace.protocol.TopicPartition;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** What is printed as frames or as JSON is read back byte for byte, whatever it is; and nothing else is believed. */
class RoundTripTest {
    private static final int RECORDS = 3000;
    private static final int MOST = 1 << 20;

    private final long seed = RandomRecords.seed();

    private static byte[] printed(List<RandomRecords.Made> records, RecordFormat format) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ByteSink sink = new ByteSink(Channels.newChannel(bytes), all -> {}, 100)) {
            for (RandomRecords.Made made : records) {
                format.write(made.record(), sink);
            }
        }
        return bytes.toByteArray();
    }

    private List<RandomRecords.Made> records(int count) {
        RandomRecords random = new RandomRecords(seed);
        List<RandomRecords.Made> records = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            records.add(random.next());
        }
        return records;
    }

    private void assertComesBack(RecordFormat format, Function<ByteSource, RecordInput> reader) throws IOException {
        List<RandomRecords.Made> records = records(RECORDS);
        byte[] bytes = printed(records, format);
        RecordInput input = reader.apply(new ByteSource(new DrippingChannel(bytes, new Random(seed), 5000), MOST, 64));
        InputRecord into = new InputRecord();
        for (RandomRecords.Made made : records) {
            assertTrue(input.next(into));
            assertEquals(made.key() != null, into.hasKey());
            assertEquals(made.value() != null, into.hasValue());
            assertArrayEquals(made.key() == null ? new byte[0] : made.key(), into.key());
            assertArrayEquals(made.value() == null ? new byte[0] : made.value(), into.value());
            assertEquals(made.headers(), into.headers());
            assertEquals(made.record().timestamp(), into.timestamp());
            assertEquals(made.record().partition(), into.partition());
        }
        assertFalse(input.next(into));
        assertEquals(bytes.length, input.position());
    }

    /** The largest record that may be sent, and the worst that can be in it. */
    @Test
    void aLineOfJsonMayBeAsLongAsItsRecordNeeds() throws IOException {
        byte[] value = new byte[MOST - 100];
        Arrays.fill(value, (byte) 1);
        ConsumerRecord record = MadeRecords.of(new TopicPartition("access", 0), 0, 0, null, value, List.of());
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ByteSink sink = new ByteSink(Channels.newChannel(bytes))) {
            new JsonLines().write(record, sink);
        }
        JsonInput input = new JsonInput(new ByteSource(
                Channels.newChannel(new ByteArrayInputStream(bytes.toByteArray())), JsonInput.longestLine(MOST)));
        InputRecord into = new InputRecord();
        assertTrue(input.next(into));
        assertArrayEquals(value, into.value());
    }

    @Test
    void aFrameThatIsTooLongNamesWhatToRaise() {
        byte[] frame = ByteBuffer.allocate(100).putInt(MOST + 1).array();
        BadInputException told = assertThrows(BadInputException.class, () -> new FrameInput(
                        new ByteSource(Channels.newChannel(new ByteArrayInputStream(frame)), MOST), MOST)
                .next(new InputRecord()));
        assertTrue(told.getMessage().contains("-X max.request.size=" + (MOST + 1)), told.getMessage());
    }

    @Test
    void aHeaderNeedsAName() {
        byte[] line = "{\"headers\":[{\"name\":null,\"value\":\"v\"}]}".getBytes(StandardCharsets.UTF_8);
        JsonInput input = new JsonInput(new ByteSource(Channels.newChannel(new ByteArrayInputStream(line)), MOST));
        assertThrows(BadInputException.class, () -> input.next(new InputRecord()));
    }

    @Test
    void framesComeBackAsTheyWere() throws IOException {
        assertComesBack(new Frames(), source -> new FrameInput(source, MOST));
    }

    @Test
    void jsonComesBackAsItWas() throws IOException {
        assertComesBack(new JsonLines(), JsonInput::new);
    }

    @Test
    void brokenFramesAreRefusedAndNothingElseHappens() throws IOException {
        assertOnlyRefused(new Frames(), source -> new FrameInput(source, MOST));
    }

    @Test
    void brokenJsonIsRefusedAndNothingElseHappens() throws IOException {
        assertOnlyRefused(new JsonLines(), JsonInput::new);
    }

    private void assertOnlyRefused(RecordFormat format, Function<ByteSource, RecordInput> reader) throws IOException {
        byte[] bytes = printed(records(20), format);
        Random random = new Random(seed);
        long endNs = System.nanoTime() + Long.getLong("fuzz.seconds", 1) * 500_000_000L;
        do {
            byte[] broken = bytes.clone();
            for (int i = 1 + random.nextInt(4); i > 0; i--) {
                broken[random.nextInt(broken.length)] = (byte) random.nextInt(256);
            }
            int length = random.nextInt(broken.length);
            byte[] cut = Arrays.copyOf(broken, random.nextBoolean() ? broken.length : length);
            RecordInput input = reader.apply(new ByteSource(new DrippingChannel(cut, random, 9000), MOST, 512));
            InputRecord into = new InputRecord();
            try {
                while (input.next(into)) {
                    assertTrue(into.sizeInBytes() <= cut.length * 2);
                }
            } catch (BadInputException e) {
                assertFalse(e.getMessage().isBlank());
            }
        } while (System.nanoTime() < endNs);
    }
}
