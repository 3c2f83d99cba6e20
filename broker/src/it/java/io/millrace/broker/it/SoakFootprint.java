package io.millrace.broker.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a broker process holds at one moment. Asked of the process from outside: jcmd of the JDK that runs this, and
 * /proc.
 *
 * @param heap bytes of live objects by class, after full collections
 * @param nativeKib KiB outside the heap that the JVM's own categories do not hold: direct buffers, Netty's included; the
 *     process must have been started with {@code -XX:NativeMemoryTracking=summary}
 * @param sockets open sockets
 * @param deletedFiles open files that have been deleted
 * @param otherFiles open files that are neither sockets nor segments
 * @param threads Java threads by name with its digits taken off, those of the JVM's compiler left out
 * @param residentKib resident memory of the process in KiB
 */
record SoakFootprint(
        Map<String, Long> heap,
        long nativeKib,
        int sockets,
        int deletedFiles,
        int otherFiles,
        Map<String, Integer> threads,
        long residentKib) {
    /** Threads that sync one directory, at most: started when there is work, gone when there has been none. */
    private static final int SYNC = 16;

    private static final Pattern HISTOGRAM_LINE = Pattern.compile("\\s*\\d+:\\s+\\d+\\s+(\\d+)\\s+(\\S+).*");
    private static final Pattern NATIVE_OTHER = Pattern.compile("Other \\(reserved=\\d+KB, committed=(\\d+)KB\\)");
    private static final Pattern THREAD = Pattern.compile("\"(.*)\" #\\d+ .*");

    static SoakFootprint of(MillraceProcess process) {
        long pid = process.pid();
        jcmd(pid, "GC.run"); // what becomes free only after a first collection is gone at the second
        Map<String, Long> heap = histogram(jcmd(pid, "GC.class_histogram"));
        Matcher other = NATIVE_OTHER.matcher(String.join("\n", jcmd(pid, "VM.native_memory", "summary")));
        long nativeKib = other.find() ? Long.parseLong(other.group(1)) : 0;
        List<String> files = openFiles(pid);
        int sockets = count(files, "socket:");
        int deleted = (int) files.stream().filter(f -> f.endsWith(" (deleted)")).count();
        int segments = (int) files.stream().filter(f -> f.endsWith(".log")).count();
        return new SoakFootprint(
                heap,
                nativeKib,
                sockets,
                deleted,
                files.size() - sockets - deleted - segments,
                threads(jcmd(pid, "Thread.print")),
                process.memoryKib("VmRSS"));
    }

    long heapBytes() {
        return heap.values().stream().mapToLong(b -> b).sum();
    }

    int threadCount() {
        return threads.values().stream().mapToInt(n -> n).sum();
    }

    /** How many more threads there are than at another moment: pools that idle down to nothing count as full ones. */
    int threadGrowth(SoakFootprint since) {
        return threads.entrySet().stream()
                .mapToInt(e -> {
                    int before = since.threads.getOrDefault(e.getKey(), 0);
                    return Math.max(0, e.getValue() - (e.getKey().startsWith("sync-") ? Math.max(before, SYNC) : before));
                })
                .sum();
    }

    /** The classes that grew most since another moment. */
    String heapGrowth(SoakFootprint since) {
        Map<String, Long> growth = new HashMap<>();
        heap.forEach((name, bytes) -> growth.put(name, bytes - since.heap.getOrDefault(name, 0L)));
        return growth.entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
                .limit(8)
                .map(e -> e.getKey() + " +" + e.getValue())
                .collect(Collectors.joining(", "));
    }

    @Override
    public String toString() {
        return String.format(
                "live heap %,d KB, direct memory %,d KiB, %d threads, %d sockets, %d deleted and %d other files open,"
                        + " resident %,d KiB",
                heapBytes() / 1000,
                nativeKib,
                threadCount(),
                sockets,
                deletedFiles,
                otherFiles,
                residentKib);
    }

    private static Map<String, Long> histogram(List<String> lines) {
        Map<String, Long> bytes = new HashMap<>();
        for (String line : lines) {
            Matcher matcher = HISTOGRAM_LINE.matcher(line);
            if (matcher.matches()) {
                bytes.merge(matcher.group(2), Long.parseLong(matcher.group(1)), Long::sum);
            }
        }
        return bytes;
    }

    private static Map<String, Integer> threads(List<String> lines) {
        Map<String, Integer> names = new TreeMap<>();
        for (String line : lines) {
            Matcher matcher = THREAD.matcher(line);
            if (matcher.matches() && !matcher.group(1).contains("Compiler")) {
                names.merge(matcher.group(1).replaceAll("\\d+", "N"), 1, Integer::sum);
            }
        }
        return names;
    }

    private static int count(List<String> files, String start) {
        return (int) files.stream().filter(f -> f.startsWith(start)).count();
    }

    private static List<String> openFiles(long pid) {
        try (Stream<Path> links = Files.list(Path.of("/proc", Long.toString(pid), "fd"))) {
            return links.map(SoakFootprint::target).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String target(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (NoSuchFileException closedMeanwhile) {
            return "closed";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The lines that jcmd prints. */
    static List<String> jcmd(long pid, String... words) {
        try {
            List<String> command = Stream.concat(
                            Stream.of(
                                    Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                                    Long.toString(pid)),
                            Stream.of(words))
                    .toList();
            Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            List<String> lines = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
            if (process.waitFor() != 0) {
                throw new IllegalStateException(command + " said " + lines);
            }
            return lines;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
