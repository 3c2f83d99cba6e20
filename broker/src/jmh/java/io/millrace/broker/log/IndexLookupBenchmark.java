package io.millrace.broker.log;

import io.millrace.broker.bench.Scratch;
import java.io.IOException;
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

/** From an offset to a position, in an index as a segment of 1 GiB has it: 262,144 entries. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class IndexLookupBenchmark {
    private static final int ENTRIES = 1 << 18;
    private static final int OFFSETS_PER_ENTRY = 40;
    private static final int BYTES_PER_ENTRY = 4096;

    private final SplittableRandom random = new SplittableRandom(1);
    private Scratch scratch;
    private OffsetIndex inMemory;
    private OffsetIndex onFile;

    @Setup(Level.Trial)
    public void fill() throws IOException {
        scratch = Scratch.create();
        inMemory = new OffsetIndex(scratch.path().resolve("memory.index"), 0);
        onFile = new OffsetIndex(scratch.path().resolve("file.index"), 0);
        for (int i = 1; i <= ENTRIES; i++) {
            inMemory.add((long) i * OFFSETS_PER_ENTRY, i * BYTES_PER_ENTRY);
            onFile.add((long) i * OFFSETS_PER_ENTRY, i * BYTES_PER_ENTRY);
        }
        onFile.seal();
    }

    @TearDown(Level.Trial)
    public void close() throws IOException {
        scratch.close();
    }

    @Benchmark
    public long inMemory() throws IOException {
        return inMemory.positionBefore(anyOffset());
    }

    @Benchmark
    public long onFile() throws IOException {
        return onFile.positionBefore(anyOffset());
    }

    private long anyOffset() {
        return random.nextLong((long) ENTRIES * OFFSETS_PER_ENTRY);
    }
}
