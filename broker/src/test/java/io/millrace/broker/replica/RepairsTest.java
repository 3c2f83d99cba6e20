package io.millrace.broker.replica;

import static io.millrace.broker.replica.ReplicaHouse.await;
import static io.millrace.broker.replica.ReplicaHouse.batch;
import static io.millrace.broker.replica.ReplicaHouse.only;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.broker.cluster.BrokerRegistration;
import io.millrace.broker.cluster.Endpoint;
import io.millrace.broker.cluster.InMemoryClusterStore;
import io.millrace.broker.cluster.NewTopic;
import io.millrace.broker.log.CorruptRange;
import io.millrace.broker.log.Log;
import io.millrace.protocol.ApiMessage;
import io.millrace.protocol.Uuid;
import io.millrace.protocol.message.ApiKey;
import io.millrace.protocol.message.FetchRequest;
import io.millrace.protocol.message.FetchResponse;
import io.millrace.protocol.record.BufferSlice;
import io.millrace.protocol.record.RecordBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a disk has damaged comes back from whoever has it whole. */
class RepairsTest {
    private static final int SELF = ReplicaHouse.SELF;
    private static final int SECOND = 2;
    private static final int THIRD = 3;
    private static final int BATCHES = 6;
    private static final int DAMAGED = 3;

    @TempDir
    private Path directory;

    private final TreeMap<Long, ByteBuffer> written = new TreeMap<>();
    private final HandRuntime runtime = new HandRuntime();
    private final Replicas others = new Replicas();
    private ReplicaHouse house;
    private InMemoryClusterStore second;
    private InMemoryClusterStore third;
    private Repairs repairs;

    @BeforeEach
    void damage() throws IOException {
        house = new ReplicaHouse(List.of(directory), Map.of("log.scrub.interval.ms", "1"));
        second = new InMemoryClusterStore(house.truth);
        third = new InMemoryClusterStore(house.truth);
        BrokerRegistration two = await(second.register(broker(SECOND)));
        BrokerRegistration three = await(third.register(broker(THIRD)));
        house.started();
        Uuid id = Uuid.random();
        await(house.cluster.createTopic(new NewTopic("t", id, List.of(List.of(SELF, SECOND, THIRD)), Map.of())));
        house.caughtUp();
        Partition led = house.partition("t", 0);
        for (int i = 0; i < BATCHES; i++) {
            RecordBatch sent = only(batch("record " + i, "and " + i));
            long offset = led.log().endOffset();
            led.append(sent);
            written.put(
                    offset,
                    ByteBuffer.allocate(sent.bytes().remaining())
                            .put(sent.bytes())
                            .flip());
        }
        long end = led.log().endOffset();
        for (BrokerRegistration follower : List.of(two, three)) {
            led.readAsReplica(new Follower(follower.id(), follower.epoch()), end, 1000, true, 0, -1);
        }
        assertEquals(end, led.log().highWatermark());
        led.log().flush(); // what is not on the disk yet is not looked for there
        flip(DAMAGED);
        repairs = new Repairs(SELF, house.cluster, house.logs, others, runtime);
        house.logs.startHousekeeping();
        Awaitility.await().until(() -> !log().corruptRanges().isEmpty());
        repairs.start();
    }

    @AfterEach
    void close() {
        repairs.close();
        house.close();
        second.close();
        third.close();
    }

    @Test
    void theFirstThatHasItGivesItBack() {
        runtime.later();
        assertTrue(log().corruptRanges().isEmpty());
        assertEquals(List.of(SECOND), others.asked);
        assertAllIsAsWritten();
    }

    @Test
    void whoHasItDamagedTooIsPassedOver() {
        others.damaged.put(SECOND, DAMAGED);
        runtime.later();
        assertTrue(log().corruptRanges().isEmpty());
        assertEquals(List.of(SECOND, THIRD), others.asked);
        assertAllIsAsWritten();
    }

    @Test
    void whileNobodyCanBeReachedItStaysKnownAndIsTriedAgain() {
        others.unreachable = true;
        CorruptRange range = log().corruptRanges().get(0);
        runtime.later();
        assertEquals(List.of(SECOND, THIRD), others.asked);
        assertEquals(List.of(range), log().corruptRanges());
        others.unreachable = false;
        runtime.later();
        assertTrue(log().corruptRanges().isEmpty());
        assertAllIsAsWritten();
    }

