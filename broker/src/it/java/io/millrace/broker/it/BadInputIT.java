package io.millrace.broker.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Bytes that no client should send, through raw sockets, while a healthy producer and consumer go on unharmed. */
@Timeout(90)
final class BadInputIT {
    private static final long MAX_RESIDENT_KIB = 700L * 1024;
    private static final int MAX_REQUEST = 100 << 20;

    private static final int METADATA = 3;
    private static final int PRODUCE = 0;
    private static final int FETCH = 1;
    private static final int JOIN_GROUP = 11;
    private static final int API_VERSIONS = 18;

    @TempDir
    private static Path directory;

    private static BrokerProcess broker;
    private static HealthyTraffic healthy;

    @BeforeAll
    static void start() {
        broker = BrokerProcess.start(directory, "group.initial.rebalance.delay.ms=0", "group.min.session.timeout.ms=1000", "offsets.topic.num.partitions=4");
        healthy = new HealthyTraffic(broker.clients());
        healthy.awaitProgress();
    }

    @AfterEach
    void othersDidNotNotice() {
        healthy.awaitProgress();
    }

    @AfterAll
    static void stop() {
        try {
            int through = healthy.stop();
            long most = broker.process().memoryKib("VmHWM");
            System.out.printf(
                    "BadInputIT: %d healthy records went through; the broker took %d MiB at most%n",
                    through, most / 1024);
            assertTrue(most < MAX_RESIDENT_KIB, () -> most + " KiB resident");
            List<String> err = broker.process().err();
            assertTrue(err.stream().noneMatch(line -> line.startsWith("\tat ")), () -> "stack traces in " + err);
            long warnings = err.stream().filter(line -> !line.contains(" INFO ")).count();
            assertTrue(warnings < 100, () -> warnings + " warnings");
            assertEquals(0, broker.stop());
        } finally {
            healthy.close();
            broker.close();
        }
    }

    @Test
    void randomBytesEndOnlyTheirOwnConnection() throws IOException {
        long seed = Seed.forTest("BadInputIT.randomBytes");
        SplittableRandom random = new SplittableRandom(seed);
        for (int round = 0; round < 300; round++) {
            byte[] noise = new byte[1 + random.nextInt(3_000)];
            random.nextBytes(noise);
            if (round % 2 == 0) { // a length that fits, so that the noise is taken for a request
                noise = RawRequest.framed(noise);
            }
            sendAndHangUp(noise);
        }
    }

    @Test
    void requestsWithRandomChangesEndOnlyTheirOwnConnection() throws IOException {
        long seed = Seed.forTest("BadInputIT.randomChanges");
        SplittableRandom random = new SplittableRandom(seed);
        byte[] produce = produce("changed", RawBatch.of("a", "b").bytes()).frame();
        byte[] join = joinGroup("changed", "range").frame();
        for (int round = 0; round < 400; round++) {
            byte[] changed = (round % 2 == 0 ? produce : join).clone();
            for (int i = random.nextInt(1, 6); i > 0; i--) {
                changed[4 + random.nextInt(changed.length - 4)] = (byte) random.nextInt();
            }
            sendAndHangUp(changed);
        }
    }

    /** Sends bytes and waits until the broker has answered all it wants to: it closes since we do. */
    private static void sendAndHangUp(byte[] bytes) throws IOException {
        try (RawConnection connection = new RawConnection(broker.port())) {
            connection.send(bytes);
            connection.endOutput();
        } catch (IOException e) {
            assertTrue(broker.process().isAlive(), e::toString); // closed while we were sending
        }
    }

    @Test
    void lengthsThatNoRequestCanHaveCloseTheConnection() throws IOException {
        for (int length : new int[] {-1, 0, Integer.MIN_VALUE, Integer.MAX_VALUE, MAX_REQUEST + 1}) {
            try (RawConnection connection = new RawConnection(broker.port())) {
                connection.send(ByteBuffer.allocate(100).putInt(length).array());
                assertTrue(connection.isClosedByBroker(), () -> "length " + length);
            }
        }
    }

