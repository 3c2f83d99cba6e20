package io.millrace.tools.inspect;

import io.millrace.broker.log.IndexFiles;
import io.millrace.broker.log.SegmentCheck;
import io.millrace.broker.log.SegmentCheck.Flaw;
import io.millrace.broker.log.SegmentCheck.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongConsumer;
import java.util.stream.Stream;

/**
 * Checks segments side by side, the largest first, so that no thread is left alone with a large one in the end.
 *
 * <p>Threading: one thread runs it; its workers read.
 */
final class Verification {
    private static final long LOOK_EVERY_MS = 50;

    private final List<LogFiles> partitions;
    private final int threads;
    private final LongAdder read = new LongAdder();

    /** @param flaws in the order of files and positions */
    record Verdict(int segments, long bytes, long batches, List<Flaw> flaws) {
        /** Those that are not only the cut end of a log. */
        List<Flaw> wrong() {
            return flaws.stream().filter(flaw -> !flaw.unfinished()).toList();
        }
    }

    private record Task(Path segment, long size, Future<Result> result) {}

    Verification(List<LogFiles> partitions, int threads) {
        this.partitions = List.copyOf(partitions);
        this.threads = threads;
    }

    /** Of all segments. */
    long bytes() throws IOException {
        long bytes = 0;
        for (LogFiles partition : partitions) {
            for (Path segment : partition.segments()) {
                bytes += sizeOf(segment);
            }
        }
        return bytes;
    }

    private static long sizeOf(Path segment) throws IOException {
        try {
            return Files.size(segment);
        } catch (NoSuchFileException e) {
            return 0; // retention of a running broker was faster
        }
    }

    /** @param progress is told of the bytes that were read so far, by the caller's thread */
    Verdict run(LongConsumer progress) throws IOException {
        ExecutorService workers = Executors.newFixedThreadPool(threads, work -> {
            Thread thread = new Thread(work, "verify");
            thread.setDaemon(true);
            return thread;
        });
        try {
            List<Flaw> flaws = new ArrayList<>();
            for (LogFiles partition : partitions) {
                flaws.addAll(smallFiles(partition.directory()));
            }
            List<Result> results = new ArrayList<>();
            for (Task task : tasks(workers)) {
                results.addAll(await(task, progress));
            }
            results.forEach(result -> flaws.addAll(result.flaws()));
            flaws.sort(Comparator.comparing(Flaw::file).thenComparing(Flaw::position));
            return new Verdict(
                    results.size(),
                    results.stream().mapToLong(Result::bytes).sum(),
                    results.stream().mapToLong(Result::batches).sum(),
                    flaws);
        } finally {
            workers.shutdownNow();
        }
    }

    private List<Task> tasks(ExecutorService workers) throws IOException {
        record Wanted(Path segment, long size, SegmentCheck check) {}
        List<Wanted> wanted = new ArrayList<>();
        for (LogFiles partition : partitions) {
            for (int i = 0; i < partition.segments().size(); i++) {
                Path segment = partition.segments().get(i);
                wanted.add(new Wanted(
                        segment, sizeOf(segment), new SegmentCheck(segment, partition.nextBase(i), read::add)));
            }
        }
        wanted.sort(Comparator.comparingLong(Wanted::size).reversed());
        return wanted.stream()
                .map(one -> new Task(one.segment(), one.size(), workers.submit(one.check()::run)))
                .toList();
    }

    /** The result; none if the segment has gone meanwhile. */
    private List<Result> await(Task task, LongConsumer progress) throws IOException {
        while (true) {
            try {
                Result result = task.result().get(LOOK_EVERY_MS, TimeUnit.MILLISECONDS);
                progress.accept(read.sum());
                return List.of(result);
            } catch (TimeoutException e) {
                progress.accept(read.sum());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted", e);
            } catch (ExecutionException e) {
                if (e.getCause() instanceof NoSuchFileException) {
                    return List.of();
                }
                if (e.getCause() instanceof IOException why) {
                    return List.of(unreadable(task, why));
                }
                throw new IllegalStateException(task.segment() + " could not be checked", e.getCause());
            }
        }
    }

    private static Result unreadable(Task task, IOException why) {
        Flaw flaw = new Flaw(task.segment(), 0, task.size(), 0, -1, "it cannot be read: " + why.getMessage(), false);
        return new Result(task.segment(), task.size(), 0, 0, List.of(flaw));
    }

    /** Snapshots of producers and checkpoints, as far as they can be wrong by themselves. */
    private static List<Flaw> smallFiles(Path directory) throws IOException {
        List<Flaw> flaws = new ArrayList<>();
        List<Path> files;
        try (Stream<Path> inside = Files.list(directory)) {
            files = inside.sorted().toList();
        } catch (NoSuchFileException e) {
            return flaws; // a running broker has just deleted the topic
        }
        for (Path file : files) {
            try {
                if (file.toString().endsWith(".snapshot")
                        && IndexFiles.producers(file).isEmpty()) {
                    flaws.add(flaw(
                            file, "its checksum or its version is wrong; producers' states are rebuilt without it"));
                } else if (file.getFileName().toString().equals("leader-epoch-checkpoint")) {
                    IndexFiles.checkpoint(file);
                }
            } catch (NoSuchFileException e) {
                // a running broker was faster
            } catch (IOException e) {
                flaws.add(flaw(file, e.getMessage()));
            }
        }
        return flaws;
    }

    private static Flaw flaw(Path file, String why) throws IOException {
        return new Flaw(file, 0, Files.size(file), 0, 0, why, false);
    }
}
