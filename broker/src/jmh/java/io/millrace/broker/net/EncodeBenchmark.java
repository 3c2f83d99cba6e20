package io.millrace.broker.net;

import io.millrace.protocol.ApiMessage;
import io.millrace.protocol.Uuid;
import io.millrace.protocol.message.ApiKey;
import io.millrace.protocol.message.FetchResponse;
import io.millrace.protocol.message.ProduceResponse;
import io.millrace.protocol.message.ProduceResponse.Response.PartitionResponse;
import io.millrace.protocol.record.BufferSlice;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** A response into its buffer; records stay where they are. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class EncodeBenchmark {
    @Param({"1", "10"})
    int partitions;

    private final ByteBufAllocator allocator = ByteBufAllocator.DEFAULT;
    private final Uuid topic = new Uuid(1, 2);
    private ApiMessage produce;
    private ApiMessage fetch;

    @org.openjdk.jmh.annotations.Setup
    public void fill() {
        if (allocator instanceof UnpooledByteBufAllocator) {
            throw new IllegalStateException("measures the pooled allocator that the broker has");
        }
        produce = ProduceResponse.builder()
                .responses(List.of(new ProduceResponse.Response(
                        "",
                        topic,
                        IntStream.range(0, partitions)
                                .mapToObj(index -> PartitionResponse.builder()
                                        .index(index)
                                        .baseOffset(42)
                                        .build())
                                .toList())))
                .build();
        fetch = FetchResponse.builder()
                .responses(List.of(new FetchResponse.Response(
                        "",
                        topic,
                        IntStream.range(0, partitions)
                                .mapToObj(index -> FetchResponse.Response.Partition.builder()
                                        .partitionIndex(index)
                                        .records(new BufferSlice(ByteBuffer.allocate(100)))
                                        .build())
                                .toList())))
                .build();
    }

    @Benchmark
    public int produce() {
        return encode(ApiKey.PRODUCE, produce);
    }

    @Benchmark
    public int fetch() {
        return encode(ApiKey.FETCH, fetch);
    }

    private int encode(ApiKey key, ApiMessage response) {
        EncodedResponse encoded = EncodedResponse.encode(allocator, key, key.highestVersion(), 1, response);
        int size = encoded.buffer().readableBytes();
        encoded.discard();
        return size;
    }
}