    @Test
    void unknownKeysAndVersionsCloseTheConnectionAndApiVersionsSaysWhatWorks() throws IOException {
        for (RawRequest request : List.of(
                new RawRequest(9_999, 0),
                new RawRequest(-1, 0),
                new RawRequest(METADATA, 99).i32(0),
                new RawRequest(METADATA, -1).i32(0),
                new RawRequest(FETCH, 0),
                new RawRequest(METADATA, 1))) { // ends where an array should be
            try (RawConnection connection = new RawConnection(broker.port())) {
                connection.send(request.frame());
                assertTrue(connection.isClosedByBroker());
            }
        }
        try (RawConnection connection = new RawConnection(broker.port())) {
            ByteBuffer answer = connection.call(new RawRequest(API_VERSIONS, 127));
            assertEquals(35, answer.getShort());
            int count = answer.getInt();
            boolean listed = false;
            for (int i = 0; i < count; i++) {
                int key = answer.getShort();
                int lowest = answer.getShort();
                int highest = answer.getShort();
                listed |= key == API_VERSIONS && lowest == 0 && highest >= 3;
            }
            assertTrue(listed, "its own versions are among " + count);
            assertEquals(0, connection.call(new RawRequest(API_VERSIONS, 0)).getShort(), "still usable");
        }
    }

    @Test
    void anArrayOfTwoBillionClosesTheConnection() throws IOException {
        for (RawRequest request : List.of(
                new RawRequest(METADATA, 1).i32(Integer.MAX_VALUE),
                new RawRequest(METADATA, 1).i32(2_000_000_000).string("a"),
                new RawRequest(METADATA, 1).i32(-2),
                new RawRequest(PRODUCE, 7).nullString().i16(-1).i32(1000).i32(2_000_000_000),
                new RawRequest(PRODUCE, 7).nullString().i16(-1).i32(1000).i32(1).string("a").i32(2_000_000_000))) {
            try (RawConnection connection = new RawConnection(broker.port())) {
                connection.send(request.frame());
                assertTrue(connection.isClosedByBroker());
            }
        }
    }

    @Test
    void halfFramesThatAnnounceMuchTakeLittleMemory() throws IOException {
        long before = broker.process().memoryKib("VmRSS");
        List<RawConnection> half = new ArrayList<>();
        try {
            for (int i = 0; i < 300; i++) {
                RawConnection connection = new RawConnection(broker.port());
                half.add(connection);
                connection.send(ByteBuffer.allocate(1_000).putInt(90 << 20).array());
            }
            healthy.awaitProgress();
            long grown = broker.process().memoryKib("VmRSS") - before;
            System.out.printf("BadInputIT: 300 half frames of 90 MiB cost %d KiB%n", grown);
            assertTrue(broker.process().memoryKib("VmRSS") < MAX_RESIDENT_KIB, () -> grown + " KiB grown");
        } finally {
            for (RawConnection connection : half) {
                connection.close();
            }
        }
    }

    @Test
    void clientsThatStopInTheMiddleOfLargeRequestsDoNotKeepTheMemoryFromOthers() throws IOException {
        List<RawConnection> stopped = new ArrayList<>();
        byte[] beginning = ByteBuffer.allocate(3 << 20).putInt(90 << 20).array();
        try {
            for (int i = 0; i < 60; i++) { // 180 MiB, of 5 GiB announced
                RawConnection connection = new RawConnection(broker.port());
                stopped.add(connection);
                connection.send(beginning);
            }
            healthy.awaitProgress();
            assertTrue(broker.process().memoryKib("VmRSS") < MAX_RESIDENT_KIB);
        } finally {
            for (RawConnection connection : stopped) {
                connection.close();
            }
        }
    }

