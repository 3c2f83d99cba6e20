package io.millrace.broker.api.data;

import io.millrace.broker.BrokerHouse;
import io.millrace.broker.api.RequestContext;
import io.millrace.broker.api.RequestHandler;
import io.millrace.broker.bench.ProducedBatches;
import io.millrace.broker.bench.Scratch;
import io.millrace.broker.replica.Partition;
import io.millrace.broker.replica.ReplicaHouse;
import io.millrace.protocol.ApiMessage;
import io.millrace.protocol.Uuid;
import io.millrace.protocol.message.ApiKey;
import io.millrace.protocol.message.FetchRequest;
import io.millrace.protocol.message.FetchResponse;
import io.millrace.protocol.record.BatchHeader;
import io.millrace.protocol.wire.Reader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * A Fetch of the next batch of one partition, as a consumer that keeps up sends it inside its session; the session has
 * more partitions, of which nothing is new. Slices are let go, not sent.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class FetchBenchmark {
    private static final int BATCH_BYTES = 16_384;
    private static final int PARTITION_MAX_BYTES = 1 << 20;

    @Param({"1", "10"})
    int partitions;

    private final ApiKey key = ApiKey.FETCH;
    private final short version = key.highestVersion();
    private RequestContext context;
    private Scratch scratch;
    private BrokerHouse house;
    private RequestHandler<ApiMessage, ApiMessage> handler;
    private Uuid topic;
    private int sessionId;
    private int sessionEpoch;
    private ByteBuffer request;
    private int sessionAt;

    @Setup(Level.Trial)
    public void open() throws IOException {
        scratch = Scratch.create();
        house = new BrokerHouse(scratch.path());
        handler = house.handlers.find(key).orElseThrow();
        context = house.context(version);
        topic = house.replica.topic("t", partitions);
        Partition first = house.replica.partition("t", 0);
        ByteBuffer batch = ProducedBatches.plain(BATCH_BYTES);
        for (int i = 0; i < 1000; i++) {
            BatchHeader.setBaseOffset(batch, 0, 0);
            first.append(ReplicaHouse.only(batch));
        }
        long last = first.log().endOffset() - 1;
        FetchResponse opened = (FetchResponse) handler.tryHandle(context, fetch(0, 0, last, partitions))
                .orElseThrow()
                .toCompletableFuture()
                .join();
        release(opened);
        sessionId = opened.sessionId();
        sessionEpoch = 1;
        ByteBuffer encoded = BrokerHouse.encoded(fetch(sessionId, 0x7f7f7f7f, last, 1), version);
        request = ByteBuffer.allocateDirect(encoded.remaining()).put(encoded).flip();
        sessionAt = 0;
        while (request.getInt(sessionAt) != 0x7f7f7f7f) {
            sessionAt++;
        }
    }

    @TearDown(Level.Trial)
    public void close() throws IOException {
        house.close();
        scratch.close();
    }

    private FetchRequest fetch(int session, int epoch, long offset, int count) {
        return FetchRequest.builder()
                .maxWaitMs(0)
                .minBytes(1)
                .maxBytes(50 << 20)
                .sessionId(session)
                .sessionEpoch(epoch)
                .topics(List.of(new FetchRequest.Topic(
                        "",
                        topic,
                        IntStream.range(0, count)
                                .mapToObj(index -> FetchRequest.Topic.Partition.builder()
                                        .partition(index)
                                        .fetchOffset(index == 0 ? offset : 0)
                                        .partitionMaxBytes(PARTITION_MAX_BYTES)
                                        .build())
                                .toList())))
                .build();
    }

    @Benchmark
    public ApiMessage decode() {
        return key.readRequest(new Reader(request.duplicate()), version);
    }

    @Benchmark
    public int handle() {
        request.putInt(sessionAt, sessionEpoch++);
        FetchResponse response =
                (FetchResponse)
                        handler.tryHandle(context, decode()).orElseThrow().toCompletableFuture().join();
        int bytes = release(response);
        if (bytes < BATCH_BYTES) {
            throw new IllegalStateException(response.toString());
        }
        return bytes;
    }

    private static int release(FetchResponse response) {
        int bytes = 0;
        for (FetchResponse.Response topicOf : response.responses()) {
            for (FetchResponse.Response.Partition partition : topicOf.partitions()) {
                bytes += partition.records().sizeInBytes();
                partition.records().release();
            }
        }
        return bytes;
    }
}
