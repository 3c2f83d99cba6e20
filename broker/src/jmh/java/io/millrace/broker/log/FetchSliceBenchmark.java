package io.millrace.broker.log;

import io.millrace.broker.bench.ProducedBatches;
import io.millrace.broker.bench.Scratch;
import io.millrace.protocol.record.BatchHeader;
import io.millrace.protocol.record.Records;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** From an offset to a slice of a file, with the index look-up and the walk behind it; nothing is sent. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class FetchSliceBenchmark {
    private static final int BATCH_BYTES = 4096;
    private static final int BATCHES = 16_384;
    private static final int MAX_BYTES = 1 << 20;
    private static final int SEGMENT_BYTES = 16 << 20;

    private final SplittableRandom random = new SplittableRandom(1);
    private Scratch scratch;
    private Logs logs;
    private Log log;
    private long lastBatch;
    private long sealed;

    @Setup(Level.Trial)
    public void fill() throws IOException {
        scratch = Scratch.create();
        Disks disks = new Disks(scratch.path()).with("log.segment.bytes", SEGMENT_BYTES);
        logs = disks.open();
        log = disks.log(logs);
        ByteBuffer batch = ProducedBatches.plain(BATCH_BYTES);
        for (int i = 0; i < BATCHES; i++) {
            lastBatch = log.endOffset();
            BatchHeader.setBaseOffset(batch, 0, lastBatch);
            log.append(batch);
            log.advanceHighWatermark(log.endOffset());
        }
        sealed = log.segmentBases().get(log.segmentBases().size() - 1);
    }

    @TearDown(Level.Trial)
    public void close() throws IOException {
        logs.close();
        scratch.close();
    }

    /** What a consumer that keeps up asks for: the batch that was appended last. */
    @Benchmark
    public long atTheTail() {
        return sizeOf(lastBatch);
    }

    /** Anywhere in the active segment, whose index is in memory. */
    @Benchmark
    public long inTheActiveSegment() {
        return sizeOf(random.nextLong(sealed, lastBatch));
    }

    /** Anywhere in the sealed ones, whose index is on file. */
    @Benchmark
    public long inASealedSegment() {
        return sizeOf(random.nextLong(sealed));
    }

    private long sizeOf(long offset) {
        Records records = log.read(offset, MAX_BYTES, log.highWatermark(), true);
        records.release();
        return records.sizeInBytes();
    }
}
