package io.millrace.broker.api.quota;

import static io.millrace.broker.replica.ReplicaHouse.batch;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.broker.BrokerHouse;
import io.millrace.broker.api.NoAnswer;
import io.millrace.broker.api.RequestContext;
import io.millrace.broker.api.RequestHandler;
import io.millrace.broker.cluster.ConfigScope;
import io.millrace.broker.quota.QuotaConfig;
import io.millrace.broker.quota.QuotaEntity;
import io.millrace.broker.quota.QuotaEntity.Name;
import io.millrace.broker.quota.QuotaTable;
import io.millrace.broker.quota.QuotaType;
import io.millrace.broker.quota.Quotas;
import io.millrace.broker.replica.ReplicaHouse;
import io.millrace.protocol.ApiMessage;
import io.millrace.protocol.message.ApiKey;
import io.millrace.protocol.message.FetchRequest;
import io.millrace.protocol.message.FetchResponse;
import io.millrace.protocol.message.FetchResponse.Response;
import io.millrace.protocol.message.HeartbeatRequest;
import io.millrace.protocol.message.HeartbeatResponse;
import io.millrace.protocol.message.ProduceRequest;
import io.millrace.protocol.message.ProduceResponse;
import io.millrace.protocol.record.BufferSlice;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What clients are told that exceed a quota. The house's client id is "client". */
class ThrottlingTest {
    private static final long SECOND = 1_000_000_000L;
    private static final QuotaEntity CLIENT = QuotaEntity.clientId(Name.of("client"));
    private static final int FETCH_VERSION = 12;

    @TempDir
    private Path directory;

    private BrokerHouse house;

    @BeforeEach
    void open() {
        house = new BrokerHouse(directory);
        house.replica.topic("t", 2);
    }

    @AfterEach
    void close() {
        house.close();
    }

    private void limit(String quota, long value) {
        ReplicaHouse.await(house.replica.cluster.changeConfig(
                new ConfigScope.Client(CLIENT), before -> Map.of(quota, Long.toString(value))));
    }

    private ProduceResponse produce(String... texts) {
        return house.ask(ApiKey.PRODUCE, ProduceResponse::read, 12, produceRequest(1, batch(texts)));
    }

    private static ProduceRequest produceRequest(int acks, ByteBuffer records) {
        return ProduceRequest.builder()
                .acks((short) acks)
                .topicData(List.of(ProduceRequest.TopicData.builder()
                        .name("t")
                        .partitionData(
                                List.of(new ProduceRequest.TopicData.PartitionData(0, BufferSlice.ofNullable(records))))
                        .build()))
                .build();
    }

    private FetchResponse fetch(int sessionId, int epoch, FetchRequest.Topic.Partition... partitions) {
        FetchRequest request = FetchRequest.builder()
                .minBytes(0)
                .sessionId(sessionId)
                .sessionEpoch(epoch)
                .topics(
                        partitions.length == 0
                                ? List.of()
                                : List.of(FetchRequest.Topic.builder()
                                        .topic("t")
                                        .partitions(List.of(partitions))
                                        .build()))
                .build();
        return house.ask(ApiKey.FETCH, FetchResponse::read, FETCH_VERSION, request);
    }

    private static FetchRequest.Topic.Partition from(int partition, long offset) {
        return FetchRequest.Topic.Partition.builder()
                .partition(partition)
                .fetchOffset(offset)
                .partitionMaxBytes(1 << 20)
                .build();
    }

    private static int bytes(FetchResponse response) {
        return response.responses().stream()
                .flatMap(topic -> topic.partitions().stream())
                .mapToInt(partition -> partition.records().sizeInBytes())
                .sum();
    }

    @Test
    void withoutQuotasNobodyIsThrottled() {
        assertEquals(0, produce("a").throttleTimeMs());
        assertEquals(0, fetch(0, -1, from(0, 0)).throttleTimeMs());
    }

    @Test
    void whatIsProducedIsAppendedAndAnsweredAndThenToBeWaitedFor() {
        int size = batch("a").remaining();
        limit("producer_byte_rate", size); // a second, so ten at once
        for (int i = 0; i < 10; i++) {
            assertEquals(0, produce("a").throttleTimeMs());
        }
        for (int i = 1; i <= 3; i++) {
            ProduceResponse over = produce("a");
            assertEquals(1000 * i, over.throttleTimeMs());
            assertEquals(0, over.responses().get(0).partitionResponses().get(0).errorCode());
        }
        assertEquals(13, house.replica.partition("t", 0).end(true).offset());
        house.nanoTime.addAndGet(11 * SECOND);
        assertEquals(0, produce("a").throttleTimeMs());
    }

    @Test
    void aProduceThatWantsNoAnswerIsThrottledAsWell() {
        limit("producer_byte_rate", 1);
        ApiMessage answer = ReplicaHouse.await(house.handlers
                .find(ApiKey.PRODUCE)
                .orElseThrow()
                .handle(house.context(12), produceRequest(0, batch("a"))));
        int over = batch("a").remaining() - 10;
        assertEquals(new NoAnswer(1000 * over), answer);
    }

    @Test
    void changesOfAQuotaCountFromTheNextRequestOn() {
        limit("producer_byte_rate", 1);
        assertTrue(produce("a").throttleTimeMs() > 0);
        limit("producer_byte_rate", 1_000_000);
        assertEquals(0, produce("a").throttleTimeMs());
        limit("consumer_byte_rate", 1);
        assertEquals(0, produce("a").throttleTimeMs());
    }

