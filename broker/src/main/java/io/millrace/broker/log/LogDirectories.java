package io.millrace.broker.log;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The log directories of a broker, locked against other processes. Taken first of all, before anything else in them is
 * touched; then {@link #claim} once broker and cluster id are known, then {@link Logs#open}.
 *
 * <p>Threading: one thread, that which starts and stops the broker.
 */
public final class LogDirectories implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(LogDirectories.class);

    private final List<LogDirectory> usable;
    private final List<Path> unusable;
    private final List<MetaProperties> owners;

    private LogDirectories(List<LogDirectory> usable, List<Path> unusable, List<MetaProperties> owners) {
        this.usable = usable;
        this.unusable = unusable;
        this.owners = owners;
    }

    /**
     * Takes all directories, which are made where they are not there. One that cannot be read or written is left out if
     * there is another.
     *
     * @throws UnusableDirectoryException if another process has one of them, or none can be used
     */
    public static LogDirectories lock(List<Path> paths) {
        return lock(paths, SyncThreads::of);
    }

    /** As {@link #lock(List)}; {@code syncThreads} makes the threads that bring what lies in one to the disk. */
    public static LogDirectories lock(List<Path> paths, Function<Path, ExecutorService> syncThreads) {
        List<LogDirectory> usable = new ArrayList<>();
        List<Path> unusable = new ArrayList<>();
        List<MetaProperties> owners = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        try {
            for (Path path : paths) {
                try {
                    LogDirectory directory = LogDirectory.lock(path, syncThreads);
                    usable.add(directory);
                    owners.add(directory.owner());
                } catch (IOException e) {
                    problems.add("Log directory " + path + " cannot be used: " + reason(e));
                    unusable.add(path);
                }
            }
            if (usable.isEmpty()) {
                throw new UnusableDirectoryException(
                        problems.isEmpty() ? "No log directory is given" : String.join("; ", problems));
            }
        } catch (UnusableDirectoryException e) {
            usable.forEach(LogDirectory::close);
            throw e;
        }
        problems.forEach(LOG::error);
        return new LogDirectories(List.copyOf(usable), List.copyOf(unusable), List.copyOf(owners));
    }

    private static String reason(IOException e) {
        if (e instanceof FileAlreadyExistsException) {
            return "it is a file";
        }
        return e instanceof AccessDeniedException ? "access to " + e.getMessage() + " is denied" : e.getMessage();
    }

    /** The broker id that was noted in the directories, if one was. */
    public Optional<Integer> storedBrokerId() {
        return owners.stream().flatMap(owner -> owner.brokerId().stream()).findFirst();
    }

    /** The cluster id that was noted in the directories, if one was. */
    public Optional<String> storedClusterId() {
        return owners.stream().flatMap(owner -> owner.clusterId().stream()).findFirst();
    }

    /**
     * Notes whose the directories are.
     *
     * @throws UnusableDirectoryException if one of them is another broker's or cluster's, or cannot be written
     */
    public void claim(int brokerId, String clusterId) {
        for (int i = 0; i < usable.size(); i++) {
            Path path = usable.get(i).path();
            MetaProperties owner = owners.get(i);
            requireSame(path, "broker", owner.brokerId(), brokerId);
            requireSame(path, "cluster", owner.clusterId(), clusterId);
            if (owner.brokerId().isEmpty() || owner.clusterId().isEmpty()) {
                try {
                    MetaProperties.write(path, brokerId, clusterId);
                } catch (IOException e) {
                    throw new UnusableDirectoryException("Log directory " + path + " cannot be written: " + e);
                }
            }
        }
    }

    private static <T> void requireSame(Path path, String what, Optional<T> stored, T own) {
        if (stored.isPresent() && !stored.get().equals(own)) {
            throw new UnusableDirectoryException("Log directory " + path + " belongs to " + what + " " + stored.get()
                    + ", this is " + what + " " + own + " (see its meta.properties)");
        }
    }

    /** Those that were usable at the start. */
    List<LogDirectory> all() {
        return usable;
    }

    /** Those that were not usable at the start: what lies in them is not known. */
    List<Path> unusable() {
        return unusable;
    }

    /**
     * Where other data of the broker lie, or may be put: the directory that has this folder, else the first one.
     *
     * @throws UnusableDirectoryException if they may lie in one that cannot be used: to begin anew elsewhere would be to
     *     forget them
     */
    public Path homeOf(String folder) {
        return usable.stream()
                .map(LogDirectory::path)
                .filter(path -> Files.isDirectory(path.resolve(folder)))
                .findFirst()
                .orElseGet(() -> {
                    if (!unusable.isEmpty() && storedClusterId().isPresent()) {
                        throw new UnusableDirectoryException(
                                "None of the log directories that can be used has the folder " + folder
                                        + "; it may lie in " + unusable.get(0));
                    }
                    return usable.get(0).path();
                });
    }

    /** Lets go of the directories. */
    @Override
    public void close() {
        usable.forEach(LogDirectory::close);
    }
}
