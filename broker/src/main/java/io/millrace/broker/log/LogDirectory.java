package io.millrace.broker.log;

import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One disk: a directory that this process has to itself, in use until its first I/O error and never again after it.
 *
 * <p>Offline it takes no writes; what can still be read of it is served. Full it takes none from producers, until {@link
 * DiskWatch} finds room; everything else goes on as far as there is space for it.
 *
 * <p>Threading: any.
 */
final class LogDirectory implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(LogDirectory.class);
    private static final String LOCK = ".lock";
    private static final String CLEAN_MARK = ".kafka_cleanshutdown";
    private static final String UNSETTLED_MARK = ".millrace_unsettled";

    private final Path path;
    private final FileChannel lockFile;
    private final MetaProperties owner;
    private final Object identity;
    private final AtomicBoolean online = new AtomicBoolean(true);
    private final AtomicBoolean full = new AtomicBoolean();
    private final AtomicInteger partitions = new AtomicInteger();
    private final AtomicLong names = new AtomicLong(); // counts partitions that were added
    private final ExecutorService syncThreads;
    private final DirectoryCheckpoints checkpoints;
    private volatile long syncedNames;
    private volatile Runnable onLoss = () -> {};
    private volatile LongConsumer onFlush = nanos -> {};

    private LogDirectory(
            Path path, FileChannel lockFile, MetaProperties owner, Function<Path, ExecutorService> syncThreads)
            throws IOException {
        this.path = path;
        this.lockFile = lockFile;
        this.owner = owner;
        this.identity = identity();
        this.syncThreads = syncThreads.apply(path);
        this.checkpoints = new DirectoryCheckpoints(path);
    }

    /**
     * Takes a directory, which is made if it is not there.
     *
     * @param syncThreads makes the threads on which logs here are brought to the disk
     * @throws UnusableDirectoryException if another process has it
     */
    static LogDirectory lock(Path path, Function<Path, ExecutorService> syncThreads) throws IOException {
        Files.createDirectories(path);
        FileChannel channel = FileChannel.open(path.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            if (tryLock(channel)) {
                return new LogDirectory(path, channel, MetaProperties.read(path), syncThreads);
            }
        } catch (IOException | UnusableDirectoryException e) {
            channel.close();
            throw e;
        }
        channel.close();
        throw new UnusableDirectoryException(
                "Log directory " + path + " is in use by another broker, which holds its " + LOCK + " file");
    }

    private static boolean tryLock(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false; // held by this very process
        }
    }

    Path path() {
        return path;
    }

    /** Whose it was when it was locked. */
    MetaProperties owner() {
        return owner;
    }

    /** What is noted of the logs here. */
    DirectoryCheckpoints checkpoints() {
        return checkpoints;
    }

    boolean isOnline() {
        return online.get();
    }

    private Object identity() throws IOException {
        return Optional.ofNullable(Files.readAttributes(path.resolve(LOCK), BasicFileAttributes.class)
                        .fileKey())
                .orElse(path);
    }

    /** Throws if the directory is not the one that was locked: it was removed, or its volume was taken away. */
    void requireSame() throws IOException {
        if (!identity().equals(identity)) {
            throw new IOException("it is another file than at the start");
        }
    }

    boolean isFull() {
        return full.get();
    }

    /** Takes no more from producers. */
    void ranFull(String why) {
        if (full.compareAndSet(false, true)) {
            LOG.error("Log directory {} is full: producers are refused until there is room: {}", path, why);
        }
    }

    /** Takes records from producers again. */
    void hasRoom(long usableBytes) {
        if (full.compareAndSet(true, false)) {
            LOG.info("Log directory {} has room again, {} bytes: producers are served", path, usableBytes);
        }
    }

    /** Throws KAFKA_STORAGE_ERROR, which has producers try again, if the directory is full or offline. */
    void requireRoom() {
        requireOnline();
        if (full.get()) {
            throw noRoom();
        }
    }

    private ApiException noRoom() {
        return new ApiException(ErrorCode.KAFKA_STORAGE_ERROR, "Log directory " + path + " is full");
    }

    /**
     * Takes note of an error of the disk: the directory is full if that is what the error says, else it goes offline.
     *
     * @return what to answer to whoever asked for the operation that failed
     */
    ApiException fail(String operation, IOException error) {
        if (NoSpace.isCauseOf(error)) {
            ranFull("cannot " + operation + ": " + error.getMessage());
            return noRoom();
        }
        return takeOffline(operation, error);
    }

    /**
     * Takes the directory out of use after an error of its disk.
     *
     * @return what to answer to whoever asked for the operation that failed
     */
    ApiException takeOffline(String operation, IOException error) {
        if (online.compareAndSet(true, false)) {
            LOG.error("Log directory {} is offline until the next start: cannot {}", path, operation, error);
            onLoss.run();
        }
        return offline();
    }

    /** Has somebody told how long each flush of a log here took, in nanoseconds. He must not wait. */
    void tellOfFlushes(LongConsumer told) {
        onFlush = told;
    }

    void flushed(long nanos) {
        onFlush.accept(nanos);
    }

    /** Has somebody told once the directory is offline, also if it is already. He may be told twice, and must not wait. */
    void tellOfLoss(Runnable told) {
        onLoss = told;
        if (!online.get()) {
            told.run();
        }
    }

    /** Throws KAFKA_STORAGE_ERROR if the directory is offline. */
    void requireOnline() {
        if (!online.get()) {
            throw offline();
        }
    }

    private ApiException offline() {
        return new ApiException(ErrorCode.KAFKA_STORAGE_ERROR, "Log directory " + path + " is offline");
    }

    /** Where logs that lie here are brought to the disk. */
    ExecutorService syncThreads() {
        return syncThreads;
    }

    /** Partitions that lie here. */
    int partitions() {
        return partitions.get();
    }

    void partitionAdded() {
        partitions.incrementAndGet();
        names.incrementAndGet();
    }

    /** Makes the names of all partitions survive a power failure: one fsync for however many are new. */
    void syncNames() throws IOException {
        long now = names.get();
        if (syncedNames < now) {
            Checkpoint.syncDirectory(path);
            syncedNames = now;
        }
    }

    void partitionRemoved() {
        partitions.decrementAndGet();
    }

    /** Whether the last stop was clean. The mark is gone for good when this returns. */
    boolean takeCleanMark() throws IOException {
        boolean clean = Files.deleteIfExists(path.resolve(CLEAN_MARK));
        if (clean) {
            Checkpoint.syncDirectory(path); // back after a power failure it would vouch for what came since
        }
        return clean;
    }

    /** Notes that all logs here were closed in order. */
    void writeCleanMark() throws IOException {
        byte[] text = "{\"version\":0,\"brokerEpoch\":-1}".getBytes(StandardCharsets.UTF_8);
        Checkpoint.replace(path.resolve(CLEAN_MARK), text, Checkpoint.Durability.SYNCED);
    }

    /**
     * Notes, before anything else can, that the last stop was unclean, until {@link #settled}: a stop in order that comes
     * first must not make it be forgotten what that one may have cost.
     */
    synchronized void unsettled() throws IOException {
        if (isUnsettled()) {
            return; // several logs may be found cut at once
        }
        try {
            Checkpoint.replace(path.resolve(UNSETTLED_MARK), new byte[0], Checkpoint.Durability.SYNCED);
        } catch (IOException e) {
            if (!NoSpace.isCauseOf(e)) {
                throw e;
            }
            LOG.warn("{}: no space for the mark of an unclean stop", path);
        }
    }

    boolean isUnsettled() {
        return Files.exists(path.resolve(UNSETTLED_MARK));
    }

    /** What an unclean stop has cost is made good, or known by all. */
    void settled() throws IOException {
        if (Files.deleteIfExists(path.resolve(UNSETTLED_MARK))) {
            Checkpoint.syncDirectory(path);
        }
    }

    /** Lets go of the directory. */
    @Override
    public void close() {
        syncThreads.shutdown();
        try {
            lockFile.close();
        } catch (IOException e) {
            LOG.warn("Cannot release the lock of {}", path, e);
        }
    }

    @Override
    public String toString() {
        return path.toString();
    }
}
