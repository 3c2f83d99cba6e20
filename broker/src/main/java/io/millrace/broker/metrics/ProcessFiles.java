package io.millrace.broker.metrics;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.TimeUnit;

/** What Linux tells of this process. Elsewhere nothing is told: NaN. */
final class ProcessFiles {
    private static final double UNKNOWN = Double.NaN;
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final Path LIMITS = Path.of("/proc/self/limits");
    private static final Path IO = Path.of("/proc/self/io");
    private static final Path FILES = Path.of("/proc/self/fd");

    double cpuSeconds() {
        return ProcessHandle.current()
                .info()
                .totalCpuDuration()
                .map(time -> time.toNanos() / (double) TimeUnit.SECONDS.toNanos(1))
                .orElse(UNKNOWN);
    }

    double residentBytes() {
        return number(STATUS, "VmRSS:") * 1024;
    }

    double openFiles() {
        String[] names = FILES.toFile().list();
        return names == null ? UNKNOWN : names.length;
    }

    double maxFiles() {
        return number(LIMITS, "Max open files");
    }

    /** Read from disks, by this process and for it. */
    double diskReadBytes() {
        return number(IO, "read_bytes:");
    }

    /** Written, or to be written, to disks. */
    double diskWriteBytes() {
        return number(IO, "write_bytes:");
    }

    /** The first number behind a name. */
    private static double number(Path file, String name) {
        try {
            List<String> lines = Files.readAllLines(file);
            for (String line : lines) {
                if (line.startsWith(name)) {
                    return Double.parseDouble(
                            line.substring(name.length()).trim().split("\\s+")[0]);
                }
            }
        } catch (IOException | NoSuchElementException e) {
            return UNKNOWN;
        }
        return UNKNOWN;
    }
}
