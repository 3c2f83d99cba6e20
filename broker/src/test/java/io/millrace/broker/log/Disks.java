package io.millrace.broker.log;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.broker.config.Settings;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.Uuid;
import io.millrace.protocol.record.BufferSlice;
import io.millrace.protocol.record.FileSlice;
import io.millrace.protocol.record.RecordBatch;
import io.millrace.protocol.record.RecordBatches;
import io.millrace.protocol.record.Records;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Log directories that a test opens, stops in order or not, damages, and opens again. */
final class Disks {
    static final TopicPartition ACCESS = new TopicPartition("access", 0);
    static final Uuid TOPIC_ID = new Uuid(7, 8);

    final ManualClock clock = new ManualClock(1_000_000);
    final ManualBackground background = new ManualBackground(clock);
    private final List<Path> paths;
    private final Map<String, String> settings = new HashMap<>();
    private LogDirectories directories;

    Disks(Path... paths) {
        this.paths = List.of(paths);
    }

    Disks with(String key, Object value) {
        settings.put(key, value.toString());
        return this;
    }

    LogsConfig config() {
        Map<String, String> all = new HashMap<>(settings);
        all.put("log.dirs", paths.stream().map(Path::toString).collect(Collectors.joining(",")));
        return LogsConfig.from(new Settings(all));
    }

    Logs open() {
        return open(SyncThreads::of);
    }

    /** As {@link #open()}; what the sync threads do is done at once. */
    Logs openInOneThread() {
        return open(path -> new SameThread());
    }

    private Logs open(Function<Path, ExecutorService> syncThreads) {
        LogsConfig config = config();
        directories = LogDirectories.lock(config.directories(), syncThreads);
        directories.claim(1, "test-cluster");
        return Logs.open(directories, config, clock, background);
    }

    /** As a killed process leaves it: files as written so far, no mark, no checkpoint, the lock free. */
    void crash() {
        List<LogDirectory> all = directories.all();
        directories.close();
        for (LogDirectory directory : all) {
            try { // what was on its way to the disk, so that a test sees the same each time
                assertTrue(directory.syncThreads().awaitTermination(20, TimeUnit.SECONDS));
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }

    LogDirectory directory(Path path) {
        return directories.all().stream()
                .filter(directory -> directory.path().equals(path))
                .findFirst()
                .orElseThrow();
    }

    /** The one log of most tests. */
    Log log(Logs logs) {
        return logs.getOrCreate(ACCESS, TOPIC_ID, config().defaults(), true);
    }

    /** Everything that can be read, batch by batch, as it lies there. */
    static List<ByteBuffer> readAll(Log log) {
        List<ByteBuffer> batches = new ArrayList<>();
        long offset = log.startOffset();
        while (offset < log.endOffset()) {
            List<RecordBatch> read = batches(log.read(offset, 1 << 20, Long.MAX_VALUE, true));
            if (read.isEmpty()) {
                throw new AssertionError("nothing at " + offset + " of " + log);
            }
            for (RecordBatch batch : read) {
                batches.add(batch.bytes());
                offset = batch.nextOffset();
            }
        }
        return batches;
    }

    /** The whole batches of an answer, which is released. */
    static List<RecordBatch> batches(Records records) {
        List<RecordBatch> batches = new ArrayList<>();
        new RecordBatches(bytes(records)).forEachRemaining(batches::add);
        return batches;
    }

    /** The bytes of an answer, which is released. */
    static ByteBuffer bytes(Records records) {
        ByteBuffer bytes = copy(records);
        records.release();
        return bytes;
    }

    /** The bytes of an answer, which is not released. */
    static ByteBuffer copy(Records records) {
        if (records instanceof FileSlice slice) {
            ByteBuffer bytes = ByteBuffer.allocate(slice.length());
            try {
                BatchScan.readFully(slice.channel(), bytes, slice.position());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return bytes.flip();
        }
        return ((BufferSlice) records).buffer().duplicate();
    }

    static void copyTree(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path target = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target);
                }
            }
        }
    }

    static List<String> names(Path directory) throws IOException {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            files.forEach(file -> names.add(file.getFileName().toString()));
        }
        return names.stream().sorted().toList();
    }
}