    @Test
    void aFetchOverTheQuotaGetsAllPartitionsWithoutRecords() {
        int size = batch("a").remaining();
        produce("a");
        limit("consumer_byte_rate", size / 10 + 1);
        assertEquals(size, bytes(fetch(0, -1, from(0, 0), from(1, 0))));
        FetchResponse throttled = fetch(0, -1, from(0, 0), from(1, 0));
        assertTrue(throttled.throttleTimeMs() > 0);
        assertEquals(0, bytes(throttled));
        List<Response.Partition> partitions = throttled.responses().get(0).partitions();
        assertEquals(2, partitions.size());
        assertEquals(1, partitions.get(0).highWatermark());
        assertEquals(0, partitions.get(0).errorCode());
        assertEquals(
                throttled.throttleTimeMs(),
                fetch(0, -1, from(0, 0)).throttleTimeMs(),
                "what was not given is not counted");
        house.nanoTime.addAndGet(11 * SECOND);
        assertEquals(size, bytes(fetch(0, -1, from(0, 0))));
    }

    @Test
    void anEmptyFetchIsNeverThrottled() {
        produce("a");
        limit("consumer_byte_rate", 1);
        assertTrue(bytes(fetch(0, -1, from(0, 0))) > 0, "a batch larger than all windows is given after a silence");
        assertTrue(fetch(0, -1, from(0, 0)).throttleTimeMs() > 0);
        assertEquals(0, fetch(0, -1, from(0, 1)).throttleTimeMs());
    }

    @Test
    void aSessionIsAsItWasAfterAThrottledFetch() {
        int size = batch("a").remaining();
        FetchResponse first = fetch(0, 0, from(0, 0), from(1, 0));
        produce("a");
        limit("consumer_byte_rate", 1);
        house.quotas.charge(QuotaType.CONSUMER_BYTE_RATE, "ANONYMOUS", "client", 1000);
        FetchResponse throttled = fetch(first.sessionId(), 1);
        assertTrue(throttled.throttleTimeMs() > 0);
        assertEquals(0, throttled.errorCode());
        assertEquals(first.sessionId(), throttled.sessionId());
        assertEquals(List.of(), throttled.responses());
        house.nanoTime.addAndGet(11 * SECOND);
        FetchResponse later = fetch(first.sessionId(), 2);
        assertEquals(0, later.throttleTimeMs());
        assertEquals(size, bytes(later));
        assertEquals(1, later.responses().get(0).partitions().size(), "only what is news");
    }

    @Test
    void aFetchReturnsNoMoreThanCanBeHadAtOnce() {
        int size = batch("a").remaining();
        for (int i = 0; i < 20; i++) {
            produce("a");
        }
        limit("consumer_byte_rate", size / 2); // so five at once
        FetchResponse some = fetch(0, -1, from(0, 0));
        assertEquals(0, some.throttleTimeMs());
        assertTrue(bytes(some) > 0 && bytes(some) <= 5 * size, () -> bytes(some) + " bytes");
    }

    @Test
    void theTimeThatAHandlerTakesIsCounted() {
        AtomicLong now = new AtomicLong(100 * SECOND);
        Quotas quotas = new Quotas(new QuotaConfig(11, 1), now::get);
        RequestHandler<ApiMessage, ApiMessage> slow = (context, request) -> {
            now.addAndGet(SECOND / 10);
            return CompletableFuture.completedFuture(HeartbeatResponse.builder().build());
        };
        RequestHandler<ApiMessage, ApiMessage> timed = new Throttling(quotas).around(ApiKey.HEARTBEAT, slow);
        HeartbeatRequest request = HeartbeatRequest.builder().build();
        assertEquals(
                0, ReplicaHouse.await(timed.handle(house.context(4), request)).throttleTimeMs());
        quotas.replace(new QuotaTable(Map.of(CLIENT, Map.of(QuotaType.REQUEST_PERCENTAGE, 1.0))));
        assertEquals(
                0, ReplicaHouse.await(timed.handle(house.context(4), request)).throttleTimeMs());
        int second = ReplicaHouse.await(timed.handle(house.context(4), request)).throttleTimeMs();
        assertEquals(1000, second, "1 % for 0.2 s would be 20 s: 9.7 more, of which a second at most is waited");
    }

    @Test
    void replicationCostsNoTimeThatIsCounted() {
        AtomicLong now = new AtomicLong(100 * SECOND);
        Quotas quotas = new Quotas(new QuotaConfig(11, 1), now::get);
        QuotaEntity anyClient = QuotaEntity.clientId(Name.DEFAULT);
        quotas.replace(new QuotaTable(Map.of(anyClient, Map.of(QuotaType.REQUEST_PERCENTAGE, 1.0))));
        RequestHandler<ApiMessage, ApiMessage> slow = (context, request) -> {
            now.addAndGet(SECOND);
            return CompletableFuture.completedFuture(FetchResponse.builder().build());
        };
        RequestHandler<ApiMessage, ApiMessage> timed = new Throttling(quotas).around(ApiKey.FETCH, slow);
        RequestContext asked = house.context(17);
        RequestContext broker = new RequestContext(
                asked.version(),
                "broker-2-replication",
                asked.clientAddress(),
                asked.listener(),
                asked.reachedAt(),
                asked.home());
        FetchRequest replicas = FetchRequest.builder()
                .replicaState(new FetchRequest.ReplicaState(2, -1))
                .build();
        FetchRequest consumers = FetchRequest.builder().build();
        assertEquals(0, ReplicaHouse.await(timed.handle(broker, replicas)).throttleTimeMs());
        assertEquals(1000, ReplicaHouse.await(timed.handle(broker, consumers)).throttleTimeMs());
        assertEquals(1000, ReplicaHouse.await(timed.handle(asked, replicas)).throttleTimeMs());
    }
}
