package io.millrace.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * Starts and closes clusters, and prints how long each took and what is left of them: threads and files, or "nothing". The
 * times are for people; the test looks at the last line alone.
 */
final class Remains {
    private static final long PATIENCE_MS = 20_000;

    private Remains() {}

    public static void main(String[] args) throws Exception {
        Path temporary = Files.createTempDirectory("remains");
        System.setProperty("java.io.tmpdir", temporary.toString());
        Set<Thread> before = threads();
        for (int i = 0; i < 4; i++) {
            long start = System.nanoTime();
            try (MillraceCluster cluster = MillraceCluster.start()) {
                long ready = System.nanoTime();
                cluster.createTopic("orders", 3);
                System.out.println("cluster " + i + ": ready in " + ms(start, ready) + " ms, its topic in "
                        + ms(ready, System.nanoTime()));
            }
        }
        Set<Thread> left = threads();
        left.removeAll(before);
        left.removeIf(Remains::belongsToALibrary);
        for (Thread thread : left) {
            thread.join(PATIENCE_MS); // some look up only once in a while
        }
        left.removeIf(thread -> !thread.isAlive());
        List<String> files = files(temporary);
        System.out.println(left.isEmpty() && files.isEmpty() ? "nothing" : "threads " + left + ", files " + files);
    }

    private static long ms(long from, long to) {
        return TimeUnit.NANOSECONDS.toMillis(to - from);
    }

    private static Set<Thread> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(Thread::isAlive)
                .collect(Collectors.toCollection(HashSet::new));
    }

    /** One each for the whole JVM, however many clusters there were; Netty's end by themselves when they are idle. */
    private static boolean belongsToALibrary(Thread thread) {
        return thread.getName().startsWith("globalEventExecutor")
                || thread.getName().startsWith("ObjectCleanerThread")
                || thread.getName().equals("Common-Cleaner");
    }

    private static List<String> files(Path directory) throws IOException {
        try (var files = Files.list(directory)) {
            return files.map(Path::toString).toList();
        }
    }
}
