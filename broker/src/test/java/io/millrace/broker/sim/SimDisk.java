package io.millrace.broker.sim;

import io.millrace.broker.config.Settings;
import io.millrace.broker.log.LogConfig;
import io.millrace.broker.log.LogCrash;
import io.millrace.broker.log.LogDirectories;
import io.millrace.broker.log.Logs;
import io.millrace.broker.log.LogsConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * One broker's disk: real files in a directory, which outlives the broker's lives. A crash leaves another directory than
 * the one that was written to: what had not been synced may be missing in it.
 *
 * <p>Threading: the world's thread.
 */
final class SimDisk {
    private static final int SYNC_THREADS = 4;

    private final Path home;
    private int generation;

    SimDisk(Path home) {
        this.home = home;
    }

    /** Where the files lie now. */
    Path directory() {
        return home.resolve("disk-" + generation);
    }

    /** What a broker's settings say, with a disk that is flushed now and then. */
    Settings settings(Map<String, String> more) {
        Map<String, String> all = new HashMap<>(Map.of(
                "num.recovery.threads.per.data.dir", "1",
                "log.cleaner.enable", "false",
                "log.scrub.bytes.per.second", "0",
                "log.flush.offset.checkpoint.interval.ms", "3000",
                "replica.high.watermark.checkpoint.interval.ms", "1000",
                "log.dir.min.free.bytes", "0"));
        all.putAll(more);
        all.put("log.dirs", directory().toString());
        return new Settings(all);
    }

    /** Opens the logs, as a broker that starts does. */
    Logs open(SimProcess process, Settings settings, Clock clock, SimExecutor background) {
        LogsConfig config = LogsConfig.from(settings);
        LogDirectories directories =
                LogDirectories.lock(List.of(directory()), path -> SimExecutor.pool(process, "sync", SYNC_THREADS));
        return Logs.open(directories, config, clock, background);
    }

    static LogConfig defaults(Settings settings) {
        return LogConfig.from(settings);
    }

    /** The broker died while it had these logs open: the files are now those that the crash leaves. */
    void crash(Logs logs, boolean powerLost, Rng rng) {
        Path before = directory();
        Path after = home.resolve("disk-" + (generation + 1));
        new LogCrash(powerLost, rng::below).copy(logs.all(), before, after);
        generation++;
        logs.close(); // of the files that nobody looks at any more
        remove(before);
    }

    /** Somebody has put an empty disk in its place. */
    void wipe() {
        remove(directory());
    }

    static void remove(Path directory) {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
