package io.millrace.broker.log;

import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.TopicPartition;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One log on its way to another log directory, while it serves.
 *
 * <pre>
 *   from/t-0                                 to/t-0.[hex]-future
 *     1  files are copied, and what has changed meanwhile is copied again
 *   -- under the log's lock, once all but little is there
 *     2  the rest is copied, all of it is on disk for good; the {@link MovedMark} is written
 *     3                                      to/t-0              renamed; the log goes on there
 *     4  from/t-0.[hex]-delete               renamed
 *   -- lock released
 *     5                                      the directory's checkpoints tell of it, the mark is removed
 * </pre>
 *
 * A stop in front of 3 leaves the original, and a copy that the next start begins anew. A stop between 3 and 4 leaves two
 * that are the same, of which the one with the mark is newer or as new. What fails before 4 leaves the log where it was.
 *
 * <p>Threading: guarded by itself, which goes before the log's lock; {@link #arriving} takes no lock.
 */
final class LogMove {
    private static final Logger LOG = LoggerFactory.getLogger(LogMove.class);

    private final Log log;
    private final LogBody body;
    private final LogDirectory target;
    private final Path future;
    private final Clock clock;
    private final ScheduledExecutorService background;
    private final MoveSteps steps;
    private final LogCopy copy;
    private boolean over;
    private volatile Status status;

    /**
     * How far it has come.
     *
     * @param sizeInBytes of the copy
     * @param endOffset of the copy, about
     */
    record Status(long sizeInBytes, long endOffset) {}

    private LogMove(
            Log log,
            LogDirectory target,
            Path future,
            Clock clock,
            ScheduledExecutorService background,
            MoveSteps steps) {
        this.log = log;
        this.body = log.place().body();
        this.target = target;
        this.future = future;
        this.clock = clock;
        this.background = background;
        this.steps = steps;
        this.copy = new LogCopy(body.parts(), future, steps);
        this.status = new Status(0, log.startOffset());
    }

    /** Begins one: an empty directory, which has the next start begin it again. */
    static LogMove begin(
            Log log, LogDirectory target, Clock clock, ScheduledExecutorService background, MoveSteps steps)
            throws IOException {
        if (Files.exists(target.path().resolve(log.topicPartition().toString()))) {
            throw new ApiException(
                    ErrorCode.KAFKA_STORAGE_ERROR, "There is a " + log.topicPartition() + " in " + target);
        }
        Path future = target.path()
                .resolve(PartitionDirectory.markedName(log.topicPartition(), PartitionDirectory.Fate.FUTURE));
        Files.createDirectory(future);
        if (!log.topicId().isZero()) {
            PartitionDirectory.writeTopicId(future, log.topicId());
        }
        Checkpoint.syncDirectory(target.path());
        steps.done("begun");
        return new LogMove(log, target, future, clock, background, steps);
    }

    TopicPartition partition() {
        return log.topicPartition();
    }

    /** How many records the copy lacks, about. */
    long lag() {
        return Math.max(0, log.endOffset() - status.endOffset());
    }

    LogDirectory target() {
        return target;
    }

    /** An error of the disk that is copied from. */
    private static final class SourceException extends IOException {
        private static final long serialVersionUID = 1;

        SourceException(IOException cause) {
            super(cause.getMessage(), cause);
        }
    }

    private static void read(Segment segment, ByteBuffer into, long position) throws IOException {
        try {
            segment.copyInto(into, position);
        } catch (IOException e) {
            throw new SourceException(e);
        }
    }

    /**
     * Copies so many bytes at most; takes the log's place once nearly all is there.
     *
     * @return how many bytes were copied, or 0 if there was nothing to copy
     */
    synchronized long advance(long mostBytes) {
        if (over) {
            return 0;
        }
        long before = copy.size();
        try {
            body.availability().requireWritable();
            target.requireOnline();
            copy.advance(mostBytes, LogMove::read);
            status = new Status(copy.size(), copy.endOffset());
            if (copy.lacksLittle()) {
                copy.sync(); // now, so that little is left to bring to the disk under the lock
                if (copy.lacksLittle()) {
                    complete();
                }
            }
            return Math.max(0, copy.size() - before);
        } catch (SourceException e) {
            giveUp("cannot read it: " + e.getMessage());
        } catch (IOException e) {
            String why = target.fail("copy " + partition(), e).getMessage();
            if (!target.isOnline()) {
                giveUp(why);
            } // else it is full, and the move goes on once there is room
        } catch (ApiException e) {
            giveUp(e.getMessage());
        }
        return 0;
    }

