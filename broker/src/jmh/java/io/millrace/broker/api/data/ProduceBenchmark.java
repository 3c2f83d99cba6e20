package io.millrace.broker.api.data;

import io.millrace.broker.BrokerHouse;
import io.millrace.broker.api.RequestContext;
import io.millrace.broker.api.RequestHandler;
import io.millrace.broker.bench.ProducedBatches;
import io.millrace.broker.bench.Scratch;
import io.millrace.protocol.ApiMessage;
import io.millrace.protocol.message.ApiKey;
import io.millrace.protocol.message.ProduceRequest;
import io.millrace.protocol.message.ProduceResponse;
import io.millrace.protocol.message.RequestHeader;
import io.millrace.protocol.record.BatchHeader;
import io.millrace.protocol.record.BufferSlice;
import io.millrace.protocol.wire.BufferWriter;
import io.millrace.protocol.wire.Reader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.TimeUnit;
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

/** A Produce request with one batch: decoded alone, and decoded, checked and appended as one request is. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ProduceBenchmark {
    private static final int FRAME_ROOM = 200;

    @Param({"1024", "16384"})
    int bytes;

    private final ApiKey key = ApiKey.PRODUCE;
    private final short version = key.highestVersion();
    private RequestContext context;
    private Scratch scratch;
    private BrokerHouse house;
    private RequestHandler<ApiMessage, ApiMessage> handler;
    private ByteBuffer frame;
    private int batchAt;

    @Setup(Level.Iteration)
    public void open() throws IOException {
        scratch = Scratch.create();
        house = new BrokerHouse(scratch.path());
        handler = house.handlers.find(key).orElseThrow();
        context = house.context(version);
        ByteBuffer batch = ProducedBatches.plain(bytes);
        ProduceRequest request = ProduceRequest.builder()
                .acks((short) -1)
                .timeoutMs(30_000)
                .topicData(List.of(new ProduceRequest.TopicData(
                        "",
                        house.replica.topic("t", 1),
                        List.of(new ProduceRequest.TopicData.PartitionData(0, new BufferSlice(batch))))))
                .build();
        frame = ByteBuffer.allocateDirect(batch.remaining() + FRAME_ROOM);
        BufferWriter out = new BufferWriter(frame);
        new RequestHeader(key.id(), version, 1, "producer-1").write(out, key.requestHeaderVersion(version));
        request.write(out, version);
        ByteBuffer behind = BrokerHouse.encoded(request, version);
        int headerBytes = out.splices().get(0).position() - headOf(request);
        frame.clear().position(headerBytes).put(behind).flip();
        batchAt = out.splices().get(0).position();
        handler.handle(context, decode()); // the first of a leader epoch is not prompt
    }

    /** Bytes of the request's body in front of its records. */
    private int headOf(ProduceRequest request) {
        ByteBuffer head = ByteBuffer.allocate(FRAME_ROOM);
        BufferWriter out = new BufferWriter(head);
        request.write(out, version);
        return out.splices().get(0).position();
    }

    @TearDown(Level.Iteration)
    public void close() throws IOException {
        house.close();
        scratch.close();
    }

    @Benchmark
    public ApiMessage decode() {
        Reader in = new Reader(frame.duplicate());
        RequestHeader.read(in, key.requestHeaderVersion(version));
        return key.readRequest(in, version);
    }

    @Benchmark
    public long handle() {
        BatchHeader.setBaseOffset(frame, batchAt, 0); // what the append before has written there
        ApiMessage request = decode();
        ProduceResponse response = (ProduceResponse) handler.tryHandle(context, request)
                .orElseGet(() -> handler.handle(context, request)) // into a new segment
                .toCompletableFuture()
                .join();
        if (response.responses().get(0).partitionResponses().get(0).errorCode() != 0) {
            throw new IllegalStateException(response.toString());
        }
        return response.responses().get(0).partitionResponses().get(0).baseOffset();
    }
}
