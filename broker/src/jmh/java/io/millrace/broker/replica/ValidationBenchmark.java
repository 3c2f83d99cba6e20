package io.millrace.broker.replica;

import io.millrace.broker.bench.ProducedBatches;
import io.millrace.broker.config.Settings;
import io.millrace.broker.log.LogConfig;
import io.millrace.protocol.message.ApiKey;
import io.millrace.protocol.record.RecordBatch;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** All checks of a produced batch, CRC-32C over direct memory included. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ValidationBenchmark {
    @Param({"1024", "16384", "1048576"})
    int bytes;

    private final LogConfig config = LogConfig.from(new Settings(Map.of("message.max.bytes", "2000000")));
    private final short version = ApiKey.PRODUCE.highestVersion();
    private ByteBuffer batch;

    @Setup
    public void fill() {
        batch = ProducedBatches.plain(bytes);
    }

    @Benchmark
    public RecordBatch check() {
        return ProducedBatch.check(batch, config, version, MovedClock.START_MS);
    }
}
