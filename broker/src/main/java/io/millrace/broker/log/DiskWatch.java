package io.millrace.broker.log;

import java.io.IOException;
import java.nio.file.Path;
import java.util.function.ToLongFunction;

/**
 * Finds out how a log directory's disk is before its users do: whether it is still the one that was locked, and how much
 * room is left. Below the floor producers are refused, so that what is left serves everything that frees space or is
 * small: deletion, offsets, checkpoints, the embedded ZooKeeper.
 *
 * <p>Threading: any; one at a time looks at a directory.
 */
final class DiskWatch {
    private static final long DEFAULT_FLOOR = 256L << 20;
    private static final int DEFAULT_PART_OF_VOLUME = 20; // a twentieth at most

    /** So much more than the floor has to be free before producers are let in again, or they would be let in for a moment. */
    private static final int MARGIN_PART = 4; // a quarter of the floor

    private static final long LEAST_MARGIN = 1 << 20;

    private final long minFreeBytes;
    private final ToLongFunction<Path> totalBytes;
    private final ToLongFunction<Path> usableBytes;

    /**
     * @param minFreeBytes the floor; -1 for the smaller of 256 MiB and a twentieth of the volume
     * @param totalBytes tells the size of a directory's volume
     * @param usableBytes tells how much may still be written there
     */
    DiskWatch(long minFreeBytes, ToLongFunction<Path> totalBytes, ToLongFunction<Path> usableBytes) {
        this.minFreeBytes = minFreeBytes;
        this.totalBytes = totalBytes;
        this.usableBytes = usableBytes;
    }

    static DiskWatch ofVolumes(long minFreeBytes) {
        return new DiskWatch(minFreeBytes, path -> path.toFile().getTotalSpace(), path -> path.toFile()
                .getUsableSpace());
    }

    /** Looks once, and has the directory's state changed if need be. */
    void look(LogDirectory directory) {
        if (!directory.isOnline()) {
            return;
        }
        try {
            directory.requireSame();
        } catch (IOException e) {
            directory.takeOffline("find its lock file", e);
            return;
        }
        long usable = usableBytes.applyAsLong(directory.path());
        long floor = floor(directory.path());
        if (directory.isFull()) {
            if (usable >= floor + Math.max(floor / MARGIN_PART, LEAST_MARGIN)) {
                directory.hasRoom(usable);
            }
        } else if (usable < floor) {
            directory.ranFull(usable + " bytes are left, log.dir.min.free.bytes is " + floor);
        }
    }

    /** Whether so many bytes can be written to a directory's volume, and what is left is no less than the floor. */
    boolean leavesRoom(Path directory, long bytes) {
        return usableBytes.applyAsLong(directory) - bytes >= floor(directory);
    }

    private long floor(Path directory) {
        return minFreeBytes >= 0
                ? minFreeBytes
                : Math.min(DEFAULT_FLOOR, totalBytes.applyAsLong(directory) / DEFAULT_PART_OF_VOLUME);
    }
}
