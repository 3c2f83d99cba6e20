package io.millrace.broker.log;

import io.millrace.broker.bench.ProducedBatches;
import io.millrace.broker.bench.Scratch;
import io.millrace.protocol.record.BatchHeader;
import java.io.IOException;
import java.nio.ByteBuffer;
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

/** One batch into a log on real files: indexes, epochs and producer state included, checks of the batch not. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class AppendBenchmark {
    private static final int BASE_SEQUENCE = 53;

    @Param({"1024", "16384"})
    int bytes;

    @Param({"false", "true"})
    boolean idempotent;

    private Scratch scratch;
    private Disks disks;
    private Logs logs;
    private Log log;
    private ByteBuffer batch;
    private int records;

    @Setup(Level.Iteration)
    public void open() throws IOException {
        scratch = Scratch.create();
        disks = new Disks(scratch.path());
        logs = disks.open();
        log = disks.log(logs);
        batch = idempotent ? ProducedBatches.idempotent(bytes, 7) : ProducedBatches.plain(bytes);
        records = BatchHeader.lastOffsetDelta(batch, 0) + 1;
    }

    @TearDown(Level.Iteration)
    public void close() throws IOException {
        logs.close();
        scratch.close();
    }

    @Benchmark
    public long append() {
        long offset = log.endOffset();
        BatchHeader.setBaseOffset(batch, 0, offset);
        if (idempotent) {
            batch.putInt(BASE_SEQUENCE, (int) (offset & Integer.MAX_VALUE));
        }
        log.append(batch);
        log.advanceHighWatermark(log.endOffset());
        return offset + records;
    }
}