    @Test
    void framesThatComeInPiecesAreAnswered() throws IOException {
        try (RawConnection connection = new RawConnection(broker.port())) {
            byte[] frame = new RawRequest(METADATA, 1).i32(1).string("healthy").frame();
            for (byte b : frame) {
                connection.send(new byte[] {b});
            }
            assertTrue(connection.receive().getInt() >= 1);
            // and many in one piece are answered in order
            byte[] many = new byte[frame.length * 50];
            for (int i = 0; i < 50; i++) {
                System.arraycopy(frame, 0, many, i * frame.length, frame.length);
            }
            connection.send(many);
            for (int i = 0; i < 50; i++) {
                assertTrue(connection.receive().getInt() >= 1);
            }
        }
    }

    @Test
    void aSlowReaderHoldsUpOnlyItself() throws Exception {
        broker.clients().createTopic("slow", 1);
        try (KafkaProducer<String, String> producer = broker.clients().producer()) {
            IntStream.range(0, 200).forEach(i -> producer.send(new ProducerRecord<>("slow", "x".repeat(100_000))));
        }
        RawRequest fetch = new RawRequest(FETCH, 4)
                .i32(-1)
                .i32(100)
                .i32(1)
                .i32(50 << 20)
                .i8(0)
                .i32(1)
                .string("slow")
                .i32(1)
                .i32(0)
                .i64(0)
                .i32(50 << 20);
        List<RawConnection> readers = new ArrayList<>();
        try {
            for (int i = 0; i < 20; i++) {
                RawConnection reader = new RawConnection(broker.port(), 4096);
                readers.add(reader);
                for (int request = 0; request < 50; request++) { // a gigabyte each, of which nothing is read
                    reader.send(fetch.frame());
                }
            }
            healthy.awaitProgress();
            assertTrue(broker.process().memoryKib("VmRSS") < MAX_RESIDENT_KIB);
            ByteBuffer late = readers.get(0).receive();
            assertTrue(late.remaining() > 8_000_000, () -> late.remaining() + " bytes for whom reads late");
        } finally {
            for (RawConnection reader : readers) {
                reader.close();
            }
        }
    }

    @Test
    void aStormOfJoinsFromClientsThatLeaveDoesNotKeepOthersFromJoining() throws IOException {
        for (int connections = 0; connections < 10; connections++) {
            ByteArrayOutputStream storm = new ByteArrayOutputStream();
            for (int i = 0; i < 500; i++) {
                storm.writeBytes(joinGroup("storm-" + connections + "-" + i % 50, "range").frame());
            }
            try (RawConnection connection = new RawConnection(broker.port())) {
                connection.send(storm.toByteArray());
                assertEquals(0, connection.receive().getInt(), "throttle time of the first answer");
            }
        }
        try (Member member = new Member(broker.clients().consumer("group.id=after-the-storm"))) {
            member.subscribe("healthy");
            Member.pollUntil(() -> member.assignment().size() == 1, member);
        }
    }

    @Test
    void requestsAboveTheLimitForDecodingAreRefused() throws IOException {
        byte[] large = new byte[60 << 20];
        try (RawConnection connection = new RawConnection(broker.port())) {
            assertThrows(IOException.class, () -> {
                connection.send(new RawRequest(METADATA, 1).i32(1_000).raw(large).frame());
                connection.receive();
            });
        }
    }

    static RawRequest produce(String topic, byte[] records) {
        return new RawRequest(PRODUCE, 7)
                .nullString() // no transaction
                .i16(-1)
                .i32(10_000)
                .i32(1)
                .string(topic)
                .i32(1)
                .i32(0)
                .bytes(records);
    }

    private static RawRequest joinGroup(String group, String protocol) {
        return new RawRequest(JOIN_GROUP, 3)
                .string(group)
                .i32(1_000) // session timeout
                .i32(1_000) // rebalance timeout
                .string("")
                .string("consumer")
                .i32(1)
                .string(protocol)
                .bytes(new byte[10]);
    }
}