    /** What to tell of it. */
    Logs.Arriving arriving() {
        Status now = status;
        return new Logs.Arriving(partition(), now.sizeInBytes(), Math.max(0, log.endOffset() - now.endOffset()));
    }

    synchronized boolean isOver() {
        return over;
    }

    /** Ends it, unless it has come to its end. */
    synchronized void cancel() {
        if (!over) {
            discard();
        }
    }

    private void giveUp(String why) {
        if (!over) {
            LOG.error("{}: stays in {}, and is not moved to {}: {}", partition(), log.directory(), target, why);
            discard();
        }
    }

    private void discard() {
        over = true;
        try {
            PartitionDirectory.remove(future);
        } catch (IOException e) {
            LOG.warn("Cannot remove {}, which is not needed any more: {}", future, e.toString());
        }
    }

    private void complete() throws IOException {
        Path live = target.path().resolve(partition().toString());
        log.place().move(() -> arrive(live), log.config().fileDeleteDelayMs());
        over = true;
        target.partitionAdded();
        body.parts().directory().partitionRemoved();
        LOG.info("{}: moved from {} to {}", partition(), body.parts().directory(), target);
        settle(live);
    }

    /** Steps 2 and 3. */
    private LogParts arrive(Path live) throws IOException {
        LogParts source = body.parts();
        copy.complete(log.topicId(), LogMove::read);
        new MovedMark(source.offsets().start(), source.offsets().highWatermark()).write(future);
        steps.done("marked");
        Files.move(future, live, StandardCopyOption.ATOMIC_MOVE);
        try {
            Checkpoint.syncDirectory(target.path());
            steps.done("live");
            return open(live, source);
        } catch (IOException | RuntimeException e) {
            takeBack(live, e);
            throw e;
        }
    }

    private void takeBack(Path live, Exception why) throws IOException {
        try {
            Files.move(live, future, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            e.addSuppressed(why);
            throw new LostWriteException("Cannot take back " + live + ": " + e.getMessage(), e);
        }
    }

    private LogParts open(Path live, LogParts source) throws IOException {
        long start = source.offsets().start();
        LogEnd end = source.offsets().end();
        Recovery.Recovered found = new Recovery(clock)
                .open(partition(), live, log.config(), new Recovery.Known(true, end.offset(), start));
        List<Segment> originals = source.segments().view();
        boolean same = found.segments().size() == originals.size();
        for (int i = 0; same && i < originals.size(); i++) {
            Segment segment = found.segments().get(i);
            same = segment.baseOffset() == originals.get(i).baseOffset()
                    && segment.size() == originals.get(i).size();
        }
        if (!same) {
            throw new IOException("the copy in " + live + " is not what was copied");
        }
        found.producers().restore(source.producers().snapshot()); // what a file tells of them is less
        Recovery.Recovered exact = new Recovery.Recovered(
                found.segments(),
                start,
                end.offset(), // compaction may have left nothing right in front of it
                end.offset(),
                found.epochs(),
                found.producers(),
                found.snapshots());
        return LogParts.of(
                partition(),
                live,
                new LogParts.Surroundings(target, clock, background),
                exact,
                source.offsets().highWatermark());
    }

    /** Step 5, which nobody waits for. */
    private void settle(Path live) {
        try {
            steps.done("left");
            target.checkpoints().add(List.of(log));
            steps.done("noted");
            if (isOriginalGone()) {
                MovedMark.remove(live);
            } else {
                MovedMark.settle(live);
            }
            steps.done("settled");
        } catch (IOException e) {
            throw target.fail("note that " + partition() + " lies here", e);
        }
    }

    /** Whether no power failure can bring the original back. */
    private boolean isOriginalGone() {
        LogDirectory left = body.parts().directory();
        try {
            if (left.isOnline() && !Files.exists(body.parts().path())) {
                Checkpoint.syncDirectory(left.path());
                return true;
            }
        } catch (IOException e) {
            left.fail("forget " + partition(), e);
        }
        return false;
    }
}