    private Log log() {
        return house.partition("t", 0).log();
    }

    private void assertAllIsAsWritten() {
        List<RecordBatch> read = ReplicaHouse.batches(log().read(0, 1 << 20, log().highWatermark(), true));
        assertEquals(BATCHES, read.size());
        for (RecordBatch batch : read) {
            assertEquals(written.get(batch.baseOffset()), batch.bytes());
        }
    }

    /** Flips a bit in the records of a batch on the disk. */
    private void flip(int number) throws IOException {
        List<ByteBuffer> all = List.copyOf(written.values());
        long position = all.subList(0, number + 1).stream()
                        .mapToLong(ByteBuffer::remaining)
                        .sum()
                - 1;
        try (FileChannel file = FileChannel.open(
                directory.resolve("t-0").resolve(String.format("%020d.log", 0)),
                StandardOpenOption.READ,
                StandardOpenOption.WRITE)) {
            ByteBuffer one = ByteBuffer.allocate(1);
            file.read(one, position);
            file.write(one.put(0, (byte) (one.get(0) ^ 1)).flip(), position);
        }
    }

    private static BrokerRegistration broker(int id) {
        return new BrokerRegistration(
                id, List.of(new Endpoint("PLAINTEXT", "PLAINTEXT", id + ".example", 9092)), Optional.empty(), 0, false);
    }

    /** Runs at once what is to run at once, and what is to run later when the test says so. */
    private static final class HandRuntime implements ReplicaRuntime {
        private final Queue<Runnable> delayed = new ArrayDeque<>();

        @Override
        public Clock clock() {
            return Clock.systemUTC();
        }

        @Override
        public long ticksMs() {
            return 0;
        }

        /** The time of all that waits now has come. */
        void later() {
            List<Runnable> due = List.copyOf(delayed);
            delayed.clear();
            due.forEach(Runnable::run);
        }

        @Override
        public Lane lane(String name) {
            return new Lane() {
                @Override
                public void execute(Runnable task) {
                    task.run();
                }

                @Override
                public Runnable after(long delayMs, Runnable task) {
                    delayed.add(task);
                    return () -> delayed.remove(task);
                }

                @Override
                public void close() {
                    delayed.clear();
                }
            };
        }
    }

    /** The other replicas: they have what was written. */
    private final class Replicas extends NoPeers {
        private final List<Integer> asked = new ArrayList<>();
        private final Map<Integer, Integer> damaged = new LinkedHashMap<>();
        private boolean unreachable;

        @Override
        public <T extends ApiMessage> CompletionStage<T> ask(
                BrokerRegistration peer,
                Purpose purpose,
                ApiKey key,
                short version,
                ApiMessage request,
                Class<T> answer,
                long timeoutMs) {
            asked.add(peer.id());
            if (unreachable) {
                return CompletableFuture.failedFuture(new PeerException("gone"));
            }
            FetchRequest.Topic topic = ((FetchRequest) request).topics().get(0);
            long from = topic.partitions().get(0).fetchOffset();
            FetchResponse.Response.Partition partition = FetchResponse.Response.Partition.builder()
                    .partitionIndex(0)
                    .highWatermark(BATCHES * 2)
                    .records(new BufferSlice(records(peer.id(), from)))
                    .build();
            return CompletableFuture.completedFuture(answer.cast(FetchResponse.builder()
                    .responses(List.of(FetchResponse.Response.builder()
                            .topicId(topic.topicId())
                            .partitions(List.of(partition))
                            .build()))
                    .build()));
        }

        private ByteBuffer records(int broker, long from) {
            ByteBuffer all = ByteBuffer.allocate(1 << 16);
            int number = (int) (from / 2);
            for (ByteBuffer one : written.tailMap(from).values()) {
                all.put(one.duplicate());
                if (damaged.getOrDefault(broker, -1) == number) {
                    all.put(all.position() - 1, (byte) (all.get(all.position() - 1) ^ 1));
                }
                number++;
            }
            return all.flip();
        }
    }
}
