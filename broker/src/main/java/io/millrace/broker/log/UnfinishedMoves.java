package io.millrace.broker.log;

import io.millrace.protocol.ApiException;
import io.millrace.protocol.TopicPartition;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a stop in the middle of moves left, as the start finds it: copies to begin anew, originals that are out of date,
 * and marks that nobody needs any more.
 *
 * <p>Threading: collects from any thread; settled by one, when all is open.
 */
final class UnfinishedMoves {
    private static final Logger LOG = LoggerFactory.getLogger(UnfinishedMoves.class);

    private final Collection<FutureDirectory> futures = new ConcurrentLinkedQueue<>();
    private final Collection<Log> marked = new ConcurrentLinkedQueue<>();

    void found(FutureDirectory future) {
        futures.add(future);
    }

    void foundMarked(Log log) {
        marked.add(log);
    }

    /**
     * Which of two logs of one partition is in use from now on: the moved one, unless the other has got further since,
     * while that one's disk was away. The other one goes.
     *
     * @throws UnusableDirectoryException if no move explains that there are two
     */
    static Log choose(Log one, Log other) throws IOException {
        boolean oneMoved = MovedMark.in(one.place().body().parts().path()).isPresent();
        boolean otherMoved = MovedMark.in(other.place().body().parts().path()).isPresent();
        if (oneMoved == otherMoved) {
            throw new UnusableDirectoryException("Partition " + one.topicPartition() + " lies in both "
                    + other.directory() + " and " + one.directory() + "; move one of them away");
        }
        Log moved = oneMoved ? one : other;
        Log original = oneMoved ? other : one;
        int originalIsAhead = compare(original, moved);
        Log chosen = originalIsAhead > 0 ? original : moved;
        Log left = originalIsAhead > 0 ? moved : original;
        if (originalIsAhead == 0) {
            LOG.info("{}: had moved to {}; what was left in {} goes", chosen, chosen.directory(), left.directory());
            left.delete();
        } else {
            LOG.warn("{}: goes on in {}; what is older is kept as {}", chosen, chosen.directory(), left.setAside());
        }
        return chosen;
    }

    private static int compare(Log one, Log other) {
        int byEpoch = Integer.compare(
                one.leaderEpochs().latest().orElse(-1),
                other.leaderEpochs().latest().orElse(-1));
        return byEpoch != 0 ? byEpoch : Long.compare(one.endOffset(), other.endOffset());
    }

    /**
     * Settles all of it.
     *
     * @param isComplete whether every log directory can be read, so that nothing may turn up later
     */
    void settle(Map<TopicPartition, Log> logs, boolean isComplete, LogMoves moves, Disposal disposal) {
        for (Log log : marked) {
            if (logs.get(log.topicPartition()) == log) {
                settleMark(log, isComplete);
            }
        }
        for (FutureDirectory future : futures) {
            try {
                settleFuture(future, logs, isComplete, moves, disposal);
            } catch (IOException e) {
                future.directory().fail("read " + future.path(), e);
            } catch (ApiException e) {
                LOG.error("{} cannot be begun anew: {}", future.path(), e.getMessage());
            }
        }
    }

    private static void settleMark(Log log, boolean isComplete) {
        Path path = log.place().body().parts().path();
        LogDirectory directory = log.directoryOnDisk();
        try {
            directory.checkpoints().add(List.of(log));
            if (isComplete) {
                MovedMark.remove(path);
            } else {
                MovedMark.settle(path);
            }
        } catch (IOException e) {
            directory.fail("note that " + log + " has moved", e);
        }
    }

    private static void settleFuture(
            FutureDirectory future,
            Map<TopicPartition, Log> logs,
            boolean isComplete,
            LogMoves moves,
            Disposal disposal)
            throws IOException {
        Optional<Log> original = future.original(new ArrayList<>(logs.values()));
        if (original.isEmpty() && !isComplete) {
            LOG.warn("{} is kept: what is to move there may lie in a directory that cannot be read", future.path());
            return;
        }
        disposal.removeDirectory(future.path(), 0);
        if (original.isPresent()) {
            moves.move(original.get(), future.directory(), logs.keySet());
        }
    }
}
